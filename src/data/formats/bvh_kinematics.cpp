#include "data/formats/bvh_kinematics.hpp"

#include <Eigen/Geometry>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "pskd/base/error.hpp"

namespace pskd::data::formats {
namespace {

using Eigen::AngleAxisd;
using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::Matrix3d;
using Eigen::Vector3d;

constexpr double kRadians = std::numbers::pi / 180;
constexpr double kNoLength = 1e-9;  // a shorter bone has no direction

// Where every joint is in one frame.
class Posture {
 public:
  explicit Posture(const std::vector<BvhJoint>& joints)
      : joints_(joints), turns_(joints.size()), positions_(joints.size()) {}

  const std::vector<Vector3d>& at(const Bvh& bvh, Index frame) {
    Index channel = 0;
    for (std::size_t i = 0; i < joints_.size(); ++i) {
      Vector3d shift = joints_[i].offset;
      Matrix3d turn = Matrix3d::Identity();
      for (const BvhChannel kind : joints_[i].channels) {
        const double value = bvh.values(frame, channel++);
        const int axis = static_cast<int>(kind) % 3;
        if (kind < BvhChannel::x_rotation) {
          shift[axis] += value;
        } else {
          turn = turn * AngleAxisd(value * kRadians, Vector3d::Unit(axis));
        }
      }
      const bool root = joints_[i].parent < 0;
      const auto parent = static_cast<std::size_t>(root ? 0 : joints_[i].parent);
      positions_[i] = root ? shift : Vector3d(positions_[parent] + turns_[parent] * shift);
      turns_[i] = root ? turn : Matrix3d(turns_[parent] * turn);
    }
    return positions_;
  }

