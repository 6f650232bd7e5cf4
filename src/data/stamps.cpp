#include "data/stamps.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <sstream>

#include "base/quantile.hpp"
#include "data/file_error.hpp"

namespace pskd::data {
namespace {

std::vector<double> intervals_of(const std::vector<double>& times) {
  std::vector<double> intervals;
  intervals.reserve(times.size());  // growing, it would need twice the memory
  for (std::size_t i = 1; i < times.size(); ++i) intervals.push_back(times[i] - times[i - 1]);
  return intervals;
}

using Rows = std::vector<std::size_t>;

std::string seconds(double value) {
  std::ostringstream text;
  text << value << " s";
  return text.str();
}

// At most this many of `count` samples may be put right by a rule.
std::size_t limit(std::size_t count, double share, std::size_t always) {
  return std::max(always, static_cast<std::size_t>(share * static_cast<double>(count)));
}

void keep_rows(ReadSamples& read, const Rows& rows) {
  ReadSamples kept{{{}, Frames(static_cast<Eigen::Index>(rows.size()), read.samples.values.cols())}, {}};
  for (const std::size_t row : rows) {
    kept.samples.values.row(static_cast<Eigen::Index>(kept.lines.size())) =
        read.samples.values.row(static_cast<Eigen::Index>(row));
    kept.samples.times.push_back(read.samples.times[row]);
    kept.lines.push_back(read.lines[row]);
  }
  read = std::move(kept);
}

// ---- stamps of 0 -----------------------------------------------------------------------------------------

void drop_zero_stamps(ReadSamples& read, const StreamOrigin& origin, Repairs& repairs) {
  constexpr double kNoStart = 3600;  // s: a clock that shows more right after 0 did not start there
  const std::vector<double>& times = read.samples.times;
  Rows kept;
  std::size_t first = 0;  // line of the first that is dropped
  std::size_t next = 0;   // row of the first stamp from here on that is not 0
  for (std::size_t row = 0; row < times.size(); ++row) {
    while (next < times.size() && (next < row || times[next] == 0)) ++next;
    const bool is_last = next == times.size();
    const bool follows = !kept.empty() && times[kept.back()] > 0;
    const bool lost = times[row] == 0 && (follows ? is_last || times[next] >= times[kept.back()]
                                                  : kept.empty() && !is_last && times[next] > kNoStart);
    if (!lost) kept.push_back(row);
    if (lost && first == 0) first = read.lines[row];
  }
  const std::size_t dropped = times.size() - kept.size();
  if (dropped == 0) return;
  if (dropped > limit(times.size(), 0.05, 2)) {
    fail_at_line(origin.file, first,
                 "expected a time stamp, found 0, as in " + std::to_string(dropped) + " of " +
                     std::to_string(times.size()) + " lines; if the rate is known, give `rate` instead of `time`");
  }
  note_repair(repairs, "time stamps of 0: samples dropped", origin.id, static_cast<std::int64_t>(dropped));
  keep_rows(read, kept);
}

// ---- counters that wrap, stamps that run backwards -----------------------------------------------------------

void continue_wrapped(ReadSamples& read, double tick, const StreamOrigin& origin, Repairs& repairs) {
  constexpr double kDay = 86400;
  constexpr double kIntervals = 20;  // or 1 s, but never more than a quarter of a round, may be missing where it wraps
  std::vector<double> rounds = {kDay};
  for (const int bits : {16, 24, 31, 32}) {
    if (tick > 0) rounds.push_back(std::ldexp(tick, bits));
  }
  constexpr double kShortest = 1;  // s: samples out of order go back by less
  std::erase_if(rounds, [](double one) { return one <= kShortest; });
  std::vector<double>& times = read.samples.times;
  const double missing = std::max(1.0, kIntervals * median_interval(times));
  std::int64_t wraps = 0;
  double passed = 0;  // of whole rounds
  for (std::size_t i = 1; i < times.size(); ++i) {
    times[i] += passed;
    const double back = times[i - 1] - times[i];
    const auto round = std::find_if(rounds.begin(), rounds.end(), [&](double one) {
      return back > 0 && back <= one && one - back <= std::min(missing, one / 4);
    });
    if (round == rounds.end()) continue;
    passed += *round;
    times[i] += *round;
    ++wraps;
  }
  if (wraps > 0) note_repair(repairs, "a clock that wraps around: continued", origin.id, wraps);
}

void sort_backward(ReadSamples& read, const StreamOrigin& origin, Repairs& repairs) {
  constexpr double kLongest = 1;  // s
  const std::vector<double>& times = read.samples.times;
  std::size_t backward = 0;
  double latest = times.front();
  if (times.size() > 1 && times[0] - times[1] > kLongest) {
    fail_at_line(origin.file, read.lines[0],
                 "the first time stamp is " + seconds(times[0] - times[1]) +
                     " later than the next one; delete the line if its stamp is wrong");
  }
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (latest - times[i] > kLongest) {
      fail_at_line(
          origin.file, read.lines[i],
          "the time stamps jump back by " + seconds(latest - times[i]) + "; cut the file there, or correct them");
    }
    backward += times[i] < times[i - 1] ? 1 : 0;
    latest = std::max(latest, times[i]);
    if (backward > limit(times.size(), 0.1, 3)) {
      fail_at_line(origin.file, read.lines[i],
                   "the time stamps run backwards, here for the " + std::to_string(backward) +
                       "th time; if the rate is known, give `rate` instead of `time`");
    }
  }
  if (backward == 0) return;
  Rows order(times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return times[a] < times[b]; });
  note_repair(repairs, "time stamps that run backwards: sorted", origin.id, static_cast<std::int64_t>(backward));
  keep_rows(read, order);
}

