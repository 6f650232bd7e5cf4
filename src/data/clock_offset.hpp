// How far the clock of a worn sensor is from that of the camera.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "data/alignment.hpp"

namespace pskd::data {

struct ClockOffset {
  double seconds = 0;      ///< how much later the sensor stamps a movement than the skeleton, within 5 s
  double correlation = 0;  ///< of the two movements, when this is put right
  double margin = 0;       ///< how much it is above that of every other offset, more than half a second away

  /// Whether it can be relied on: streams of different recordings correlate by less than half, and with little margin.
  bool is_sure() const { return correlation >= 0.5 && margin >= 0.2; }
};

/// The offset at which the acceleration of the joint `wrist` in its 2 or 3 `dimensions` and | |a| - 1 | of the sensor's
/// columns `acceleration` (g) correlate most. Nothing where the streams share less than 20 s, or one of them does not
/// move.
std::optional<ClockOffset> clock_offset(const Stream& skeleton, int wrist, int dimensions, const Stream& sensor,
                                        const std::vector<Eigen::Index>& acceleration);

/// An offset from which people are warned.
inline constexpr double kNotableOffset = 0.2;  // s

}  // namespace pskd::data
