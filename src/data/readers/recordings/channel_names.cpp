#include "data/readers/recordings/channel_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace pskd::data::readers {
namespace {

using Words = std::vector<std::string>;

constexpr std::array kAcceleration = {"acc",           "accel",         "acceleration",
                                      "accelerations", "accelerometer", "beschleunigung"};
constexpr std::array kRate = {"gyr",      "gyro",  "gyros",        "gyroscope",
                              "gyroskop", "omega", "rotationrate", "angularvelocity"};
constexpr std::array kField = {"mag", "magn", "magnetic", "magneticfield", "magnetometer", "magnetfeld"};
constexpr std::array kTurning = {"rot", "rotation", "angular"};  // may be an angle, where no rate is said
constexpr std::array kPerSecond = {"rate", "velocity", "vel", "speed"};
constexpr std::array kGravity = {"grav", "gravity"};
constexpr std::array kWithGravity = {"total", "including", "includes", "with", "mit"};
constexpr std::array kPartial = {"lin",  "linear", "lineare", "linacc",    "linaccel",     "lacc",
                                 "user", "body",   "without", "excluding", "uncalibrated", "ohne"};
constexpr std::array kBeside = {"raw", "calibrated", "sensor", "data", "phone", "watch", "wrist"};  // of a file's name

template <class List>
bool is_one(const std::string& word, const List& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

template <class List>
bool has_one(const Words& words, const List& list) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_one(word, list); });
}

// Also where a word ends with one of them: "linacc".
template <class List>
bool has_ending(const Words& words, const List& list) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::any_of(list.begin(), list.end(), [&](const char* ending) { return word.ends_with(ending); });
  });
}

enum class Character { lower, upper, digit, other };

// Bytes of letters beyond ASCII count as small ones.
Character character_of(unsigned char c) {
  if (std::isdigit(c) != 0) return Character::digit;
  if (std::isupper(c) != 0) return Character::upper;
  return std::islower(c) != 0 || c >= 0x80 ? Character::lower : Character::other;
}

Worth worth_of(const Words& words) {
  if (has_one(words, kPartial)) return Worth::partial;
  if (has_one(words, kWithGravity)) return Worth::total;
  return has_one(words, kGravity) ? Worth::gravity : Worth::plain;
}

// The kind that the letter or the word before an axis says: "ax", "gyro_x".
char letter_kind(const std::string& word) {
  if (word == "a" || word == "g" || word == "m") return word[0];
  return word == "w" ? 'g' : '\0';
}

}  // namespace

Words name_words(std::string_view name) {
  Words words;
  int depth = 0;
  Character before = Character::other;
  for (const char c : name) {
    depth += c == '(' || c == '[' ? 1 : 0;
    const Character now = depth > 0 ? Character::other : character_of(static_cast<unsigned char>(c));
    if (depth > 0 && (c == ')' || c == ']')) --depth;
    const bool goes_on = before == now || (before == Character::upper && now == Character::lower);
    if (now != Character::other && !goes_on) words.emplace_back();
    if (now != Character::other) words.back() += c;
    before = now;
  }
  for (std::string& word : words) word = compared_form(word);
  std::erase(words, "");
  return words;
}

Quantity quantity_of(const Words& words) {
  const bool turns = has_one(words, kTurning);
  const bool rate = has_ending(words, kRate) || (turns && has_one(words, kPerSecond));
  std::string kinds;
  if (has_ending(words, kAcceleration)) kinds += 'a';
  if (rate || turns) kinds += 'g';
  if (has_ending(words, kField)) kinds += 'm';
  if (kinds.empty() && has_one(words, kGravity)) kinds = "a";
  if (kinds.empty()) return {};
  return {kinds[0], worth_of(words), kinds.size() == 1 && (kinds[0] != 'g' || rate)};
}

bool names_sensor(std::string_view name) {
  const Words words = name_words(name);
  const bool nothing_else = std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return quantity_of({word}).kind != 0 || is_one(word, kWithGravity) || is_one(word, kPartial) ||
           is_one(word, kPerSecond) || is_one(word, kBeside);
  });
  return nothing_else && quantity_of(words).sure;
}

std::optional<ChannelName> channel_name(std::string_view column) {
  Words words = name_words(column);
  for (std::size_t i = words.size(); i-- > 0;) {
    const char axis = words[i].back();
    if (axis < 'x' || axis > 'z') continue;
    const std::string glued = words[i].substr(0, words[i].size() - 1);
    if (!glued.empty() && letter_kind(glued) == '\0' && quantity_of({glued}).kind == 0) continue;
    const std::string before = !glued.empty() ? glued : i > 0 ? words[i - 1] : "";
    words[i] = glued;
    std::erase(words, "");
    ChannelName name{"", axis, quantity_of(words)};
    if (const char kind = letter_kind(before); name.quantity.kind == 0 && kind != '\0') {
      name.quantity = {kind, worth_of(words), true};
    }
    name.stem = joined(words, " ");
    return name;
  }
  return std::nullopt;
}

}  // namespace pskd::data::readers
