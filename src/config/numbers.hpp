// Numbers as text, the same in every locale.
#pragma once

#include <charconv>
#include <string>
#include <system_error>

namespace pskd::config {

/// The shortest text that reads back as the same number.
template <class Number>
std::string number_text(Number number) {
  char text[64];
  return std::string(text, std::to_chars(text, text + sizeof(text), number).ptr);
}

/// Whether the whole of `text` is a number that fits; `number` is set only then. Leading zeros are refused: some YAML
/// readers take 010 for eight.
template <class Number>
bool parse_number(const std::string& text, Number& number) {
  Number parsed{};
  if (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') return false;
  const auto [end, reason] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (reason != std::errc() || end != text.data() + text.size()) return false;
  number = parsed;
  return true;
}

}  // namespace pskd::config
