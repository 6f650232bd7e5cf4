#include "synthetic/actions.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>

namespace pskd::synthetic {
namespace {

using Value = std::array<double, 4>;

constexpr double kStart = 0.12;  // before it and after kEnd everything is at rest
constexpr double kEnd = 0.9;

Track between(const Value& before, Track keys, const Value& after) {
  keys.insert(keys.begin(), {{0, before}, {kStart, before}});
  keys.insert(keys.end(), {{kEnd, after}, {1, after}});
  return keys;
}

Track hand(const Track& keys) { return between(kHandAtRest, keys, kHandAtRest); }
Track body(const Track& keys) { return between({}, keys, {}); }

// `values` in turn, evenly from `start` to `end`.
Track evenly(double start, double end, const std::vector<Value>& values) {
  Track keys;
  for (std::size_t i = 0; i < values.size(); ++i) {
    keys.push_back(
        {start + (end - start) * static_cast<double>(i) / static_cast<double>(values.size() - 1), values[i]});
  }
  return keys;
}

// `a` and `b` in turn, `times` times.
Track to_and_fro(double start, double end, int times, const Value& a, const Value& b) {
  std::vector<Value> values;
  for (int i = 0; i < times; ++i) {
    values.push_back(a);
    values.push_back(b);
  }
  return evenly(start, end, values);
}

// A circle in the plane before the right shoulder, from its top; `turn` is 1 towards the person's right, -1 towards the
// left.
Track circle(double turn) {
  constexpr int kPoints = 16;
  std::vector<Value> values;
  for (int i = 0; i <= kPoints; ++i) {
    const double angle = 2 * std::numbers::pi * i / kPoints;
    values.push_back({-0.05 + 0.36 * turn * std::sin(angle), 0.05 + 0.36 * std::cos(angle), 0.74, 10});
  }
  return hand(evenly(0.28, 0.74, values));
}

// Steps on the spot. The left foot's are half a period later.
Track steps(int count, double height, double delay) {
  const double period = (kEnd - kStart) / (count + 0.5);
  Track keys;
  for (int i = 0; i < count; ++i) {
    const double start = kStart + (i + delay) * period;
    keys.push_back({start + 0.02 * period, {0, 0}});
    keys.push_back({start + 0.25 * period, {0.03, height}});
    keys.push_back({start + 0.5 * period, {0, 0}});
  }
  return body(keys);
}

// The arm's swing that goes with steps(), against the leg of its side.
Track swinging(int count, double delay, const Value& front, const Value& back) {
  const double period = (kEnd - kStart) / (count + 0.5);
  Track keys;
  for (int i = 0; i < count; ++i) {
    keys.push_back({kStart + (i + delay + 0.25) * period, back});
    keys.push_back({kStart + (i + delay + 0.75) * period, front});
  }
  if (keys.back().time > kEnd - 0.02) keys.pop_back();
  return hand(keys);
}

// The body's bounce that goes with steps(): lowest when a foot lands.
Track bounce(int count, double depth) {
  return body(to_and_fro(kStart + 0.02, kEnd - 0.02, 2 * count, {depth, 0}, {-0.2 * depth, 0}));
}

const Value kSitting = {0.42, -0.34};

// One hand: swipes, figures, throws, swings and strokes. The arm of the right side does the work.
std::vector<ActionScript> arm_actions() {
  return {
      // swipe_left
      {3.2,
       hand({{0.3, {0.55, -0.02, 0.62, 0}},
             {0.37, {0.58, 0, 0.6, 0}},
             {0.56, {-0.5, 0.03, 0.76, 15}},
             {0.64, {-0.52, 0, 0.72, 15}}}),
       {},
       {},
       {},
       {},
       {}},
      // swipe_right
      {3.1,
       hand({{0.3, {-0.5, 0, 0.72, 15}},
             {0.37, {-0.52, 0, 0.72, 15}},
             {0.56, {0.56, 0.03, 0.62, 0}},
             {0.64, {0.58, 0, 0.6, 0}}}),
       {},
       {},
       {},
       {},
       {}},
      // wave
      {3.5, hand(to_and_fro(0.28, 0.76, 3, {0.62, 0.48, 0.3, -20}, {0.2, 0.52, 0.36, -20})), {}, {}, {}, {}, {}},
      // clap
      {3.25,
       hand(to_and_fro(0.28, 0.74, 3, {-0.05, -0.12, 0.66, 60}, {-0.36, -0.1, 0.66, 60})),
       hand(to_and_fro(0.28, 0.74, 3, {-0.05, -0.12, 0.66, 60}, {-0.36, -0.1, 0.66, 60})),
       {},
       {},
       {},
       {}},
      // throw
      {3.1,
       hand({{0.36, {0.42, 0.36, -0.12, 0}},
             {0.44, {0.4, 0.42, -0.18, 0}},
             {0.56, {-0.02, 0.3, 0.84, 20}},
             {0.66, {-0.3, -0.35, 0.66, 30}}}),
       {},
       body({{0.42, {-4, -14, 0}}, {0.58, {10, 14, 0}}}),
       {},
       {},
       {}},
      // arm_cross
      {3.4,
       hand({{0.3, {0.1, -0.05, 0.8, 30}},
             {0.44, {-0.55, 0, 0.55, 40}},
             {0.56, {-0.55, 0, 0.55, 40}},
             {0.7, {0.1, -0.05, 0.8, 30}}}),
       hand({{0.3, {0.1, -0.05, 0.8, 30}},
             {0.44, {-0.55, 0.05, 0.5, 40}},
             {0.56, {-0.55, 0.05, 0.5, 40}},
             {0.7, {0.1, -0.05, 0.8, 30}}}),
       {},
       {},
       {},
       {}},
      // basketball_shoot
      {3.2,
       hand({{0.32, {-0.22, -0.3, 0.5, 30}},
             {0.42, {-0.18, 0.2, 0.45, 20}},
             {0.54, {-0.12, 0.76, 0.5, 0}},
             {0.66, {-0.1, 0.7, 0.55, 0}}}),
       hand({{0.32, {-0.22, -0.3, 0.5, 30}},
             {0.42, {-0.2, 0.2, 0.45, 20}},
             {0.54, {-0.14, 0.7, 0.5, 0}},
             {0.66, {-0.1, 0.55, 0.5, 0}}}),
       {},
       body({{0.36, {0.09, 0}}, {0.5, {-0.01, 0}}}),
       {},
       {}},
      // draw_x
      {3.5,
       hand({{0.28, {-0.4, 0.32, 0.72, 10}},
             {0.42, {0.34, -0.28, 0.7, 10}},
             {0.56, {0.34, 0.32, 0.7, 10}},
             {0.7, {-0.4, -0.28, 0.72, 10}}}),
       {},
       {},
       {},
       {},
       {}},
      // draw_circle_cw, draw_circle_ccw
      {4.0, circle(1), {}, {}, {}, {}, {}},
      {3.9, circle(-1), {}, {}, {}, {}, {}},
      // draw_triangle
      {4.0,
       hand({{0.27, {-0.05, 0.4, 0.74, 10}},
             {0.41, {0.36, -0.25, 0.7, 10}},
             {0.56, {-0.44, -0.25, 0.72, 10}},
             {0.72, {-0.05, 0.4, 0.74, 10}}}),
       {},
       {},
       {},
       {},
       {}},
      // bowling
      {4.2,
       hand({{0.28, {0, -0.45, 0.6, 0}},
             {0.44, {0.15, -0.76, -0.48, 0}},
             {0.6, {-0.02, -0.42, 0.78, 10}},
             {0.68, {-0.15, 0.05, 0.8, 20}}}),
       {},
       body({{0.4, {24, -8, 0}}, {0.6, {30, 8, 0}}}),
       body({{0.42, {0.1, 0.05}}, {0.6, {0.14, 0.14}}}),
       {},
       body({{0.34, {0.15, 0.06}}, {0.44, {0.34, 0}}, {0.72, {0.34, 0}}, {0.8, {0.15, 0.06}}})},
      // boxing
      {3.6,
       hand(evenly(0.26, 0.76,
                   {{-0.1, -0.05, 0.42, 30},
                    {-0.2, 0.05, 0.95, 60},
                    {-0.1, -0.05, 0.42, 30},
                    {-0.1, -0.05, 0.42, 30},
                    {-0.2, 0.05, 0.95, 60},
                    {-0.1, -0.05, 0.42, 30}})),
       hand(evenly(0.26, 0.76,
                   {{-0.1, -0.05, 0.42, 30},
                    {-0.1, -0.05, 0.42, 30},
                    {-0.2, 0.05, 0.95, 60},
                    {-0.1, -0.05, 0.42, 30},
                    {-0.1, -0.05, 0.42, 30}})),
       body(evenly(0.3, 0.72, {{4, 12, 0}, {4, -12, 0}, {4, 12, 0}})),
       {},
       {},
       {}},
      // baseball_swing
      {4.0,
       hand({{0.32, {0.15, 0.1, 0.32, -20}},
             {0.44, {0.2, 0.12, 0.26, -20}},
             {0.56, {-0.45, -0.1, 0.8, 20}},
             {0.66, {-0.72, 0.16, 0.42, 40}}}),
       hand({{0.32, {-0.82, 0.05, 0.38, 20}},
             {0.44, {-0.85, 0.08, 0.32, 20}},
             {0.56, {-0.3, -0.1, 0.82, 0}},
             {0.66, {-0.06, 0.16, 0.5, 0}}}),
       body({{0.42, {5, -30, 0}}, {0.64, {6, 36, 0}}}),
       {},
       {},
       {}},
      // tennis_swing
      {3.5,
       hand({{0.34, {0.72, -0.3, -0.12, 0}},
             {0.42, {0.72, -0.3, -0.16, 0}},
             {0.55, {0.22, -0.1, 0.84, 15}},
             {0.66, {-0.5, 0.2, 0.56, 30}}}),
       {},
       body({{0.4, {4, -26, 0}}, {0.62, {6, 28, 0}}}),
       {},
       {},
       {}},
      // arm_curl
      {3.1,
       hand(to_and_fro(0.24, 0.8, 2, {0.08, -0.3, 0.5, 0}, {0.08, -0.86, 0.2, 0})),
       hand(to_and_fro(0.24, 0.8, 2, {0.08, -0.3, 0.5, 0}, {0.08, -0.86, 0.2, 0})),
       {},
       {},
       {},
       {}},
      // tennis_serve
      {3.7,
       hand({{0.34, {0.4, 0.1, -0.15, 0}},
             {0.46, {0.3, 0.5, -0.2, 0}},
             {0.57, {0.02, 0.82, 0.38, 20}},
             {0.68, {-0.3, -0.3, 0.7, 30}}}),
       hand({{0.34, {-0.05, 0.1, 0.7, 0}}, {0.44, {-0.05, 0.6, 0.6, 0}}, {0.58, {-0.1, -0.3, 0.4, 0}}}),
       body({{0.44, {-8, -16, 0}}, {0.62, {14, 16, 0}}}),
       {},
       {},
       {}},
      // push
      {3.25,
       hand({{0.32, {-0.16, -0.12, 0.38, 30}},
             {0.4, {-0.16, -0.12, 0.38, 30}},
             {0.54, {-0.18, -0.02, 0.94, 30}},
             {0.62, {-0.18, -0.02, 0.94, 30}},
             {0.72, {-0.16, -0.12, 0.42, 30}}}),
       hand({{0.32, {-0.16, -0.12, 0.38, 30}},
             {0.4, {-0.16, -0.12, 0.38, 30}},
             {0.54, {-0.18, -0.02, 0.94, 30}},
             {0.62, {-0.18, -0.02, 0.94, 30}},
             {0.72, {-0.16, -0.12, 0.42, 30}}}),
       body({{0.56, {8, 0, 0}}}),
       {},
       {},
       {}},
      // knock
      {3.6, hand(to_and_fro(0.28, 0.74, 3, {-0.08, 0.16, 0.52, 20}, {-0.1, 0.16, 0.74, 20})), {}, {}, {}, {}, {}},
      // catch
      {3.1,
       hand({{0.36, {-0.12, 0.05, 0.84, -30}}, {0.46, {-0.14, 0.08, 0.86, -30}}, {0.58, {-0.2, -0.2, 0.46, -20}}}),
       {},
       {},
       {},
       {},
       {}},
      // pickup_throw
      {4.7,
       hand({{0.28, {0, -0.9, 0.36, 0}},
             {0.36, {0, -0.92, 0.34, 0}},
             {0.5, {0.36, 0.3, -0.1, 0}},
             {0.56, {0.4, 0.4, -0.16, 0}},
             {0.66, {0, 0.3, 0.84, 20}},
             {0.74, {-0.28, -0.35, 0.64, 30}}}),
       {},
       body({{0.26, {62, 4, 0}}, {0.36, {62, 4, 0}}, {0.52, {-4, -12, 0}}, {0.68, {10, 14, 0}}}),
       body({{0.27, {0.24, 0}}, {0.36, {0.24, 0}}, {0.5, {0, 0}}}),
       {},
       {}},
  };
}

// The sensor is on the right thigh.
std::vector<ActionScript> leg_actions() {
  return {
      // jog
      {3.5,
       swinging(6, 0, {0.1, -0.5, 0.5, 0}, {0.18, -0.66, 0.08, 0}),
       swinging(6, 0.5, {0.1, -0.5, 0.5, 0}, {0.18, -0.66, 0.08, 0}),
       {},
       bounce(6, 0.03),
       steps(6, 0.22, 0),
       steps(6, 0.22, 0.5)},
      // walk
      {4.0,
       swinging(4, 0, {0.12, -0.88, 0.3, 0}, {0.14, -0.9, -0.14, 0}),
       swinging(4, 0.5, {0.12, -0.88, 0.3, 0}, {0.14, -0.9, -0.14, 0}),
       {},
       bounce(4, 0.012),
       steps(4, 0.14, 0),
       steps(4, 0.14, 0.5)},
      // sit2stand
      {3.0,
       {},
       {},
       between({8, 0, 0}, {{0.34, {38, 0, 0}}, {0.56, {20, 0, 0}}}, {}),
       between(kSitting, {{0.3, {0.42, -0.3}}, {0.62, {0.02, 0}}}, {}),
       {},
       {}},
      // stand2sit
      {3.15,
       {},
       {},
       between({}, {{0.44, {34, 0, 0}}, {0.66, {30, 0, 0}}}, {8, 0, 0}),
       between({}, {{0.38, {0.06, -0.05}}, {0.7, {0.41, -0.32}}}, kSitting),
       {},
       {}},
      // lunge
      {4.6,
       {},
       {},
       body({{0.4, {8, 0, 0}}, {0.6, {8, 0, 0}}}),
       body({{0.36, {0.1, 0.22}}, {0.46, {0.26, 0.34}}, {0.56, {0.26, 0.34}}, {0.68, {0.1, 0.2}}}),
       {},
       body({{0.26, {0.3, 0.1}}, {0.36, {0.62, 0}}, {0.66, {0.62, 0}}, {0.76, {0.3, 0.1}}})},
      // squat
      {4.4,
       hand({{0.42, {0, -0.08, 0.9, 20}}, {0.56, {0, -0.08, 0.9, 20}}}),
       hand({{0.42, {0, -0.08, 0.9, 20}}, {0.56, {0, -0.08, 0.9, 20}}}),
       body({{0.42, {34, 0, 0}}, {0.56, {34, 0, 0}}}),
       body({{0.42, {0.42, -0.16}}, {0.56, {0.42, -0.16}}}),
       {},
       {}},
  };
}

}  // namespace

const ActionScript& action_script(int action) {
  static const std::vector<ActionScript> scripts = [] {
    std::vector<ActionScript> all = arm_actions();
    for (ActionScript& script : leg_actions()) all.push_back(std::move(script));
    return all;
  }();
  return scripts.at(static_cast<std::size_t>(action - 1));
}

}  // namespace pskd::synthetic
