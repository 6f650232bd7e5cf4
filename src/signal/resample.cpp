#include "signal/resample.hpp"

#include <algorithm>

namespace pskd {

std::vector<double> uniform_times(int n) {
  std::vector<double> times(n);
  for (int i = 0; i < n; ++i) times[i] = n > 1 ? static_cast<double>(i) / (n - 1) : 0.0;
  return times;
}

Frames resample(const Frames& frames, const std::vector<double>& times) {
  const Eigen::Index last = frames.rows() - 1;
  Frames result(static_cast<Eigen::Index>(times.size()), frames.cols());
  for (Eigen::Index i = 0; i < result.rows(); ++i) {
    const double position = std::clamp(times[i], 0.0, 1.0) * static_cast<double>(last);
    const Eigen::Index before = std::min(static_cast<Eigen::Index>(position), std::max<Eigen::Index>(last - 1, 0));
    const Eigen::Index after = std::min(before + 1, last);
    const auto share = static_cast<float>(position - static_cast<double>(before));
    result.row(i) = frames.row(before) * (1.0F - share) + frames.row(after) * share;
  }
  return result;
}

}  // namespace pskd
