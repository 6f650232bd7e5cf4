#include "signal/skeleton.hpp"

namespace pskd::signal {

void center_poses(data::Frames& poses, const data::Topology& topology) {
  const Eigen::Index axes = topology.dimensions;
  const Eigen::Array<float, 1, Eigen::Dynamic> center = poses.middleCols(3 * topology.center, axes).colwise().mean();
  const auto joints = static_cast<Eigen::Index>(topology.joints.size());
  for (Eigen::Index joint = 0; joint < joints; ++joint) poses.middleCols(3 * joint, axes).rowwise() -= center;
}

void write_streams(const data::Frames& poses, const data::Topology& topology, std::span<float> out) {
  const Eigen::Index frames = poses.rows();
  const auto joints = static_cast<Eigen::Index>(topology.joints.size());
  const auto at = [&](Eigen::Index channel, Eigen::Index t, Eigen::Index joint) -> float& {
    return out[(channel * frames + t) * joints + joint];
  };
  for (Eigen::Index axis = 0; axis < 3; ++axis) {
    for (Eigen::Index t = 0; t < frames; ++t) {
      const Eigen::Index next = t + 1 < frames ? t + 1 : t;
      for (Eigen::Index joint = 0; joint < joints; ++joint) {
        const int parent = topology.parents[joint];
        const float position = poses(t, 3 * joint + axis);
        at(axis, t, joint) = position;
        at(3 + axis, t, joint) = parent < 0 ? 0.0F : position - poses(t, 3 * parent + axis);
        at(6 + axis, t, joint) = poses(next, 3 * joint + axis) - position;
      }
    }
  }
}

}  // namespace pskd::signal