// ---- stamps that repeat ----------------------------------------------------------------------------------

// Samples closer than this, in seconds, have one stamp: a tenth of the mean interval, the longest ones left out.
double shared_within(const std::vector<double>& times) {
  constexpr std::size_t kFew = 20;
  if (times.size() < kFew) return 0;
  std::vector<double> intervals = intervals_of(times);
  std::sort(intervals.begin(), intervals.end());
  const std::size_t kept = intervals.size() - std::max<std::size_t>(2, intervals.size() / 100);
  const double sum = std::accumulate(intervals.begin(), intervals.begin() + static_cast<std::ptrdiff_t>(kept), 0.0);
  return 0.1 * sum / static_cast<double>(kept);
}

std::size_t count_groups(const std::vector<double>& times, double within) {
  std::size_t count = 1;
  for (std::size_t i = 1; i < times.size(); ++i) count += times[i] - times[i - 1] > within ? 1 : 0;
  return count;
}

// First rows of the groups of samples that share a stamp, and the number of samples at the end.
Rows groups_of(const std::vector<double>& times, double within) {
  Rows groups;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (i == 0 || times[i] - times[i - 1] > within) groups.push_back(i);
  }
  groups.push_back(times.size());
  return groups;
}

// What is known of samples of which several share a stamp.
struct Spreading {
  double interval = 0;  // between samples
  double room = 0;      // between stamps
};

// The medians over the groups but the first and the last, which the recording may have cut.
Spreading spreading_of(const std::vector<double>& times, const Rows& groups) {
  const auto samples = [&](std::size_t g) { return static_cast<double>(groups[g + 1] - groups[g]); };
  const auto room = [&](std::size_t g) { return times[groups[g + 1]] - times[groups[g]]; };
  if (groups.size() == 3) return {room(0) / std::max(samples(0), samples(1)), room(0)};
  std::vector<double> intervals;
  std::vector<double> rooms;
  for (std::size_t g = 1; g + 2 < groups.size(); ++g) {
    intervals.push_back(room(g) / samples(g));
    rooms.push_back(room(g));
  }
  return {upper_median(std::move(intervals)), upper_median(std::move(rooms))};
}

