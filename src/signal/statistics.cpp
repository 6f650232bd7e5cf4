#include "pskd/signal/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace pskd::signal {

Statistics fit_sensor_statistics(const std::vector<const data::Recording*>& clips, const std::vector<int>& columns) {
  Statistics statistics;
  for (const int column : columns) {
    double sum = 0, squares = 0, count = 0;
    for (const data::Recording* clip : clips) {
      if (clip->sensor.rows() == 0) continue;  // it was not recorded
      const Eigen::ArrayXd values = clip->sensor.col(column).cast<double>();
      sum += values.sum();
      squares += values.square().sum();
      count += static_cast<double>(values.size());
    }
    const double mean = count > 0 ? sum / count : 0;
    const double deviation = count > 0 ? std::sqrt(std::max(squares / count - mean * mean, 0.0)) : 0;
    statistics.mean.push_back(static_cast<float>(mean));
    statistics.deviation.push_back(deviation > 1e-6 ? static_cast<float>(deviation) : 1.0F);
  }
  return statistics;
}

}  // namespace pskd::signal
