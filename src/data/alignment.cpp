#include "data/alignment.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "data/interpolation.hpp"
#include "data/stamps.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data {
namespace {

// `position`, rows from 0, held between the first and the last of `values`.
RowPosition inside(double position, const Frames& values) {
  RowPosition place = row_position(position, values.rows());
  place.share = std::clamp(place.share, 0.0, 1.0);
  return place;
}

// `count` rows at equal intervals from row `first` to row `last`, which may lie between rows.
Frames rows_between(const Frames& values, double first, double last, Eigen::Index count) {
  Frames result(count, values.cols());
  const double step = count > 1 ? (last - first) / static_cast<double>(count - 1) : 0.0;
  for (Eigen::Index i = 0; i < count; ++i)
    result.row(i) = row_at(values, inside(first + step * static_cast<double>(i), values));
  return result;
}

// Refuses streams of which some say their zone and others do not.
void check_zones(const std::vector<std::filesystem::path>& files, const std::vector<Stream*>& streams) {
  std::size_t first = streams.size();  // of those whose stamps could say one
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const std::optional<bool> own = names_zone(*streams[i]);
    if (!own) continue;
    if (first == streams.size()) first = i;
    if (*own == *names_zone(*streams[first])) continue;
    throw Error(ErrorKind::data, files[i].string() + ": its time stamps " + (*own ? "say" : "do not say") +
                                     " their zone, but those of " + files[first].string() + (*own ? " do not" : " do") +
                                     "; write it in both, or in neither");
  }
}

// Of two streams that a rule for gaps cut, what is left of both.
void cut_to_shared_rest(const std::filesystem::path& file, Stream& stream, const Stream& other) {
  const double begin = stream.begin + std::max(0.0, other.cut_front - stream.cut_front);
  const double end = stream.end - std::max(0.0, other.cut_back - stream.cut_back);
  if (begin >= end) {
    throw Error(ErrorKind::data,
                file.string() + ": gaps were cut out of it and of the other stream, and what is left shares no time");
  }
  stream = cut_to_span(stream, begin, end);
}

}  // namespace

TimedSamples in_order(TimedSamples samples, const std::string& id, Repairs& repairs) {
  const std::size_t count = samples.times.size();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::int64_t backward = 0;
  for (std::size_t i = 1; i < count; ++i) backward += samples.times[i] < samples.times[i - 1] ? 1 : 0;
  if (backward > 0) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return samples.times[a] < samples.times[b]; });
    note_repair(repairs, "time stamps that run backwards: sorted", id, backward);
  }
  const auto repeated = [&](std::size_t a, std::size_t b) { return samples.times[a] == samples.times[b]; };
  order.erase(std::unique(order.begin(), order.end(), repeated), order.end());
  if (order.size() < count) {
    note_repair(repairs, "repeated time stamps: later samples dropped", id,
                static_cast<std::int64_t>(count - order.size()));
  }
  if (backward == 0 && order.size() == count) return samples;
  TimedSamples sorted{{}, Frames(static_cast<Eigen::Index>(order.size()), samples.values.cols())};
  for (const std::size_t i : order) {
    sorted.values.row(static_cast<Eigen::Index>(sorted.times.size())) =
        samples.values.row(static_cast<Eigen::Index>(i));
    sorted.times.push_back(samples.times[i]);
  }
  return sorted;
}

double longest_interval(const std::vector<double>& times) {
  double longest = 0;
  for (std::size_t i = 1; i < times.size(); ++i) longest = std::max(longest, times[i] - times[i - 1]);
  return longest;
}

void require_stamps_together(const std::filesystem::path& file, const std::vector<double>& times) {
  constexpr double kLeast = 5;  // s
  const double longest = longest_interval(times);
  const double others = times.empty() ? 0 : times.back() - times.front() - longest;
  if (longest <= kLeast || longest <= others) return;
  throw Error(ErrorKind::data, file.string() + ": expected time stamps of one recording, found a gap of " +
                                   std::to_string(longest) + " s between samples that last " + std::to_string(others) +
                                   " s; correct the stamps, or remove the lines before or after the gap");
}

Stream at_equal_intervals(const TimedSamples& samples) { return at_equal_intervals(samples, samples.times.size()); }

Stream at_equal_intervals(const TimedSamples& samples, std::size_t count) {
  const std::size_t known = samples.times.size();
  if (known < 2) return {samples.values, known > 0 ? samples.times[0] : 0, known > 0 ? samples.times[0] : 0};
  Stream stream{Frames(static_cast<Eigen::Index>(count), samples.values.cols()), samples.times.front(),
                samples.times.back()};
  const double step = (stream.end - stream.begin) / static_cast<double>(count - 1);
  std::size_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double time = stream.begin + step * static_cast<double>(i);
    while (before + 2 < known && samples.times[before + 1] <= time) ++before;
    const double share = (time - samples.times[before]) / (samples.times[before + 1] - samples.times[before]);
    const double position = static_cast<double>(before) + std::clamp(share, 0.0, 1.0);
    stream.frames.row(static_cast<Eigen::Index>(i)) = row_at(samples.values, inside(position, samples.values));
  }
  return stream;
}

