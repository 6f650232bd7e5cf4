#include "deploy/doubts.hpp"

#include <spdlog/fmt/fmt.h>

#include <cmath>

#include "base/quantile.hpp"
#include "data/gaps.hpp"
#include "deploy/windows.hpp"

namespace pskd::deploy {
namespace {

// Somebody at rest feels 1 g, and somebody who jumps does so about half the time. The medians of UTD-MHAD are
// 0.95 .. 1.44 g, those of the right wrists of Berkeley-MHAD, whose sensor ends at 2 g an axis, 0.52 .. 2.31 g.
constexpr double kLeastGravity = 0.5, kMostGravity = 2.5;  // g
constexpr double kOtherRate = 0.1;                         // share of the rate
constexpr double kOtherLength = 3;                         // times a training clip, or that part of it

/// The first of three channels in g that are x, y and z of one accelerometer.
std::optional<Eigen::Index> accelerometer_of(const SensorInput& input) {
  for (std::size_t i = 0; i + 2 < input.channels.size(); ++i) {
    const std::string stem = input.channels[i].substr(0, input.channels[i].size() - 1);
    bool is_one = true;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      is_one &= input.units[i + axis] == "g" && input.channels[i + axis] == stem + "xyz"[axis];
    }
    if (is_one) return static_cast<Eigen::Index>(i);
  }
  return std::nullopt;
}

double median_acceleration(const data::Frames& samples, Eigen::Index first) {
  const Eigen::ArrayXd lengths = samples.middleCols<3>(first).cast<double>().square().rowwise().sum().sqrt();
  return quantile({lengths.begin(), lengths.end()}, 0.5);
}

}  // namespace

std::vector<Doubt> doubts_about(const SensorRecording& recording, const SensorInput& input) {
  std::vector<Doubt> doubts;
  if (const auto first = accelerometer_of(input)) {
    const double median = median_acceleration(recording.samples, *first);
    if (median < kLeastGravity || median > kMostGravity) {
      doubts.push_back({"|acceleration| is far from 1 g: gravity is missing, or it is in another unit",
                        fmt::format("{:.3g} g in the median", median)});
    }
  }
  if (recording.stamped && input.rate > 0 && std::abs(recording.rate / input.rate - 1) > kOtherRate) {
    doubts.push_back({fmt::format("sampled at another rate than the training recordings ({:.4g} Hz)", input.rate),
                      fmt::format("{:.4g} Hz", recording.rate)});
  }
  const double cut = recording.cut_front + recording.cut_back;
  if (recording.rate > 0 && cut > data::kShortGap) {
    const double kept = static_cast<double>(recording.samples.rows() - 1) / recording.rate;
    doubts.push_back({"a part is left out, for gaps or missing values",
                      fmt::format("{:.2f} s of {:.2f} s are kept", kept, kept + cut)});
  }
  for (Eigen::Index column = 0; column < recording.samples.cols(); ++column) {
    const float value = recording.samples(0, column);
    if ((recording.samples.col(column) != value).any()) continue;
    doubts.push_back(
        {"channel " + input.channels[static_cast<std::size_t>(column)] + " is constant", fmt::format("{:.4g}", value)});
  }
  return doubts;
}

std::optional<Doubt> doubt_about_length(const SensorRecording& recording, Eigen::Index decided,
                                        const SensorInput& input) {
  if (recording.rate <= 0 || input.rate <= 0) return std::nullopt;
  const double clip = seconds_of_clip(input), seconds = static_cast<double>(decided) / recording.rate;
  const bool is_long = seconds > kOtherLength * clip;
  if (!is_long && kOtherLength * seconds >= clip) return std::nullopt;
  const bool is_window = decided < recording.samples.rows();
  return Doubt{fmt::format("much {} than a training clip ({:.2g} s)", is_long ? "longer" : "shorter", clip) +
                   (is_long ? ": give a --window of about that" : ""),
               fmt::format("{}{:.2f} s", is_window ? "windows of " : "", seconds)};
}

}  // namespace pskd::deploy
