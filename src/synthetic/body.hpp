// A humanoid with the 20 Kinect joints: from a pose, given by where the hands, feet, pelvis and trunk are, to joint
// positions.
//
// World axes are the camera's: x to the person's right, y up, z away from the camera; the person faces the camera (-z).
// Limbs are chains of two bones, whose middle joint is a hinge with limits.
#pragma once

#include <Eigen/Core>
#include <array>

namespace pskd::synthetic {

inline constexpr int kHumanoidJoints = 20;

/// Lengths in meters.
struct Body {
  double hip_to_spine = 0.07;
  double spine_to_shoulders = 0.36;
  double shoulders_to_head = 0.19;
  double half_shoulders = 0.18;
  double half_hips = 0.08;
  double upper_arm = 0.27;
  double forearm = 0.24;
  double hand = 0.07;
  double thigh = 0.45;
  double shin = 0.38;
  double foot = 0.09;

  double arm() const { return upper_arm + forearm; }
  double leg() const { return thigh + shin; }
};

/// Limits of the hinges, radians of flexion; 0 is a straight limb.
inline constexpr double kMaxElbowFlexion = 2.6;
inline constexpr double kMaxKneeFlexion = 2.4;

/// Where one hand is, from its shoulder in the trunk's axes, in arm lengths: outward, up, forward.
struct HandPose {
  Eigen::Vector3d position{0.12, -0.94, 0.08};
  double twist = 0;  ///< of the forearm about its axis, radians
};

/// Where one foot is, from its place below the hip, meters: forward, up.
struct FootPose {
  double forward = 0;
  double up = 0;
};

struct Pose {
  HandPose right_hand, left_hand;
  FootPose right_foot, left_foot;
  double trunk_pitch = 0;     ///< forward, radians
  double trunk_yaw = 0;       ///< to the left, radians
  double trunk_roll = 0;      ///< to the right, radians
  double pelvis_drop = 0;     ///< below standing height, in leg lengths
  double pelvis_forward = 0;  ///< in leg lengths
};

/// Where the person stands: the point of the ground below the hips, and the direction faced.
struct Stance {
  Eigen::Vector3d ground{0, -1, 2.9};
  double facing = 0;  ///< to the left of the camera, radians
};

/// A place to strap a sensor on: its axes are the columns of `axes`, x along the limb towards its end.
struct Mount {
  Eigen::Vector3d position;
  Eigen::Matrix3d axes;
};

struct PosedBody {
  std::array<Eigen::Vector3d, kHumanoidJoints> joints;
  Mount right_wrist, right_thigh;
};

PosedBody pose_body(const Body& body, const Stance& stance, const Pose& pose);

}  // namespace pskd::synthetic
