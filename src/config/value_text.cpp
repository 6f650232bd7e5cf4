#include "config/value_text.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "config/numbers.hpp"

namespace pskd::config {
namespace {

// Whether YAML reads the text as this very text without quotes.
bool is_plain(const std::string& text) {
  static const std::set<std::string> kWords{"null", "Null", "NULL", "true", "false"};
  const auto letter = [](unsigned char c) { return std::isalpha(c) && c < 0x80; };
  const auto inner = [&](unsigned char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
  };
  return !text.empty() && letter(static_cast<unsigned char>(text[0])) && std::all_of(text.begin(), text.end(), inner) &&
         !kWords.contains(text);
}

}  // namespace

std::string value_text(const std::string& value) {
  if (is_plain(value)) return value;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char letter : value) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7f) {
      quoted += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      if (letter == '"' || letter == '\\') quoted += '\\';
      quoted += letter;
    }
  }
  return quoted + '"';
}

std::string value_text(bool value) { return value ? "true" : "false"; }
std::string value_text(bool value, const SwitchRule&) { return value_text(value); }
std::string value_text(int value, const Rule&) { return number_text(value); }
std::string value_text(std::uint64_t value, const Rule&) { return number_text(value); }
std::string value_text(double value, const Rule&) { return number_text(value); }
std::string value_text(const std::string& value, const TextRule&) { return value_text(value); }
std::string value_text(const Name& value, const TextRule&) {
  return value.number() ? value.text() : value_text(value.text());
}
std::string value_text(const StageRef& value) {
  if (value.run.empty()) return value_text(value.stage);
  return "{stage: " + value_text(value.stage) + ", run: " + value_text(value.run) + "}";
}
std::string value_text(const SnapshotName& value) { return word(value); }
std::string value_text(const Sees& value) {
  std::string text;
  for (const Modality modality : value.modalities) {
    std::string one = word(modality);
    if (modality == Modality::sensor && !value.sensor.empty()) {
      one.insert(0, "{").append(": ").append(value_text(value.sensor)).append("}");
    } else if (modality == Modality::sensor && !value.channels.empty()) {
      one.insert(0, "{").append(": ").append(value_text(value.channels, list_of(any_text()))).append("}");
    }
    text += (text.empty() ? "" : ", ") + one;
  }
  return "[" + text + "]";
}
std::string value_text(const std::pair<int, int>& value) {
  return "[" + number_text(value.first) + ", " + number_text(value.second) + "]";
}
std::string value_text(const std::optional<double>& value, const OrWord& rule) {
  return value ? number_text(*value) : rule.word;
}

}  // namespace pskd::config