 private:
  const std::vector<BvhJoint>& joints_;
  std::vector<Matrix3d> turns_;
  std::vector<Vector3d> positions_;
};

std::vector<std::size_t> joint_indices(const Bvh& bvh, const std::vector<std::string>& names) {
  std::vector<std::size_t> indices;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(bvh.joints.begin(), bvh.joints.end(), [&](const BvhJoint& joint) { return joint.name == name; });
    if (found == bvh.joints.end()) throw Error(ErrorKind::data, "the BVH tree has no joint " + name);
    indices.push_back(static_cast<std::size_t>(found - bvh.joints.begin()));
  }
  return indices;
}

// Degrees a, b, c so that R_i(a) R_j(b) R_k(c) = `turn`. The last angle is read off the turn that the first one leaves,
// which stays exact where b is near +-90 degrees.
Vector3d angles_of(const Matrix3d& turn, const RotationOrder& order) {
  const auto [i, j, k] = order;
  const double sign = (j - i + 3) % 3 == 1 ? 1 : -1;
  const double a = std::atan2(-sign * turn(j, k), turn(k, k));
  const double b = std::atan2(sign * turn(i, k), std::hypot(turn(i, i), turn(i, j)));
  const Matrix3d rest = AngleAxisd(-a, Vector3d::Unit(i)) * turn;
  const double c = std::atan2(sign * rest(j, i), rest(j, j));
  return Vector3d(a, b, c) / kRadians;
}

// The turn that takes `from` to `to`, both [3, n], best in least squares (Kabsch).
Matrix3d turn_between(const Eigen::Matrix3Xd& from, const Eigen::Matrix3Xd& to) {
  const Matrix3d covariance = to * from.transpose();
  const Eigen::JacobiSVD<Matrix3d> svd(covariance, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Matrix3d u = svd.matrixU();
  const Matrix3d v = svd.matrixV();
  const Vector3d signs(1, 1, (u * v.transpose()).determinant() < 0 ? -1 : 1);
  return u * signs.asDiagonal() * v.transpose();
}

// How a joint is turned in the world, seen from where its children are. One child leaves the turn about its bone open:
// the parent's is then changed by the shortest turn.
Matrix3d turn_of_joint(const Matrix3d& parent, const Eigen::Matrix3Xd& rest, const Eigen::Matrix3Xd& seen) {
  if (rest.cols() == 0) return parent;
  if (rest.cols() > 1) return turn_between(rest, seen);
  return Eigen::Quaterniond::FromTwoVectors(parent * rest.col(0), seen.col(0)).toRotationMatrix() * parent;
}

Vector3d position_at(const ArrayXXd& positions, Index frame, std::size_t joint) {
  return positions.row(frame).segment<3>(3 * static_cast<Index>(joint)).matrix().transpose();
}

Bvh rest_pose(const std::vector<std::string>& names, const std::vector<int>& parents, const ArrayXXd& positions,
              const RotationOrder& order) {
  std::vector<BvhChannel> rotations;
  for (const int axis : order) rotations.push_back(static_cast<BvhChannel>(3 + axis));
  Bvh bvh;
  for (std::size_t joint = 0; joint < names.size(); ++joint) {
    bvh.joints.push_back({.name = names[joint], .parent = parents[joint], .channels = rotations});
    if (parents[joint] < 0) continue;
    bvh.joints[joint].offset =
        position_at(positions, 0, joint) - position_at(positions, 0, static_cast<std::size_t>(parents[joint]));
  }
  bvh.joints[0].channels = {BvhChannel::x_position, BvhChannel::y_position, BvhChannel::z_position};
  bvh.joints[0].channels.insert(bvh.joints[0].channels.end(), rotations.begin(), rotations.end());
  return bvh;
}

}  // namespace

Frames joint_positions(const Bvh& bvh, const std::vector<std::string>& names) {
  const std::vector<std::size_t> indices = joint_indices(bvh, names);
  Frames result(bvh.values.rows(), 3 * static_cast<Index>(names.size()));
  Posture posture(bvh.joints);
  for (Index frame = 0; frame < bvh.values.rows(); ++frame) {
    const std::vector<Vector3d>& positions = posture.at(bvh, frame);
    for (std::size_t i = 0; i < indices.size(); ++i) {
      result.row(frame).segment<3>(3 * static_cast<Index>(i)) = positions[indices[i]].transpose().array().cast<float>();
    }
  }
  return result;
}

Bvh bvh_of_positions(const std::vector<std::string>& names, const std::vector<int>& parents, const ArrayXXd& positions,
                     double frame_time, const RotationOrder& order) {
  Bvh bvh = rest_pose(names, parents, positions, order);
  bvh.frame_time = frame_time;
  bvh.values.resize(positions.rows(), 3 * static_cast<Index>(names.size()) + 3);
  std::vector<std::vector<std::size_t>> children(names.size());  // those whose bone has a direction
  for (std::size_t joint = 1; joint < names.size(); ++joint) {
    if (bvh.joints[joint].offset.norm() > kNoLength)
      children[static_cast<std::size_t>(parents[joint])].push_back(joint);
  }
  std::vector<Matrix3d> turns(names.size());
  for (Index frame = 0; frame < positions.rows(); ++frame) {
    bvh.values.row(frame).head<3>() = positions.row(frame).head<3>();
    for (std::size_t joint = 0; joint < names.size(); ++joint) {
      const auto count = static_cast<Index>(children[joint].size());
      Eigen::Matrix3Xd rest(3, count);
      Eigen::Matrix3Xd seen(3, count);
      for (Index i = 0; i < count; ++i) {
        const std::size_t child = children[joint][static_cast<std::size_t>(i)];
        rest.col(i) = bvh.joints[child].offset;
        seen.col(i) = position_at(positions, frame, child) - position_at(positions, frame, joint);
      }
      const Matrix3d parent = joint == 0 ? Matrix3d::Identity() : turns[static_cast<std::size_t>(parents[joint])];
      turns[joint] = turn_of_joint(parent, rest, seen);
      bvh.values.row(frame).segment<3>(3 * static_cast<Index>(joint) + 3) =
          angles_of(parent.transpose() * turns[joint], order).transpose().array();
    }
  }
  return bvh;
}

}  // namespace pskd::data::formats
