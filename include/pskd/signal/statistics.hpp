// What sensor channels are standardized by.
#pragma once

#include <vector>

#include "pskd/data/clip.hpp"

namespace pskd::signal {

/// Per-channel mean and standard deviation, fitted on recordings that train only.
struct Statistics {
  std::vector<float> mean, deviation;
};

/// Statistics of the sensor channels in columns `columns` over all samples of `clips`. A constant channel gets
/// deviation 1.
Statistics fit_sensor_statistics(const std::vector<const data::Recording*>& clips, const std::vector<int>& columns);

}  // namespace pskd::signal
