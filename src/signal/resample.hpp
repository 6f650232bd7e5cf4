// Linear interpolation in normalized time: 0 is the first frame, 1 the last. Skeleton and sensor of a clip span the
// same time, whatever their nominal rates, so one time map serves both.
#pragma once

#include <vector>

#include "pskd/data/clip.hpp"

namespace pskd::signal {

/// `n` equally spaced moments from 0 to 1.
std::vector<double> uniform_times(int n);

/// `frames` ([T, F]) at `times` (each in [0, 1]; clamped): [times.size(), F].
data::Frames resample(const data::Frames& frames, const std::vector<double>& times);

}  // namespace pskd::signal
