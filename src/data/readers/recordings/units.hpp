// Units of a user's own recordings: the words of a description, and what loggers write for them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::data::readers {

enum class LengthUnit { m, cm, mm, px };  ///< px: of a 2-D skeleton
enum class ChannelUnit { g, milli_g, m_per_s2, deg_per_s, rad_per_s, micro_tesla, none };

/// The words of a description, in the order of the enums; those of formats::TimeUnit.
const std::vector<std::string>& time_unit_words();
const std::vector<std::string>& length_unit_words();
const std::vector<std::string>& channel_unit_words();

/// The word of a description for a unit as loggers write it: "m/s2" for "m/(s^2)", "deg/s" for "dps". Nothing where
/// `text` is no unit that is known.
std::optional<std::string> unit_word(std::string_view text);

bool is_acceleration(ChannelUnit unit);

}  // namespace pskd::data::readers