void spread(std::vector<double>& times, const Rows& groups) {
  constexpr double kMore = 1.5;    // than usual: samples are missing
  constexpr double kWhole = 0.95;  // of a stamp's time: with fewer samples in the first, the recording began within it
  const Spreading usual = spreading_of(times, groups);
  std::vector<double> placed(times.size());
  for (std::size_t g = 0; g + 1 < groups.size(); ++g) {
    const std::size_t begin = groups[g];
    const auto samples = static_cast<double>(groups[g + 1] - begin);
    const bool last = g + 2 == groups.size();
    const double room = last ? usual.interval * samples : times[groups[g + 1]] - times[begin];
    const bool began_within = g == 0 && usual.interval * samples < kWhole * room && room <= kMore * usual.room;
    const bool few = room > kMore * usual.interval * samples;
    const double interval = few || began_within ? usual.interval : room / samples;
    const double first = began_within ? times[groups[1]] - samples * interval : times[begin];
    for (std::size_t i = begin; i < groups[g + 1]; ++i) placed[i] = first + static_cast<double>(i - begin) * interval;
  }
  times = std::move(placed);
}

void drop_repeated(ReadSamples& read, const StreamOrigin& origin, Repairs& repairs) {
  const std::size_t repeated = read.lines.size() - count_groups(read.samples.times, 0);
  if (repeated == 0) return;
  const Rows groups = groups_of(read.samples.times, 0);
  note_repair(repairs, "repeated time stamps: later samples dropped", origin.id, static_cast<std::int64_t>(repeated));
  keep_rows(read, Rows(groups.begin(), groups.end() - 1));
}

// Whether each stamp stands once or twice, and twice with the same values.
bool are_doubles(const ReadSamples& read, const Rows& groups) {
  for (std::size_t g = 0; g + 1 < groups.size(); ++g) {
    const auto row = static_cast<Eigen::Index>(groups[g]);
    const std::size_t samples = groups[g + 1] - groups[g];
    if (samples > 2) return false;
    if (samples == 2 && (read.samples.values.row(row) != read.samples.values.row(row + 1)).any()) return false;
  }
  return true;
}

void drop_doubles(ReadSamples& read, const Rows& groups, const StreamOrigin& origin, Repairs& repairs) {
  note_repair(repairs, "samples written twice: dropped", origin.id,
              static_cast<std::int64_t>(read.lines.size() - (groups.size() - 1)));
  keep_rows(read, Rows(groups.begin(), groups.end() - 1));
}

void spread_or_drop_repeated(ReadSamples& read, const StreamOrigin& origin, Repairs& repairs) {
  const std::size_t count = read.lines.size();
  const double within = shared_within(read.samples.times);
  const std::size_t sharing = count - count_groups(read.samples.times, within);
  if (sharing <= limit(count, 0.1, 3)) return drop_repeated(read, origin, repairs);
  const Rows groups = groups_of(read.samples.times, within);
  const Rows exact = groups_of(read.samples.times, 0);
  if (exact.size() <= count && are_doubles(read, exact)) return drop_doubles(read, exact, origin, repairs);
  if (groups.size() < 3) {
    fail_at_line(origin.file, read.lines.front(),
                 "expected time stamps that tell samples apart, found one for all " + std::to_string(count) +
                     "; if the rate is known, give `rate` instead of `time`");
  }
  constexpr double kFarApart = 5;  // s: of two stamps alone, they are rounded
  const std::vector<double>& times = read.samples.times;
  if (groups.size() == 3 && times.back() - times.front() > kFarApart) {
    fail_at_line(origin.file, read.lines.front(),
                 "expected time stamps that tell samples apart, found two, " + seconds(times.back() - times.front()) +
                     " apart, for all " + std::to_string(count) +
                     ": were they rounded, as to 32 bits? If the rate is known, give `rate` instead of `time`");
  }
  spread(read.samples.times, groups);
  note_repair(repairs, "time stamps that several samples share: spread to the next one", origin.id,
              static_cast<std::int64_t>(sharing));
}

}  // namespace

double median_interval(const std::vector<double>& times) { return upper_median(intervals_of(times)); }

void mend_stamps(ReadSamples& read, double tick, const StreamOrigin& origin, Repairs& repairs) {
  drop_zero_stamps(read, origin, repairs);
  if (read.lines.size() < 2) return;
  continue_wrapped(read, tick, origin, repairs);
  sort_backward(read, origin, repairs);
  spread_or_drop_repeated(read, origin, repairs);
}

}  // namespace pskd::data
