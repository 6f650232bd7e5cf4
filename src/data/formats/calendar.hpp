// Calendar time stamps.
#pragma once

#include <string>
#include <string_view>

namespace pskd::data::formats {

/// Days from 1970-01-01 to a date; false when there is no such day.
bool days_of(int year, int month, int day, double& days);

/// A moment as ISO 8601 writes it, "2024-06-03T08:15:10.031+02:00", also with a blank for the T, a decimal comma,
/// without a zone (then it is read as UTC), without seconds, or as the time of day alone: 08:15:10.031. In seconds
/// since 1970-01-01 00:00 UTC, of a time of day since midnight. "15:10.031", as spreadsheets show a time, is minutes
/// and seconds. False when it is none of these: "08:15" may be hours and minutes, or minutes and seconds.
bool parse_calendar(std::string_view text, double& seconds);

/// The same, and whether it says its zone.
bool parse_calendar(std::string_view text, double& seconds, bool& names_zone);

/// A moment in a form of the user's own, in the letters of POSIX strptime, such as "%d.%m.%Y %H:%M:%S". %f stands for
/// the digits of a fraction of a second; one behind a point or a comma may follow %S without being named.
bool parse_calendar(std::string_view text, const std::string& format, double& seconds);

}  // namespace pskd::data::formats
