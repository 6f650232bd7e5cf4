#include "data/stream_summary.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iomanip>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "base/quantile.hpp"
#include "data/no_label.hpp"
#include "data/units.hpp"

namespace pskd::data {
namespace {

constexpr double kLittle = 0.8;  // share of a stream

std::string number(double value, int digits = 3) {
  std::ostringstream text;
  text << std::setprecision(digits) << value;
  return text.str();
}

std::string percent(double share) { return number(std::round(100 * share), 3) + " %"; }

using Value = std::function<double(const MeasuredStream&)>;

// Those recordings that have a positive value, by its size.
std::vector<std::pair<double, const MeasuredStream*>> sorted(const StreamSummary& summary, const Value& value) {
  std::vector<std::pair<double, const MeasuredStream*>> all;
  for (const MeasuredStream& one : summary.recordings) {
    if (value(one) > 0) all.emplace_back(value(one), &one);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return all;
}

// What is measured of some streams only.
using Measured = std::optional<double> StreamMeasure::*;

std::optional<double> median_of(const StreamSummary& summary, Measured measured) {
  std::vector<double> all;
  for (const MeasuredStream& one : summary.recordings) {
    if (one.measure.*measured) all.push_back(*(one.measure.*measured));
  }
  return all.empty() ? std::nullopt : std::optional(upper_median(std::move(all)));
}

// A line on the recordings that differ so much from the others that they have another unit; else nothing.
std::optional<std::string> differing(const StreamSummary& summary, Measured measured, const std::string& what,
                                     const std::string& unit) {
  constexpr double kDiffer = 3;  // no two people or movements do
  const std::optional<double> median = median_of(summary, measured);
  if (!median || *median <= 0) return std::nullopt;
  std::size_t count = 0;
  const MeasuredStream* example = nullptr;
  for (const MeasuredStream& one : summary.recordings) {
    const std::optional<double>& value = one.measure.*measured;
    if (!value || (*value<kDiffer* * median&& * value> * median / kDiffer)) continue;
    if (++count == 1) example = &one;
  }
  if (example == nullptr) return std::nullopt;
  return summary.stream + ": " + what + " differs in " + std::to_string(count) +
         " recordings from that of the others, " + number(*median) + " " + unit + " (" + example->id + ": " +
         number(*(example->measure.*measured)) + " " + unit + "); do all files have the same unit?";
}

// A line on a body that is no body's size; else nothing. Hands alone have a skeleton, too.
std::optional<std::string> implausible_extent(const StreamSummary& summary) {
  constexpr double kSmallest = 0.05;  // m
  constexpr double kLargest = 4;
  const std::optional<double> extent = median_of(summary, &StreamMeasure::extent);
  if (!extent || (*extent >= kSmallest && *extent <= kLargest)) return std::nullopt;
  return summary.stream + ": the body measures " + number(*extent) + " m: is the unit of the positions right?";
}

// A line on angular rates that no limb has, or nobody who moves; else nothing.
std::optional<std::string> implausible_angular_rate(const StreamSummary& summary) {
  constexpr double kLow = 10;  // deg/s, in the fastest recording: others may show people who sit
  constexpr double kHigh = 4000;
  double fastest = 0;
  for (const MeasuredStream& one : summary.recordings)
    fastest = std::max(fastest, one.measure.angular_rate.value_or(0));
  const std::optional<double> median = median_of(summary, &StreamMeasure::angular_rate);
  if (fastest == 0 || (fastest >= kLow && *median <= kHigh)) return std::nullopt;
  return summary.stream + ": the angular rate reaches " +
         (fastest < kLow ? "only " + number(fastest) + " deg/s" : number(*median) + " deg/s in most recordings") +
         ": is its unit right?";
}

// A line on values that a device holds where it measures nothing new; else nothing.
std::optional<std::string> held_values(const StreamSummary& summary) {
  constexpr double kLong = 3;  // s
  constexpr double kPart = 0.25;
  const auto held = sorted(summary, [&](const MeasuredStream& one) {
    const double hold = one.measure.longest_hold;
    return hold > std::min(kLong, kPart * one.measure.length) ? hold : 0;
  });
  if (held.empty()) return std::nullopt;
  return summary.stream + ": no value changes for " + number(kLong) + " s, or for a quarter of the recording, in " +
         std::to_string(held.size()) + " recordings (longest: " + number(held.back().first) + " s in " +
         held.back().second->id + "); did the device stop, or lie still?";
}

// A line on rates with which nobody records movements; else nothing.
std::optional<std::string> unusual_rate(const StreamSummary& summary) {
  constexpr double kLow = 2;  // Hz
  constexpr double kHigh = 1000;
  std::size_t count = 0;
  std::string example;
  for (const MeasuredStream& one : summary.recordings) {
    for (const double rate : {one.measure.rate, one.measure.declared_rate}) {
      if (rate == 0 || (rate >= kLow && rate <= kHigh)) continue;
      if (++count == 1) example = one.id + ": " + number(rate) + " Hz";
      break;
    }
  }
  if (count == 0) return std::nullopt;
  return summary.stream + ": a rate that no recording of movements has in " + std::to_string(count) + " recordings (" +
         example + "); are `rate`, or the unit of the time stamps, right?";
}

// A line on rates that are not the declared one; else nothing.
std::optional<std::string> other_rate(const StreamSummary& summary, double StreamMeasure::*rate,
                                      const std::string& source) {
  constexpr double kRates = 0.1;  // share by which rates may differ
  std::size_t count = 0;
  const StreamMeasure* example = nullptr;
  std::string id;
  for (const MeasuredStream& one : summary.recordings) {
    const StreamMeasure& measure = one.measure;
    if (measure.*rate == 0 || measure.declared_rate == 0) continue;
    if (std::abs(measure.*rate / measure.declared_rate - 1) <= kRates) continue;
    if (++count > 1) continue;
    example = &measure;
    id = one.id;
  }
  if (example == nullptr) return std::nullopt;
  return summary.stream + ": the rate " + source + " is not the declared one in " + std::to_string(count) +
         " recordings (" + id + ": " + number(example->*rate) + " Hz " + source + ", " +
         number(example->declared_rate) + " Hz declared)";
}

// The unit in which values that are called g would show one g.
std::string likely_unit(double magnitude) {
  constexpr double kMilli = 1000;
  const auto near = [&](double expected) { return magnitude > expected / 1.5 && magnitude < expected * 1.5; };
  if (near(kGravity)) return "is the unit m/s2?";
  if (near(kMilli)) return "is the unit mg?";
  if (near(1 / kGravity)) return "is the unit g?";
  if (near(1 / kMilli)) return "is the unit g, not mg?";
  if (near(kMilli * kGravity)) return "is the unit mg, not m/s2 or g?";
  if (magnitude < 0.5) return "is gravity taken out of it (linear acceleration), or is the unit another one?";
  return "is the unit right?";
}

std::string rate_text(const StreamSummary& summary) {
  const auto stamped = sorted(summary, [](const MeasuredStream& one) { return one.measure.rate; });
  const auto declared = sorted(summary, [](const MeasuredStream& one) { return one.measure.declared_rate; });
  const auto range = [](const auto& values) {
    const std::string low = number(values.front().first);
    const std::string high = number(values.back().first);
    return low == high ? std::string() : " (" + low + "-" + high + ")";
  };
  std::string text;
  if (!stamped.empty()) text += ", " + number(stamped[stamped.size() / 2].first) + " Hz by stamps" + range(stamped);
  if (!declared.empty())
    text += ", " + number(declared[declared.size() / 2].first) + " Hz as declared" + range(declared);
  return text;
}

// Whether some rows, but not all, are 0 throughout: some in a row, as one may be by chance.
bool is_zero_at_times(const Frames& frames, Eigen::Index first, Eigen::Index columns) {
  constexpr int kInARow = 3;
  int in_a_row = 0;
  bool found = false, others = false;
  for (Eigen::Index row = 0; row < frames.rows(); ++row) {
    const bool zero = (frames.row(row).middleCols(first, columns) == 0).all();
    in_a_row = zero ? in_a_row + 1 : 0;
    found |= in_a_row == kInARow;
    others |= !zero;
  }
  return found && others;
}

bool has_zero_joints(const DatasetInfo& info, const Clip& clip) {
  for (Eigen::Index joint = 0; joint < clip.skeleton.cols() / 3; ++joint) {
    if (is_zero_at_times(clip.skeleton, 3 * joint, info.topology.dimensions)) return true;
  }
  return false;
}

}  // namespace

void add_measure(std::vector<StreamSummary>& streams, const MeasuredStream& measured) {
  const std::string& stream = measured.measure.stream;
  auto found =
      std::find_if(streams.begin(), streams.end(), [&](const StreamSummary& one) { return one.stream == stream; });
  if (found == streams.end()) found = streams.insert(streams.end(), {stream, {}});
  found->recordings.push_back(measured);
}

std::string describe(const StreamSummary& summary) {
  std::string text =
      summary.stream + ": " + std::to_string(summary.recordings.size()) + " recordings" + rate_text(summary);
  const auto kept = sorted(summary, [](const MeasuredStream& one) { return one.kept; });
  if (!kept.empty()) {
    text += ", " + percent(kept[kept.size() / 2].first) + " kept";
    if (kept.front().first < 1 - 1e-6)
      text += " (least: " + percent(kept.front().first) + " of " + kept.front().second->id + ")";
  }
  const auto gaps = sorted(summary, [](const MeasuredStream& one) { return one.measure.longest_gap; });
  if (!gaps.empty()) text += ", longest gap " + number(gaps.back().first) + " s (" + gaps.back().second->id + ")";
  if (const auto magnitude = median_of(summary, &StreamMeasure::magnitude))
    text += ", median |a| " + number(*magnitude) + " g";
  return text;
}

std::vector<std::string> warnings_of(const StreamSummary& summary) {
  constexpr double kLow = 0.7;  // g, and the highest: what a worn accelerometer shows on the median
  constexpr double kHigh = 1.5;
  std::vector<std::string> warnings;
  const auto magnitude = median_of(summary, &StreamMeasure::magnitude);
  if (magnitude && (*magnitude < kLow || *magnitude > kHigh)) {
    warnings.push_back(summary.stream + ": median |a| is " + number(*magnitude) +
                       " g, where a worn accelerometer shows about 1 g: " + likely_unit(*magnitude));
  }
  for (const auto& line : {differing(summary, &StreamMeasure::magnitude, "median |a|", "g"),
                           differing(summary, &StreamMeasure::extent, "the size of the body", "m"),
                           implausible_extent(summary), implausible_angular_rate(summary), held_values(summary),
                           unusual_rate(summary), other_rate(summary, &StreamMeasure::rate, "by stamps"),
                           other_rate(summary, &StreamMeasure::stated_rate, "by the file")}) {
    if (line) warnings.push_back(*line);
  }
  const std::size_t little = little_kept(summary).size();
  const auto kept = sorted(summary, [](const MeasuredStream& one) { return one.kept; });
  if (little > 0) {
    warnings.push_back(summary.stream + ": less than " + percent(kLittle) + " of the stream was kept in " +
                       std::to_string(little) + " recordings (least: " + percent(kept.front().first) + " of " +
                       kept.front().second->id + "); do all devices have the rate that is declared?");
  }
  return warnings;
}

std::vector<std::string> little_kept(const StreamSummary& summary) {
  std::vector<std::string> lines;
  for (const MeasuredStream& one : summary.recordings) {
    if (one.kept < kLittle) lines.push_back(one.id + ": " + percent(one.kept) + " of " + summary.stream + " kept");
  }
  return lines;
}

std::vector<std::string> warnings_of_lengths(const std::vector<StreamSummary>& streams) {
  constexpr double kDiffer = 1.2;
  std::map<std::string, std::pair<double, double>> lengths;  // shortest and longest, by recording
  for (const StreamSummary& stream : streams) {
    for (const MeasuredStream& one : stream.recordings) {
      const double length = one.measure.length;
      const auto [at, inserted] = lengths.emplace(one.id, std::pair(length, length));
      if (inserted) continue;
      at->second = {std::min(at->second.first, length), std::max(at->second.second, length)};
    }
  }
  std::size_t count = 0;
  const std::pair<const std::string, std::pair<double, double>>* worst = nullptr;
  const auto ratio = [](const auto& one) { return one.second.second / one.second.first; };
  for (const auto& one : lengths) {
    if (ratio(one) <= kDiffer) continue;
    ++count;
    if (worst == nullptr || ratio(one) > ratio(*worst)) worst = &one;
  }
  if (worst == nullptr) return {};
  return {
      "align: span takes the streams of a recording for the same time, but their lengths differ by more than a fifth "
      "in " +
      std::to_string(count) + " recordings (most in " + worst->first + ": " + number(worst->second.first) + " s and " +
      number(worst->second.second) + " s); is a rate wrong?"};
}

std::string implausible_rate(const StreamMeasure& measure, double partner) {
  constexpr double kLowest = 0.5;  // Hz
  constexpr double kHighest = 20'000;
  constexpr double kFactor = 50;  // between the lengths of two streams of one recording
  const bool rate = measure.rate > 0 && (measure.rate < kLowest || measure.rate > kHighest);
  const double longer = partner > 0 ? measure.length / partner : 1;
  if (!rate && (measure.rate == 0 || (longer < kFactor && longer > 1 / kFactor))) return "";
  std::string text =
      "by its time stamps it has " + number(measure.rate) + " samples a second over " + number(measure.length) + " s";
  if (longer >= kFactor) text += ", and the recording's other stream is " + number(longer, 2) + " times shorter";
  if (longer <= 1 / kFactor) text += ", and the recording's other stream is " + number(1 / longer, 2) + " times longer";
  return text + "; does time_unit name another unit than that of the stamps (s, ms, us, ns)?";
}

ConstantStreams constant_streams(const DatasetInfo& info, const std::vector<Clip>& clips) {
  ConstantStreams constant;
  const auto never_changes = [](const auto& frames) { return ((frames.rowwise() - frames.row(0)) == 0).all(); };
  for (const Clip& clip : clips) {
    if (clip.skeleton.rows() > 1 && never_changes(clip.skeleton)) constant.skeletons.push_back(clip.id);
    if (has_zero_joints(info, clip)) constant.zero_joints.push_back(clip.id);
    if (is_zero_at_times(clip.sensor, 0, clip.sensor.cols())) constant.zero_samples.push_back(clip.id);
    if (clip.sensor.rows() < 2) continue;
    if (never_changes(clip.sensor)) {
      constant.sensors.push_back(clip.id);
      continue;
    }
    for (Eigen::Index channel = 0; channel < clip.sensor.cols(); ++channel) {
      if ((clip.sensor.col(channel) != clip.sensor(0, channel)).any()) continue;
      constant.channels[info.channels[static_cast<std::size_t>(channel)]].push_back(clip.id);
    }
  }
  return constant;
}

std::vector<std::string> short_recordings(const DatasetInfo& info, const std::vector<Clip>& clips) {
  constexpr std::size_t kFew = 3;
  constexpr Eigen::Index kTimes = 4;
  std::set<std::string> found;
  for (Frames Clip::*const stream : {&Clip::skeleton, &Clip::sensor}) {
    const auto counts = [&](const Clip& clip) {
      return clip.source.empty() && (clip.*stream).rows() > 0 &&
             info.classes[static_cast<std::size_t>(clip.label)] != kNoLabel;
    };
    std::map<int, std::vector<Eigen::Index>> frames;  // by label
    for (const Clip& clip : clips) {
      if (counts(clip)) frames[clip.label].push_back((clip.*stream).rows());
    }
    for (const Clip& clip : clips) {
      if (!counts(clip) || frames[clip.label].size() < kFew) continue;
      if (kTimes * (clip.*stream).rows() < upper_median(frames[clip.label])) found.insert(clip.id);
    }
  }
  return {found.begin(), found.end()};
}

}  // namespace pskd::data
