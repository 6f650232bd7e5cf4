#include "deploy/windows.hpp"

#include <algorithm>
#include <cmath>

#include "pskd/base/error.hpp"

namespace pskd::deploy {

double seconds_of_clip(const SensorInput& sensor) {
  if (sensor.rate > 0) return sensor.median_samples / sensor.rate;
  throw Error(ErrorKind::usage, "give --window: the model does not know how long a clip is");
}

WindowSize window_size(double rate, const WindowOptions& options) {
  constexpr double kMost = 1e12;  // samples; more than any recording has
  const auto in_samples = [&](double seconds) {
    return static_cast<Eigen::Index>(std::lround(std::min(seconds * rate, kMost)));
  };
  const double step = options.step > 0 ? options.step : options.length / 2;
  return {std::max<Eigen::Index>(in_samples(options.length), 2), std::max<Eigen::Index>(in_samples(step), 1)};
}

std::vector<SampleRange> windows_in(Eigen::Index samples, double rate, const WindowOptions& options) {
  if (options.length <= 0) return {{0, samples}};
  const auto [count, step] = window_size(rate, options);
  if (count >= samples) return {{0, samples}};
  std::vector<SampleRange> windows;
  for (Eigen::Index first = 0; first + count <= samples; first += step) windows.push_back({first, count});
  return windows;
}

}  // namespace pskd::deploy
