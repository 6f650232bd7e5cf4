// What the names of columns and files say of what a sensor measured. All by whole words: a name is never told by its
// first letter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::data::readers {

/// The words of a name in small letters, each of letters or of digits, without what stands in brackets:
/// "motionRotationRateX(rad/s)" has motion, rotation, rate, x.
std::vector<std::string> name_words(std::string_view name);

/// How well a quantity serves as the one of its kind; the lowest serves best.
enum class Worth {
  total,    ///< acceleration with gravity, as the name says
  plain,    ///< nothing is said
  partial,  ///< acceleration without gravity, or a sensor that is not calibrated
  gravity,  ///< gravity alone
  unnamed,  ///< the name does not say the kind
};

struct Quantity {
  char kind = 0;  ///< a: acceleration, g: angular rate, m: magnetic field; 0: the name does not say
  Worth worth = Worth::unnamed;
  bool sure = false;
};
Quantity quantity_of(const std::vector<std::string>& words);

/// Whether the name of a file, or a part of it, says a quantity and nothing else: "TotalAcceleration", "phone_gyro".
bool names_sensor(std::string_view name);

/// A column of one axis.
struct ChannelName {
  std::string stem;  ///< the words but the axis, with blanks between
  char axis = 0;     ///< x, y, z
  Quantity quantity;
};

/// Nothing where the name has no axis.
std::optional<ChannelName> channel_name(std::string_view column);

}  // namespace pskd::data::readers
