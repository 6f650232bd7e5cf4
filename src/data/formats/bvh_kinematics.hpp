// Forward kinematics of BVH motions to joint positions, and back (Meredith and Maddock, "Motion capture file formats
// explained", 2001).
#pragma once

#include <Eigen/Core>
#include <array>
#include <string>
#include <vector>

#include "data/formats/bvh.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data::formats {

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

}  // namespace pskd::data::formats
