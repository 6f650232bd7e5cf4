#include "data/readers/recordings/units.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/unicode.hpp"

namespace pskd::data::readers {

const std::vector<std::string>& time_unit_words() {
  static const std::vector<std::string> words = {"s", "ms", "us", "ns"};
  return words;
}

const std::vector<std::string>& length_unit_words() {
  static const std::vector<std::string> words = {"m", "cm", "mm", "px"};
  return words;
}

const std::vector<std::string>& channel_unit_words() {
  static const std::vector<std::string> words = {"g", "mg", "m/s2", "deg/s", "rad/s", "uT", "none"};
  return words;
}

std::optional<std::string> unit_word(std::string_view text) {
  // By the form that is compared: without case, powers as digits, and without what only groups.
  constexpr std::array<std::pair<const char*, const char*>, 34> kSpellings = {{
      {"g", "g"},
      {"gs", "g"},
      {"g-force", "g"},
      {"gforce", "g"},
      {"mg", "mg"},
      {"milli-g", "mg"},
      {"m/s2", "m/s2"},
      {"ms-2", "m/s2"},
      {"m*s-2", "m/s2"},
      {"m/s/s", "m/s2"},
      {"m.s-2", "m/s2"},
      {"deg/s", "deg/s"},
      {"dps", "deg/s"},
      {"\xc2\xb0/s", "deg/s"},
      {"degrees/s", "deg/s"},
      {"degs-1", "deg/s"},
      {"rad/s", "rad/s"},
      {"rads-1", "rad/s"},
      {"rad.s-1", "rad/s"},
      {"ut", "uT"},
      {"\xce\xbct", "uT"},
      {"microtesla", "uT"},
      {"s", "s"},
      {"sec", "s"},
      {"seconds", "s"},
      {"ms", "ms"},
      {"msec", "ms"},
      {"milliseconds", "ms"},
      {"us", "us"},
      {"\xce\xbcs", "us"},
      {"ns", "ns"},
      {"m", "m"},
      {"cm", "cm"},
      {"mm", "mm"},
  }};
  std::string form;
  for (const char c : compared_form(text)) {
    if (std::string_view(" ^()[]").find(c) == std::string_view::npos) form += c;
  }
  const auto known =
      std::find_if(kSpellings.begin(), kSpellings.end(), [&](const auto& one) { return form == one.first; });
  return known == kSpellings.end() ? std::nullopt : std::optional<std::string>(known->second);
}

bool is_acceleration(ChannelUnit unit) {
  return unit == ChannelUnit::g || unit == ChannelUnit::milli_g || unit == ChannelUnit::m_per_s2;
}

}  // namespace pskd::data::readers
