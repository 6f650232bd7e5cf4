#include "data/clock_offset.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/quantile.hpp"
#include "data/interpolation.hpp"

namespace pskd::data {
namespace {

constexpr double kRate = 25;           // Hz, at which both are compared
constexpr Eigen::Index kSmoothed = 5;  // samples that are averaged
constexpr double kMost = 5;            // s, the largest offset
constexpr double kFewest = 20;         // s, that streams must share
constexpr double kApart = 0.5;         // s, from the best offset to the next best one
constexpr double kNotExtreme = 0.98;   // share of the samples; jumps of a tracked joint are held to the others

/// Rows of `stream` at `count` moments of kRate from `begin` on.
Eigen::ArrayXXd sampled(const Stream& stream, double begin, Eigen::Index count) {
  const Eigen::ArrayXXd values = stream.frames.cast<double>();
  const double rate = static_cast<double>(values.rows() - 1) / (stream.end - stream.begin);
  Eigen::ArrayXXd samples(count, values.cols());
  for (Eigen::Index i = 0; i < count; ++i) {
    const double position = (begin - stream.begin + static_cast<double>(i) / kRate) * rate;
    samples.row(i) = row_at(values, row_position(position, values.rows()));
  }
  return samples;
}

/// The mean of the samples around each; at the ends of those that are there.
Eigen::ArrayXXd smoothed(const Eigen::ArrayXXd& samples) {
  Eigen::ArrayXXd means(samples.rows(), samples.cols());
  for (Eigen::Index i = 0; i < samples.rows(); ++i) {
    const Eigen::Index first = std::max<Eigen::Index>(i - kSmoothed / 2, 0);
    const Eigen::Index count = std::min(i + kSmoothed / 2, samples.rows() - 1) - first + 1;
    means.row(i) = samples.middleRows(first, count).colwise().mean();
  }
  return means;
}

/// Half the difference of a sample's neighbors; 0 at the ends.
Eigen::ArrayXXd slopes(const Eigen::ArrayXXd& samples) {
  Eigen::ArrayXXd result = Eigen::ArrayXXd::Zero(samples.rows(), samples.cols());
  const Eigen::Index inner = samples.rows() - 2;
  result.middleRows(1, inner) = (samples.bottomRows(inner) - samples.topRows(inner)) / 2;
  return result;
}

/// Without its mean, and with extremes held to the others.
Eigen::ArrayXd centered(Eigen::ArrayXd values) {
  values = values.cwiseMin(quantile(std::vector<double>(values.begin(), values.end()), kNotExtreme));
  return values - values.mean();
}

double correlation(const Eigen::ArrayXd& a, const Eigen::ArrayXd& b) {
  const double size = std::sqrt(a.square().sum() * b.square().sum());
  return size > 0 ? (a * b).sum() / size : 0;
}

/// Correlations at each offset from -kMost to kMost, in samples.
std::vector<double> correlations(const Eigen::ArrayXd& sensor, const Eigen::ArrayXd& skeleton) {
  const auto most = static_cast<Eigen::Index>(kMost * kRate);
  std::vector<double> all;
  for (Eigen::Index lag = -most; lag <= most; ++lag) {
    const Eigen::Index count = sensor.size() - std::abs(lag);
    all.push_back(lag >= 0 ? correlation(sensor.tail(count), skeleton.head(count))
                           : correlation(sensor.head(count), skeleton.tail(count)));
  }
  return all;
}

/// Where the parabola through a sample and its neighbors has its top, from that sample, -0.5 .. 0.5.
double top_between(double before, double here, double after) {
  const double curve = before - 2 * here + after;
  return curve < 0 ? std::clamp((before - after) / (2 * curve), -0.5, 0.5) : 0;
}

}  // namespace

std::optional<ClockOffset> clock_offset(const Stream& skeleton, int wrist, int dimensions, const Stream& sensor,
                                        const std::vector<Eigen::Index>& acceleration) {
  const double begin = std::max(skeleton.begin, sensor.begin), end = std::min(skeleton.end, sensor.end);
  if (end - begin < kFewest || acceleration.size() != 3) return std::nullopt;
  const auto count = static_cast<Eigen::Index>((end - begin) * kRate) + 1;
  Stream joint{skeleton.frames.middleCols(3 * wrist, dimensions), skeleton.begin, skeleton.end};
  Stream axes{sensor.frames(Eigen::all, acceleration), sensor.begin, sensor.end};
  const Eigen::ArrayXd moved =
      centered(slopes(slopes(smoothed(sampled(joint, begin, count)))).square().rowwise().sum().sqrt());
  const Eigen::ArrayXXd felt = (sampled(axes, begin, count).square().rowwise().sum().sqrt() - 1).abs();
  const std::vector<double> all = correlations(centered(smoothed(felt).col(0)), moved);
  const auto best = std::max_element(all.begin(), all.end()) - all.begin();
  double next = std::numeric_limits<double>::lowest();
  for (std::ptrdiff_t i = 0; i < std::ssize(all); ++i) {
    if (static_cast<double>(std::abs(i - best)) > kApart * kRate)
      next = std::max(next, all[static_cast<std::size_t>(i)]);
  }
  const double highest = all[static_cast<std::size_t>(best)];
  if (highest <= 0) return std::nullopt;
  const bool inner = best > 0 && best + 1 < std::ssize(all);
  const double between = inner ? top_between(*(all.begin() + best - 1), highest, *(all.begin() + best + 1)) : 0;
  const double seconds = (static_cast<double>(best) + between) / kRate - kMost;
  return ClockOffset{seconds, highest, inner ? highest - next : 0};
}

}  // namespace pskd::data
