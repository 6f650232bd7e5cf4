#include "synthetic/performance.hpp"

#include <math.h>  // NOLINT(modernize-deprecated-headers): Boost 1.74's pchip.hpp calls isnan without a namespace

#include <Eigen/Geometry>
#include <algorithm>
#include <boost/math/interpolators/pchip.hpp>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/random.hpp"
#include "data/units.hpp"
#include "synthetic/actions.hpp"
#include "synthetic/body.hpp"

namespace pskd::synthetic {
namespace {

using Eigen::AngleAxisd;
using Eigen::ArrayXXd;
using Eigen::Index;
using Eigen::Matrix3d;
using Eigen::Vector3d;

constexpr double kPi = std::numbers::pi;
constexpr double kRadians = kPi / 180;

// How one person is built and moves.
struct Style {
  Body body;
  Stance stance;
  double tempo = 1;         // multiplies durations
  double range = 1;         // multiplies the size of movements
  double smoothing = 0.05;  // seconds; small: jerky
  double other_side = 0;    // share of the right hand's movement that an idle left hand takes part in
  double lean = 0;          // radians the trunk is bent forward at rest
  double twist = 0;         // degrees added to the forearm's twist
  double skew = 0;          // early or late in the movement
  Matrix3d wrist_mount, thigh_mount;
};

// A turn about a random axis.
Matrix3d random_turn(RandomStream& random, double degrees) {
  const Vector3d turn(random.normal(0, degrees), random.normal(0, degrees), random.normal(0, degrees));
  return AngleAxisd(turn.norm() * kRadians, turn.normalized()).toRotationMatrix();
}

Body random_body(RandomStream& random) {
  const double height = random.normal(1, 0.05);
  Body body;
  for (double Body::*length :
       {&Body::hip_to_spine, &Body::spine_to_shoulders, &Body::shoulders_to_head, &Body::half_shoulders,
        &Body::half_hips, &Body::upper_arm, &Body::forearm, &Body::hand, &Body::thigh, &Body::shin, &Body::foot}) {
    body.*length *= height * random.normal(1, 0.03);
  }
  return body;
}

Style subject_style(std::uint64_t seed, int subject) {
  RandomStream random(stream_key(seed, "subject", subject));
  Style style;
  style.body = random_body(random);
  style.stance.ground = Vector3d(random.normal(-0.1, 0.08), random.normal(-1.05, 0.03), random.normal(2.9, 0.12));
  style.stance.facing = random.normal(0, 6 * kRadians);
  style.tempo = std::exp(random.normal(0, 0.1));
  style.range = std::clamp(random.normal(1, 0.1), 0.75, 1.2);
  style.smoothing = random.uniform(0.035, 0.065);
  style.other_side = random.uniform(0, 0.2);
  style.lean = random.normal(2, 2) * kRadians;
  style.twist = random.normal(0, 20);
  style.skew = random.normal(0, 0.12);
  style.wrist_mount = random_turn(random, 12);
  style.thigh_mount = random_turn(random, 10);
  return style;
}

// ---- one person's, one trial's script ------------------------------------------------------------

bool at_rest(const std::array<double, 4>& value) { return value == kHandAtRest; }

// The whole figure shifted and scaled about its middle, and each key moved a little: once by the person's way of doing
// this action, once by chance.
void vary_hand(Track& track, double range, double twist, double shift, double scatter, RandomStream& random) {
  const Vector3d moved(random.normal(0, shift), random.normal(0, shift), random.normal(0, shift));
  Vector3d middle = Vector3d::Zero();
  int count = 0;
  for (const Key& key : track) {
    if (at_rest(key.value)) continue;
    middle += Vector3d(key.value[0], key.value[1], key.value[2]);
    ++count;
  }
  if (count > 0) middle /= count;
  for (Key& key : track) {
    if (at_rest(key.value)) continue;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const auto i = static_cast<Index>(axis);
      key.value[axis] = middle[i] + range * (key.value[axis] - middle[i]) + moved[i] + random.normal(0, scatter);
    }
    key.value[3] += twist + random.normal(0, 60 * scatter);
  }
}

// Trunk, pelvis and feet: only sizes differ.
void vary_body(Track& track, double range) {
  for (Key& key : track) {
    for (double& value : key.value) value *= range;
  }
}

// An idle left hand takes part in what the right one does.
Track echoed(const Track& right, double share) {
  Track left = right;
  for (Key& key : left) {
    for (std::size_t i = 0; i < 3; ++i) key.value[i] = kHandAtRest[i] + share * (key.value[i] - kHandAtRest[i]);
    key.value[3] = 0;
  }
  return left;
}

ActionScript personal_script(const Style& style, const PerformancePlan& plan) {
  ActionScript script = plan.script;
  RandomStream manner(stream_key(plan.seed, "manner", plan.action, plan.subject));
  RandomStream chance(stream_key(plan.seed, "trial script", plan.action, plan.subject, plan.trial));
  for (Track* hand : {&script.right_hand, &script.left_hand}) {
    vary_hand(*hand, style.range, style.twist, 0.07, 0.05, manner);
    vary_hand(*hand, chance.normal(1, 0.05), 0, 0.03, 0.025, chance);
  }
  const double body_range = std::clamp(style.range * manner.normal(1, 0.08) * chance.normal(1, 0.04), 0.7, 1.25);
  for (Track* part : {&script.trunk, &script.pelvis, &script.right_foot, &script.left_foot})
    vary_body(*part, body_range);
  if (script.left_hand.empty() && !script.right_hand.empty()) {
    script.left_hand = echoed(script.right_hand, style.other_side * manner.uniform(0, 1));
  }
  return script;
}

// `track`, `times` times in a row.
Track repeated(const Track& track, int times) {
  Track all;
  for (int i = 0; i < times; ++i) {
    for (Key key : track) {
      key.time = (key.time + i) / times;
      if (all.empty() || key.time > all.back().time) all.push_back(key);
    }
  }
  return all;
}

ActionScript planned_script(const Style& style, const PerformancePlan& plan) {
  ActionScript script = personal_script(style, plan);
  if (plan.range == 1 && plan.twist == 0 && plan.repeats == 1) return script;
  for (Track* hand : {&script.right_hand, &script.left_hand}) {
    for (Key& key : *hand) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        key.value[axis] = kHandAtRest[axis] + plan.range * (key.value[axis] - kHandAtRest[axis]);
      }
      key.value[3] += plan.twist;
    }
  }
  for (Track* track :
       {&script.right_hand, &script.left_hand, &script.trunk, &script.pelvis, &script.right_foot, &script.left_foot}) {
    *track = repeated(*track, plan.repeats);
  }
  return script;
}

