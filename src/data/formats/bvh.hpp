// BVH (Biovision hierarchy) motion files: a tree of joints and the values of their channels in every frame; forward
// kinematics to joint positions and back (Meredith and Maddock, "Motion capture file formats explained", 2001).
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pskd/data/clip.hpp"

namespace pskd {

enum class BvhChannel : std::uint8_t { x_position, y_position, z_position, x_rotation, y_rotation, z_rotation };

struct BvhJoint {
  std::string name;
  int parent = -1;                                   ///< -1 for the root
  Eigen::Vector3d offset = Eigen::Vector3d::Zero();  ///< from the parent, in the file's unit of length
  std::vector<BvhChannel> channels;                  ///< none, three or six, in the order they are applied
};

struct Bvh {
  std::vector<BvhJoint> joints;  ///< depth first, as in the file: a parent before its children
  double frame_time = 0;         ///< seconds between frames
  Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>
      values;  ///< [T, channels of all joints in turn], lengths and degrees
};

inline constexpr std::size_t kMostBvhJoints = 256;
inline constexpr std::int64_t kMostBvhFrames = 1'000'000;
inline constexpr std::int64_t kMostBvhValues = 50'000'000;

/// The motion in `text`, the content of `file`. Throws Error(data) naming file and line when it is no BVH, when a value
/// is not finite, or when it is larger than the limits above.
Bvh parse_bvh(const std::filesystem::path& file, std::string_view text);
Bvh read_bvh(const std::filesystem::path& file);

/// Where the joints called `names` are: [T, 3 * names], in the file's unit of length. A joint's place in its parent is
/// its offset plus its position channels; its rotations multiply in the order of the channels. Throws Error(data) for a
/// name that is not there.
Frames joint_positions(const Bvh& bvh, const std::vector<std::string>& names);

/// Axes of rotation in the order they multiply: 0 x, 1 y, 2 z, each once.
using RotationOrder = std::array<int, 3>;

/// The motion that gives `positions` ([T, 3 * names], T >= 1) back, exactly where every joint keeps its distances to
/// its children and theirs to each other. Joints are in depth-first order with the root first. The rest pose is the
/// first frame; the root has six channels, the others three rotations.
Bvh bvh_of_positions(const std::vector<std::string>& names, const std::vector<int>& parents,
                     const Eigen::ArrayXXd& positions, double frame_time, const RotationOrder& order);

/// The file's text, with values rounded to 0.0001 and an End Site at every leaf.
std::string bvh_text(const Bvh& bvh);

}  // namespace pskd
