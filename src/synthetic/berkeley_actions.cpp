#include "synthetic/berkeley_actions.hpp"

namespace pskd::synthetic {
namespace {

using Value = std::array<double, 4>;

// UTD-MHAD's actions that are the same.
enum UtdAction { wave = 3, clap = 4, throwing = 5, boxing = 13, sit_to_stand = 24, stand_to_sit = 25 };

constexpr double kFirst = 0.14;  // the cycles' first and last key; outside them the body is at rest
constexpr double kLast = 0.86;
const Value kSitting = {0.42, -0.34};

// `values` in turn, `times` times, and at rest before and after.
Track cycling(int times, const std::vector<Value>& values, const Value& rest) {
  const int count = times * static_cast<int>(values.size());
  Track keys = {{0, rest}, {0.08, rest}};
  for (int i = 0; i < count; ++i) {
    keys.push_back({kFirst + (kLast - kFirst) * i / (count - 1), values[static_cast<std::size_t>(i) % values.size()]});
  }
  keys.push_back({0.94, rest});
  keys.push_back({1, rest});
  return keys;
}

Track hops(int times, double height) { return cycling(times, {{0, height}, {0, 0}}, {}); }

// The pelvis of a person who hops: down to take off, up with the feet.
Track bounces(int times, double height) { return cycling(times, {{-height, 0}, {0.06, 0}}, {}); }

ActionScript jumping_in_place() {
  const Track hands = cycling(5, {{0.2, -0.75, 0.3, 0}, {0.16, -0.9, 0, 0}}, kHandAtRest);
  return {4.2, hands, hands, {}, bounces(5, 0.2), hops(5, 0.17), hops(5, 0.17)};
}

ActionScript jumping_jacks() {
  const Track hands =
      cycling(4, {{0.93, 0.1, 0.1, 0}, {0.4, 0.82, 0.1, 0}, {0.93, 0.1, 0.1, 0}, {0.14, -0.93, 0.08, 0}}, kHandAtRest);
  return {4.6, hands, hands, {}, bounces(8, 0.07), hops(8, 0.06), hops(8, 0.06)};
}

ActionScript bending() {
  const Track hands = cycling(2, {{0.05, -0.9, 0.35, 0}, {0.12, -0.92, 0.12, 0}}, kHandAtRest);
  return {4.8, hands, hands, cycling(2, {{68, 0, 0}, {6, 0, 0}}, {}), cycling(2, {{0.06, -0.08}, {0, 0}}, {}), {}, {}};
}

ActionScript waving_two_hands() {
  ActionScript script = action_script(wave);
  script.left_hand = script.right_hand;
  return script;
}

ActionScript sit_down_stand_up() {
  return {4.9,
          {},
          {},
          {{0, {}},
           {0.1, {}},
           {0.26, {34, 0, 0}},
           {0.42, {8, 0, 0}},
           {0.54, {8, 0, 0}},
           {0.7, {38, 0, 0}},
           {0.88, {}},
           {1, {}}},
          {{0, {}}, {0.12, {}}, {0.4, kSitting}, {0.56, kSitting}, {0.86, {}}, {1, {}}},
          {},
          {}};
}

}  // namespace

const ActionScript& berkeley_script(int action) {
  static const std::vector<ActionScript> scripts = {jumping_in_place(),
                                                    jumping_jacks(),
                                                    bending(),
                                                    action_script(boxing),
                                                    waving_two_hands(),
                                                    action_script(wave),
                                                    action_script(clap),
                                                    action_script(throwing),
                                                    sit_down_stand_up(),
                                                    action_script(stand_to_sit),
                                                    action_script(sit_to_stand)};
  return scripts.at(static_cast<std::size_t>(action - 1));
}

}  // namespace pskd::synthetic