// ---- from a script to a motion ------------------------------------------------------------

// The values of `track` at `times`, [times, 4].
ArrayXXd sample(const Track& track, const std::vector<double>& times, const std::array<double, 4>& rest) {
  ArrayXXd values(static_cast<Index>(times.size()), 4);
  for (Index column = 0; column < 4; ++column) {
    const auto at = static_cast<std::size_t>(column);
    if (track.empty()) {
      values.col(column) = rest[at];
      continue;
    }
    std::vector<double> x;
    std::vector<double> y;
    for (const Key& key : track) {
      x.push_back(key.time);
      y.push_back(key.value[at]);
    }
    const boost::math::interpolators::pchip<std::vector<double>> curve(std::move(x), std::move(y), 0, 0);
    for (std::size_t i = 0; i < times.size(); ++i) values(static_cast<Index>(i), column) = curve(times[i]);
  }
  return values;
}

// Gaussian smoothing along the rows; the ends stand still.
ArrayXXd smoothed(const ArrayXXd& values, double deviation) {
  const auto reach = static_cast<Index>(std::ceil(4 * deviation));
  std::vector<double> kernel;
  for (Index k = -reach; k <= reach; ++k) {
    kernel.push_back(std::exp(-0.5 * static_cast<double>(k * k) / (deviation * deviation)));
  }
  const double total = std::accumulate(kernel.begin(), kernel.end(), 0.0);
  ArrayXXd result(values.rows(), values.cols());
  for (Index row = 0; row < values.rows(); ++row) {
    Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(values.cols());
    for (Index k = -reach; k <= reach; ++k) {
      sum += kernel[static_cast<std::size_t>(k + reach)] / total *
             values.row(std::clamp<Index>(row + k, 0, values.rows() - 1)).matrix();
    }
    result.row(row) = sum.array();
  }
  return result;
}

