// What sensor channels are standardized by.
#pragma once

#include <span>
#include <vector>

#include "pskd/data/clip.hpp"

namespace pskd::signal {

/// Per-channel mean and standard deviation, fitted on training clips only.
struct Statistics {
  std::vector<float> mean, deviation;
};

/// Statistics of the sensor channels in columns `columns` over all samples of `clips`. A constant channel gets
/// deviation 1.
Statistics fit_sensor_statistics(std::span<const data::Clip> clips, const std::vector<int>& columns);

}  // namespace pskd::signal
