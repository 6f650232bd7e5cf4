// Units of measurement.
#pragma once

namespace pskd {

/// Standard gravity, m/s^2: one g.
inline constexpr double kGravity = 9.80665;

}  // namespace pskd