// A person never stands quite still nor repeats a path: a few slow waves, [steps, columns].
ArrayXXd sway(Index steps, double interval, Index columns, double size, RandomStream& random) {
  constexpr int kWaves = 4;
  ArrayXXd values = ArrayXXd::Zero(steps, columns);
  for (Index column = 0; column < columns; ++column) {
    for (int wave = 0; wave < kWaves; ++wave) {
      const double frequency = random.uniform(0.2, 1.8);
      const double phase = random.uniform(0, 2 * kPi);
      const double height = random.normal(0, size / std::sqrt(kWaves / 2.0));
      for (Index i = 0; i < steps; ++i) {
        values(i, column) += height * std::sin(2 * kPi * frequency * interval * static_cast<double>(i) + phase);
      }
    }
  }
  return values;
}

// The clip's own time for each moment: monotone, 0 to 1, early or late, and now fast, now slow.
std::vector<double> warped_times(Index steps, double skew, RandomStream& random) {
  const double late = std::clamp(skew + random.normal(0, 0.05), -0.4, 0.4);
  const double uneven = std::clamp(random.normal(0, 0.12), -0.4, 0.4);
  std::vector<double> times;
  for (Index i = 0; i < steps; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(steps - 1);
    times.push_back(
        std::clamp(t + late * std::sin(kPi * t) / kPi + uneven * std::sin(2 * kPi * t) / (2 * kPi), 0.0, 1.0));
  }
  return times;
}

// The columns of a motion's control curves.
enum Channel { right_hand = 0, left_hand = 4, trunk = 8, pelvis = 12, right_foot = 16, left_foot = 20, channels = 24 };

ArrayXXd control_curves(const ActionScript& script, const std::vector<double>& times) {
  ArrayXXd curves(static_cast<Index>(times.size()), channels);
  curves << sample(script.right_hand, times, kHandAtRest), sample(script.left_hand, times, kHandAtRest),
      sample(script.trunk, times, {}), sample(script.pelvis, times, {}), sample(script.right_foot, times, {}),
      sample(script.left_foot, times, {});
  return curves;
}

HandPose hand_pose(const Eigen::RowVectorXd& row, Index first) {
  return {Vector3d(row(first), row(first + 1), row(first + 2)), row(first + 3) * kRadians};
}

Pose pose_of(const Eigen::RowVectorXd& row, double lean) {
  Pose pose;
  pose.right_hand = hand_pose(row, right_hand);
  pose.left_hand = hand_pose(row, left_hand);
  pose.trunk_pitch = row(trunk) * kRadians + lean;
  pose.trunk_yaw = row(trunk + 1) * kRadians;
  pose.trunk_roll = row(trunk + 2) * kRadians;
  pose.pelvis_drop = row(pelvis);
  pose.pelvis_forward = row(pelvis + 1);
  pose.right_foot = {row(right_foot), std::max(0.0, row(right_foot + 1))};
  pose.left_foot = {row(left_foot), std::max(0.0, row(left_foot + 1))};
  return pose;
}

