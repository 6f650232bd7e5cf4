// What happens in each of the 27 actions: a few keys in time for the hands, the trunk, the pelvis and the feet.
#pragma once

#include <array>
#include <vector>

namespace pskd::synthetic {

/// `value` of a track at `time`, a share of the clip's duration. Hands: outward, up, forward in arm lengths from the
/// shoulder, and the forearm's twist in degrees. Trunk: pitch, yaw, roll in degrees. Pelvis: drop, forward in leg
/// lengths. Feet: forward, up in meters.
struct Key {
  double time;
  std::array<double, 4> value;
};
using Track = std::vector<Key>;

struct ActionScript {
  double seconds;                                                     ///< usual duration
  Track right_hand, left_hand, trunk, pelvis, right_foot, left_foot;  ///< empty: at rest
};

/// Where the hands hang when they do nothing.
inline constexpr std::array<double, 4> kHandAtRest = {0.12, -0.94, 0.08, 0};

/// The script of an action, from 1 to 27, in the order of UTD-MHAD's classes.
const ActionScript& action_script(int action);

}  // namespace pskd::synthetic
