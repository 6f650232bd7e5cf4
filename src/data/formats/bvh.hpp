// BVH (Biovision hierarchy) motion files: a tree of joints and the values of their channels in every frame.
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::data::formats {

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

/// The motion in `text`, the content of `file`. Throws Error(data) naming file and line when it is no BVH, when a value
/// is not finite, or when it has more than 256 joints, a million frames or 50 million values.
Bvh parse_bvh(const std::filesystem::path& file, std::string_view text);
Bvh read_bvh(const std::filesystem::path& file);

/// The file's text, with values rounded to 0.0001 and an End Site at every leaf.
std::string bvh_text(const Bvh& bvh);

}  // namespace pskd::data::formats