std::size_t count_without_losses(const std::vector<double>& times) {
  constexpr std::size_t kFew = 20;
  constexpr double kLeast = 1.05, kMost = 2;  // times as many samples
  constexpr double kOff = 0.25;               // of the median interval, from a whole number of it
  constexpr double kRegular = 0.9;            // of all intervals
  const std::size_t count = times.size();
  if (count < kFew) return count;
  const double usual = median_interval(times);
  const double all = std::round((times.back() - times.front()) / usual) + 1;
  const double more = all / static_cast<double>(count);
  if (!(more > kLeast && more <= kMost)) return count;
  std::size_t regular = 0;
  for (std::size_t i = 1; i < count; ++i) {
    const double intervals = (times[i] - times[i - 1]) / usual;
    regular += std::abs(intervals - std::max(std::round(intervals), 1.0)) <= kOff ? 1 : 0;
  }
  return static_cast<double>(regular) >= kRegular * static_cast<double>(count - 1) ? static_cast<std::size_t>(all)
                                                                                   : count;
}

Stream cut_to_span(const Stream& stream, double begin, double end) {
  const auto rows = static_cast<double>(stream.frames.rows() - 1);
  const double length = stream.end - stream.begin;
  const auto count = static_cast<Eigen::Index>(std::lround(rows * (end - begin) / length)) + 1;
  return {rows_between(stream.frames, rows * (begin - stream.begin) / length, rows * (end - stream.begin) / length,
                       std::max<Eigen::Index>(count, 2)),
          begin, end};
}

Stream resampled_to(const Stream& stream, double rate) {
  const auto rows = static_cast<double>(stream.frames.rows());
  const double wanted = std::round((stream.end - stream.begin) * rate) + 1;
  if (wanted >= rows) return stream;
  const auto count = std::max<Eigen::Index>(static_cast<Eigen::Index>(wanted), 2);
  return {rows_between(stream.frames, 0, rows - 1, count), stream.begin, stream.end};
}

std::optional<bool> names_zone(const Stream& stream) {
  for (const StreamMeasure& measure : stream.measures) {
    if (measure.names_zone) return measure.names_zone;
  }
  return std::nullopt;
}

void cut_to_shared_span(const std::vector<std::filesystem::path>& files, const std::vector<Stream*>& streams) {
  check_zones(files, streams);
  const auto span = [](const Stream& stream) {
    return std::to_string(stream.begin) + " .. " + std::to_string(stream.end) + " s";
  };
  double begin = streams[0]->begin;
  double end = streams[0]->end;
  for (std::size_t i = 1; i < streams.size(); ++i) {
    begin = std::max(begin, streams[i]->begin);
    end = std::min(end, streams[i]->end);
    if (begin < end) continue;
    throw Error(ErrorKind::data, files[i].string() + ": its time stamps (" + span(*streams[i]) +
                                     ") share nothing with those of " + files[0].string() + " (" + span(*streams[0]) +
                                     ")");
  }
  for (Stream* stream : streams) *stream = cut_to_span(*stream, begin, end);
}

void cut_as_the_other(const std::filesystem::path& file, Stream& stream, const Stream& other) {
  if (other.cut_front == 0 && other.cut_back == 0) return;
  if (stream.cut_front > 0 || stream.cut_back > 0) return cut_to_shared_rest(file, stream, other);
  const double length = other.end - other.begin;
  const double begin = other.cut_back == 0 ? stream.end - length : stream.begin + other.cut_front;
  const double slack = (stream.end - stream.begin) / static_cast<double>(stream.frames.rows() - 1);  // one interval
  if (begin < stream.begin - slack || begin + length > stream.end + slack) {
    throw Error(ErrorKind::data, file.string() + ": a gap was cut out of the other stream, whose " +
                                     std::to_string(length) + " s that are left lie beyond this one's " +
                                     std::to_string(stream.end - stream.begin) + " s");
  }
  stream = cut_to_span(stream, std::max(begin, stream.begin), std::min(begin + length, stream.end));
}

void clip_to_rail(Eigen::Ref<Frames, 0, Eigen::OuterStride<>> values, double rail, const std::string& rule,
                  const std::string& id, Repairs& repairs) {
  const auto limit = static_cast<float>(rail);
  const std::int64_t beyond = (values.abs() > limit).count();
  if (beyond == 0) return;
  note_repair(repairs, rule, id, beyond);
  values = values.cwiseMax(-limit).cwiseMin(limit);
}

Stream side_by_side(std::vector<Stream> streams) {
  if (streams.size() == 1) return std::move(streams.front());
  Eigen::Index rows = 0;
  Eigen::Index columns = 0;
  for (const Stream& stream : streams) {
    if (stream.frames.rows() == 0) return {};
    rows = std::max(rows, stream.frames.rows());
    columns += stream.frames.cols();
  }
  Stream all{Frames(rows, columns), streams.front().begin, streams.front().end};
  Eigen::Index column = 0;
  for (const Stream& stream : streams) {
    all.frames.middleCols(column, stream.frames.cols()) =
        rows_between(stream.frames, 0, static_cast<double>(stream.frames.rows() - 1), rows);
    column += stream.frames.cols();
  }
  return all;
}

}  // namespace pskd::data
