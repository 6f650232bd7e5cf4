#include "synthetic/body.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

namespace pskd::synthetic {
namespace {

using Eigen::AngleAxisd;
using Eigen::Matrix3d;
using Eigen::Vector3d;

constexpr double kMaxReach = 0.99;  // largest reach of a limb, as a share of its length
constexpr double kSoftness = 0.09;  // width of the zone, as a share of the length, in which a reach limit sets in

// `value` bent smoothly (twice differentiable, so that accelerations stay finite) to stay below `limit`.
double soft_below(double value, double limit, double width) {
  const double start = limit - width;
  return value <= start ? value : start + width * std::tanh((value - start) / width);
}

struct Limb {
  Vector3d middle, end;
  Vector3d hinge;  // unit axis of the middle joint
};

// How a limb hangs, and where its middle joint then points; both are unit vectors, at right angles.
struct Hang {
  Vector3d direction, side;
};

Hang hanging(const Vector3d& direction, const Vector3d& towards) {
  const Vector3d unit = direction.normalized();
  return {unit, (towards - towards.dot(unit) * unit).normalized()};
}

// The chain of the bones `first` and `second` from `root` to `target`, as far as the limits let it. The side to which
// the middle joint bends is carried along from how the limb hangs by the shortest turn, so that it never jumps: only
// the opposite of the hanging direction, which nobody reaches, has no such turn.
Limb reach(const Vector3d& root, const Vector3d& target, double first, double second, const Hang& hang,
           double largest_flexion) {
  const double length = first + second;
  const double shortest = std::sqrt(first * first + second * second + 2 * first * second * std::cos(largest_flexion));
  const Vector3d direction = (target - root).normalized();
  double distance = soft_below((target - root).norm(), kMaxReach * length, kSoftness * length);
  distance = -soft_below(-distance, -shortest, kSoftness * length);
  const double along = (first * first - second * second + distance * distance) / (2 * distance);
  const double aside = std::sqrt(std::max(0.0, first * first - along * along));
  const Vector3d side = Eigen::Quaterniond::FromTwoVectors(hang.direction, direction) * hang.side;
  return {root + along * direction + aside * side, root + distance * direction, direction.cross(side)};
}

// Axes with x along the bone and y on the side the middle joint points to, turned by `twist` about x.
Matrix3d bone_axes(const Vector3d& from, const Vector3d& to, const Vector3d& hinge, double twist) {
  Matrix3d axes;
  axes.col(0) = (to - from).normalized();
  axes.col(1) = hinge.cross(axes.col(0)).normalized();
  axes.col(2) = axes.col(0).cross(axes.col(1));
  return axes * AngleAxisd(twist, Vector3d::UnitX()).toRotationMatrix();
}

enum Joint { head, shoulder_center, spine, hip_center, left_arm, right_arm = 8, left_leg = 12, right_leg = 16 };

class Poser {
 public:
  Poser(const Body& body, const Stance& stance, const Pose& pose) : body_(body), stance_(stance), pose_(pose) {
    pelvis_ = AngleAxisd(stance.facing, Vector3d::UnitY()).toRotationMatrix();
    trunk_ = pelvis_ * AngleAxisd(pose.trunk_yaw, Vector3d::UnitY()).toRotationMatrix() *
             AngleAxisd(-pose.trunk_pitch, Vector3d::UnitX()).toRotationMatrix() *
             AngleAxisd(-pose.trunk_roll, Vector3d::UnitZ()).toRotationMatrix();
  }

  PosedBody run() {
    place_trunk();
    place_arm(left_arm, -1, pose_.left_hand);
    place_arm(right_arm, 1, pose_.right_hand);
    place_leg(left_leg, -1, pose_.left_foot);
    place_leg(right_leg, 1, pose_.right_foot);
    return posed_;
  }

 private:
  Vector3d& joint(int index) { return posed_.joints[static_cast<std::size_t>(index)]; }

  void place_trunk() {
    const double height = (1 - pose_.pelvis_drop) * kStanding * body_.leg() + kAnkleHeight;
    joint(hip_center) = stance_.ground + pelvis_ * Vector3d(0, height, -pose_.pelvis_forward * body_.leg());
    joint(spine) = joint(hip_center) + trunk_ * Vector3d(0, body_.hip_to_spine, 0);
    joint(shoulder_center) = joint(spine) + trunk_ * Vector3d(0, body_.spine_to_shoulders, 0);
    joint(head) = joint(shoulder_center) + trunk_ * Vector3d(0, body_.shoulders_to_head, 0);
  }

  // `side` is 1 on the right and -1 on the left.
  void place_arm(int first, double side, const HandPose& hand) {
    const auto mirrored = [&](const Vector3d& v) -> Vector3d { return trunk_ * Vector3d(side * v.x(), v.y(), -v.z()); };
    joint(first) = joint(shoulder_center) + trunk_ * Vector3d(side * body_.half_shoulders, -0.08, 0);
    const Hang hang = hanging(mirrored({0.2, -0.75, 0.65}), mirrored({0.6, -0.5, -0.6}));
    const Limb arm = reach(joint(first), joint(first) + body_.arm() * mirrored(hand.position), body_.upper_arm,
                           body_.forearm, hang, kMaxElbowFlexion);
    joint(first + 1) = arm.middle;
    joint(first + 2) = arm.end;
    const Matrix3d axes = bone_axes(arm.middle, arm.end, arm.hinge, hand.twist);
    joint(first + 3) = arm.end + body_.hand * axes.col(0);
    if (first == right_arm) posed_.right_wrist = {arm.end, axes};
  }

  void place_leg(int first, double side, const FootPose& foot) {
    joint(first) = joint(hip_center) + pelvis_ * Vector3d(side * body_.half_hips, -0.03, 0);
    const Vector3d ankle =
        stance_.ground + pelvis_ * Vector3d(side * 1.3 * body_.half_hips, kAnkleHeight + foot.up, -foot.forward);
    const Hang hang = hanging(-Vector3d::UnitY(), pelvis_ * -Vector3d::UnitZ());
    const Limb leg = reach(joint(first), ankle, body_.thigh, body_.shin, hang, kMaxKneeFlexion);
    joint(first + 1) = leg.middle;
    joint(first + 2) = leg.end;
    joint(first + 3) = leg.end + pelvis_ * Vector3d(0.1 * side, -0.5, -0.86).normalized() * body_.foot;
    if (first == right_leg) {
      // On the outer face y points backwards, as the knee points forwards.
      posed_.right_thigh = {joint(first) + 0.6 * (leg.middle - joint(first)),
                            bone_axes(joint(first), leg.middle, -leg.hinge, 0)};
    }
  }

  static constexpr double kStanding = 0.99;     // of the leg length: the height of the hips of a standing person
  static constexpr double kAnkleHeight = 0.07;  // meters

  const Body& body_;
  const Stance& stance_;
  const Pose& pose_;
  Matrix3d pelvis_, trunk_;
  PosedBody posed_;
};

}  // namespace

PosedBody pose_body(const Body& body, const Stance& stance, const Pose& pose) {
  return Poser(body, stance, pose).run();
}

}  // namespace pskd::synthetic
