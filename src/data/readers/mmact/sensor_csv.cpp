#include "data/readers/mmact/sensor_csv.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "data/file_error.hpp"
#include "data/formats/calendar.hpp"
#include "data/formats/numbers.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;

// The whole of `text` as digits.
bool parse_digits(std::string_view text, int& value) {
  value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  return !text.empty();
}

// Seconds since 1970 at 00:00 of YYYYMMDD; false when there is no such day. A file has one or two days: the last is
// kept.
class Days {
 public:
  bool seconds(std::string_view text, double& value) {
    if (text != text_) {
      int year = 0;
      int month = 0;
      int day = 0;
      double days = 0;
      if (!parse_digits(text.substr(0, 4), year) || !parse_digits(text.substr(4, 2), month) ||
          !parse_digits(text.substr(6, 2), day) || !formats::days_of(year, month, day, days)) {
        return false;
      }
      text_ = text;
      seconds_ = 86400.0 * days;
    }
    value = seconds_;
    return true;
  }

 private:
  std::string_view text_;
  double seconds_ = 0;
};

// YYYYMMDD_HH:MM:SS, perhaps followed by . and 1 to 6 digits.
bool parse_stamp(std::string_view text, Days& days, double& time, bool& has_fraction) {
  constexpr std::size_t kWhole = 17, kMaxDigits = 6;
  has_fraction = text.size() > kWhole;
  if (text.size() < kWhole || text[8] != '_' || text[11] != ':' || text[14] != ':') return false;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!days.seconds(text.substr(0, 8), time) || !parse_digits(text.substr(9, 2), hour) ||
      !parse_digits(text.substr(12, 2), minute) || !parse_digits(text.substr(15, 2), second)) {
    return false;
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  time += 3600.0 * hour + 60.0 * minute + second;
  if (!has_fraction) return true;
  const std::string_view digits = text.substr(kWhole + 1);
  int fraction = 0;
  if (text[kWhole] != '.' || digits.size() > kMaxDigits || !parse_digits(digits, fraction)) return false;
  constexpr std::array kUnits = {1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
  time += fraction / kUnits[digits.size()];
  return true;
}

// The fields of one line; false when there are not four.
bool split_line(std::string_view line, std::array<std::string_view, 4>& fields) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    if ((i + 1 < fields.size()) != (end < line.size())) return false;
    fields[i] = formats::trimmed(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return true;
}

bool is_header(const std::array<std::string_view, 4>& fields) {
  return std::all_of(fields.begin(), fields.end(), [](std::string_view field) {
    const bool word = !field.empty() && ((field[0] >= 'a' && field[0] <= 'z') || (field[0] >= 'A' && field[0] <= 'Z'));
    double ignored = 0;
    return word && !formats::parse_number(field, ignored);
  });
}

// Gives stamps that are only known to the second a moment of it, between their neighbors; before the first and after
// the last that has a fraction at the sensor's rate.
void place_whole_seconds(std::vector<double>& times, const std::vector<bool>& exact, double rate) {
  constexpr double kWithinSecond = 1 - 1e-6;
  const std::size_t count = times.size();
  std::size_t known = count;  // the last one before; count: none
  for (std::size_t i = 0; i < count; ++i) {
    if (exact[i]) {
      known = i;
      continue;
    }
    std::size_t end = i;
    while (end < count && !exact[end]) ++end;
    const bool before = known < count;
    const bool after = end < count;
    const double first = times[i];
    for (std::size_t k = i; k < end; ++k) {
      double time = first + static_cast<double>(k - i) / rate;
      if (before && after) {
        const double share = static_cast<double>(k - known) / static_cast<double>(end - known);
        time = times[known] + share * (times[end] - times[known]);
      } else if (before) {
        time = times[known] + static_cast<double>(k - known) / rate;
      } else if (after) {
        time = times[end] - static_cast<double>(end - k) / rate;
      }
      times[k] = before || after ? std::clamp(time, times[k], times[k] + kWithinSecond) : time;
    }
    i = end - 1;
  }
}

// One sample after those that `samples` holds; `exact` says whether its stamp has a fraction.
void append_sample(const fs::path& file, std::size_t line, const std::array<std::string_view, 4>& fields, Days& days,
                   MmactSamples& samples, std::vector<bool>& exact) {
  double time = 0;
  bool has_fraction = false;
  if (!parse_stamp(fields[0], days, time, has_fraction)) {
    fail_at_line(file, line, "expected a time YYYYMMDD_HH:MM:SS.ffffff, found " + formats::quoted_field(fields[0]));
  }
  const auto row = static_cast<Eigen::Index>(samples.times.size());
  for (Eigen::Index axis = 0; axis < 3; ++axis) {
    const std::string_view field = fields[static_cast<std::size_t>(axis) + 1];
    double value = 0;
    if (!formats::parse_number(field, value))
      fail_at_line(file, line, "expected a number, found " + formats::quoted_field(field));
    samples.values(row, axis) = static_cast<float>(value);
  }
  samples.times.push_back(time);
  exact.push_back(has_fraction);
  samples.without_fraction += has_fraction ? 0 : 1;
}

// The line that begins at `at`, without blanks and \r at its ends; `at` moves to the next.
std::string_view next_line(std::string_view text, std::size_t& at) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  std::string_view line = text.substr(at, end - at);
  if (line.ends_with('\r')) line.remove_suffix(1);
  at = end + 1;
  return formats::trimmed(line);
}

}  // namespace

MmactSamples read_mmact_csv(const fs::path& file, double rate) {
  const std::string text = formats::read_text(file);
  const auto most = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  MmactSamples samples;
  samples.values.resize(static_cast<Eigen::Index>(most), 3);
  samples.times.reserve(most);
  std::vector<bool> exact;
  Days days;
  std::array<std::string_view, 4> fields;
  std::size_t empty_line = 0;  // number of the first of those at the end
  std::size_t number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::string_view line = next_line(text, at);
    if (line.empty()) {
      if (empty_line == 0) empty_line = number;
      continue;
    }
    if (empty_line > 0) fail_at_line(file, empty_line, "expected time,x,y,z, found an empty line");
    if (!split_line(line, fields))
      fail_at_line(file, number, "expected time,x,y,z, found " + formats::quoted_field(line));
    if (number == 1 && is_header(fields)) {
      samples.header = true;
    } else {
      append_sample(file, number, fields, days, samples, exact);
    }
  }
  samples.values.conservativeResize(static_cast<Eigen::Index>(samples.times.size()), 3);
  if (samples.without_fraction > 0) place_whole_seconds(samples.times, exact, rate);
  return samples;
}

}  // namespace pskd::data::readers
