// Units of measurement.
#pragma once

namespace pskd::data {

/// Standard gravity, m/s^2: one g.
inline constexpr double kGravity = 9.80665;

}  // namespace pskd::data
