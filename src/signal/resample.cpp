#include "signal/resample.hpp"

#include <algorithm>

#include "data/interpolation.hpp"

namespace pskd::signal {

std::vector<double> uniform_times(int n) {
  std::vector<double> times(n);
  for (int i = 0; i < n; ++i) times[i] = n > 1 ? static_cast<double>(i) / (n - 1) : 0.0;
  return times;
}

data::Frames resample(const data::Frames& frames, const std::vector<double>& times) {
  data::Frames result(static_cast<Eigen::Index>(times.size()), frames.cols());
  for (Eigen::Index i = 0; i < result.rows(); ++i) {
    const double position = std::clamp(times[i], 0.0, 1.0) * static_cast<double>(frames.rows() - 1);
    result.row(i) = data::row_at(frames, data::row_position(position, frames.rows()));
  }
  return result;
}

}  // namespace pskd::signal
