#include "data/formats/calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

namespace pskd::data::formats {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes a number of exactly `digits` digits from the front of `text`.
bool take(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits || !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(digits), is_digit))
    return false;
  std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// The digits behind a decimal point.
bool take_fraction(std::string_view& text, double& value) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  if (end == text.begin()) return false;
  double unit = 1;
  value = 0;
  for (auto digit = text.begin(); digit != end; ++digit) value += (*digit - '0') * (unit /= 10);
  text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  return true;
}

bool take_date(std::string_view& text, double& days) {
  int year = 0;
  int month = 0;
  int day = 0;
  return take(text, 4, year) && take(text, "-/") && take(text, 2, month) && take(text, "-/") && take(text, 2, day) &&
         days_of(year, month, day, days);
}

// "08:15:10", "08:15:10.031", with a date "08:15", too, and without one "15:10.031", minutes and seconds.
bool take_time_of_day(std::string_view& text, bool dated, double& seconds) {
  std::array<int, 3> parts{};  // hours, minutes, seconds
  std::size_t count = 0;
  while (count < parts.size() && (count == 0 || take(text, ":"))) {
    if (!take(text, 2, parts[count++])) return false;
  }
  double fraction = 0;
  const bool has_fraction = take(text, ".,");
  if (has_fraction && !take_fraction(text, fraction)) return false;
  if (count == 1 || (count == 2 && dated == has_fraction)) return false;
  if (count == 2 && !dated) parts = {0, parts[0], parts[1]};
  seconds = 3600.0 * parts[0] + 60.0 * parts[1] + parts[2] + fraction;
  return parts[0] <= 23 && parts[1] <= 59 && parts[2] <= 60;  // 60: a leap second
}

// Z, +02:00, +0200 or +02; nothing is UTC.
bool take_zone(std::string_view& text, double& seconds, bool& is_named) {
  seconds = 0;
  take(text, " ");
  is_named = !text.empty();
  if (text.empty() || take(text, "Zz")) return true;
  const bool west = text.front() == '-';
  int hours = 0;
  int minutes = 0;
  if (!take(text, "+-") || !take(text, 2, hours)) return false;
  take(text, ":");
  if (!text.empty() && !take(text, 2, minutes)) return false;
  seconds = (west ? -1 : 1) * (3600.0 * hours + 60.0 * minutes);
  return true;
}

// Takes what `format` says from the front of `text`.
bool take_by_format(std::string_view& text, const std::string& format, std::tm& time) {
  const std::string copy(text);
  const char* end = strptime(copy.c_str(), format.c_str(), &time);
  if (end == nullptr) return false;
  text.remove_prefix(static_cast<std::size_t>(end - copy.c_str()));
  return true;
}

}  // namespace

bool days_of(int year, int month, int day, double& days) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  days = static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
  return true;
}

bool parse_calendar(std::string_view text, double& seconds, bool& names_zone) {
  double days = 0;
  double of_day = 0;
  double zone = 0;
  const bool dated = text.size() > 4 && !is_digit(text[4]) && is_digit(text[3]);
  if (dated && (!take_date(text, days) || !take(text, "Tt "))) return false;
  if (!take_time_of_day(text, dated, of_day) || !take_zone(text, zone, names_zone) || !text.empty()) return false;
  seconds = days * 86400 + of_day - zone;
  return true;
}

bool parse_calendar(std::string_view text, double& seconds) {
  bool ignored = false;
  return parse_calendar(text, seconds, ignored);
}

bool parse_calendar(std::string_view text, const std::string& format, double& seconds) {
  const std::size_t named = format.find("%f");
  const std::size_t whole = format.find("%S");
  const std::size_t end = named != std::string::npos ? named : whole == std::string::npos ? format.size() : whole + 2;
  const std::string front = format.substr(0, end);
  const std::string rest = format.substr(named == std::string::npos ? end : named + 2);
  const auto empty_time = [] {
    std::tm time{};
    time.tm_year = 70;
    time.tm_mday = 1;
    return time;
  };
  std::tm time = empty_time();
  std::string_view behind = text;
  double fraction = 0;
  if (!take_by_format(behind, front, time)) return false;
  const std::size_t before = text.size() - behind.size();
  if (named != std::string::npos) {
    if (!take_fraction(behind, fraction)) return false;
  } else if (end == whole + 2 && !rest.starts_with('.') && !rest.starts_with(',')) {
    if (take(behind, ".,") && !take_fraction(behind, fraction)) return false;
  }
  std::string without;
  if (!rest.empty()) {  // hours and %p, which says whether they are before noon, must be read together
    without = std::string(text.substr(0, before)) + std::string(behind);
    behind = without;
    time = empty_time();
    if (!take_by_format(behind, front + rest, time)) return false;
  }
  double days = 0;
  if (!behind.empty() || !days_of(time.tm_year + 1900, time.tm_mon + 1, time.tm_mday, days)) return false;
  seconds = days * 86400 + 3600.0 * time.tm_hour + 60.0 * time.tm_min + time.tm_sec + fraction -
            static_cast<double>(time.tm_gmtoff);
  return true;
}

}  // namespace pskd::data::formats