void add_sway(ArrayXXd& curves, double interval, RandomStream& random) {
  for (const Index hand : {right_hand, left_hand}) {
    curves.middleCols(hand, 3) += sway(curves.rows(), interval, 3, 0.012, random);
    curves.col(hand + 3) += sway(curves.rows(), interval, 1, 3, random).col(0);
  }
  curves.middleCols(trunk, 3) += sway(curves.rows(), interval, 3, 0.6, random);
  curves.middleCols(pelvis, 2) += sway(curves.rows(), interval, 2, 0.003, random);
}

void record_mount(WornSensor& sensor, Index step, const Mount& place, const Matrix3d& mount) {
  sensor.position.row(step) = place.position.transpose().array();
  sensor.axes.emplace_back(place.axes * mount);
}

}  // namespace

double performance_seconds(const PerformancePlan& plan) {
  RandomStream manner(stream_key(plan.seed, "duration", plan.action, plan.subject));
  RandomStream chance(stream_key(plan.seed, "trial duration", plan.action, plan.subject, plan.trial));
  const double factor = std::exp(manner.normal(0, 0.06) + chance.normal(0, 0.07));
  return plan.script.seconds * subject_style(plan.seed, plan.subject).tempo * factor;
}

Performance perform(const PerformancePlan& plan) {
  const Style style = subject_style(plan.seed, plan.subject);
  RandomStream random(stream_key(plan.seed, "motion", plan.action, plan.subject, plan.trial));
  const Index steps = plan.steps;
  ArrayXXd curves = control_curves(planned_script(style, plan), warped_times(steps, style.skew, random));
  curves = smoothed(curves, style.smoothing / plan.interval);
  add_sway(curves, plan.interval, random);

  Stance stance = style.stance;
  stance.ground += Vector3d(random.normal(0, 0.04), 0, random.normal(0, 0.04));
  stance.facing += random.normal(0, 3 * kRadians);
  const Matrix3d slipped = random_turn(random, 4);
  Performance performance{plan.interval, ArrayXXd(steps, Index{3} * kHumanoidJoints), {}, {}};
  for (WornSensor* sensor : {&performance.wrist, &performance.thigh}) {
    sensor->position.resize(steps, 3);
    sensor->axes.reserve(static_cast<std::size_t>(steps));
  }
  for (Index i = 0; i < steps; ++i) {
    const PosedBody posed = pose_body(style.body, stance, pose_of(curves.row(i).matrix(), style.lean));
    for (int joint = 0; joint < kHumanoidJoints; ++joint) {
      performance.joints.row(i).segment<3>(Eigen::Index{3} * joint) =
          posed.joints[static_cast<std::size_t>(joint)].transpose().array();
    }
    record_mount(performance.wrist, i, posed.right_wrist, style.wrist_mount * slipped);
    record_mount(performance.thigh, i, posed.right_thigh, style.thigh_mount * slipped);
  }
  return performance;
}

// By central differences of the path.
Vector3d felt_force(const WornSensor& sensor, double interval, Index step) {
  const Index middle = std::clamp<Index>(step, 1, sensor.position.rows() - 2);
  const auto row = [&](Index i) -> Vector3d { return sensor.position.row(i).matrix().transpose(); };
  const Vector3d acceleration = (row(middle + 1) - 2 * row(middle) + row(middle - 1)) / (interval * interval);
  const Matrix3d to_sensor = sensor.axes[static_cast<std::size_t>(step)].transpose();
  return to_sensor * (acceleration / data::kGravity + Vector3d::UnitY());
}

Vector3d angular_rate(const WornSensor& sensor, double interval, Index step) {
  const auto middle = static_cast<std::size_t>(std::clamp<Index>(step, 1, sensor.position.rows() - 2));
  const AngleAxisd turn(Matrix3d(sensor.axes[middle - 1].transpose() * sensor.axes[middle + 1]));
  return turn.angle() / (2 * interval) * turn.axis();
}

}  // namespace pskd::synthetic
