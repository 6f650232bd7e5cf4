// Pieces of C source.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace pskd::deploy {

using Replacements = std::map<std::string, std::string>;

/// `text` with what stands between @ replaced. Throws std::out_of_range for what has no replacement.
std::string filled(std::string_view text, const Replacements& values);

/// The shortest text that C reads as the same float.
std::string c_number(double value);
inline std::string c_number(float value) { return c_number(static_cast<double>(value)); }
inline std::string c_number(std::int32_t value) { return std::to_string(value); }
inline std::string c_number(std::int8_t value) { return std::to_string(value); }

template <class Number>
constexpr const char* c_type() {
  if (std::is_floating_point_v<Number>) return "float";
  return sizeof(Number) == 1 ? "int8_t" : "int32_t";
}

/// A constant array of floats, or of integers of `Number`'s size.
template <class Number>
std::string c_array(const std::string& name, const std::vector<Number>& numbers) {
  constexpr std::size_t kLine = 118;
  std::string text =
      "static const " + std::string(c_type<Number>()) + " " + name + "[" + std::to_string(numbers.size()) + "] = {\n";
  std::string line;
  for (const Number number : numbers) {
    const std::string one = c_number(number) + ",";
    if (line.size() + one.size() > kLine) text += std::exchange(line, "") + "\n";
    line += one;
  }
  return text + line + "};\n";
}

/// Text in a C string. Trigraphs are no danger without "??"; bytes above ASCII are written in octal.
std::string c_string(const std::string& text);

/// Text in a C comment, on one line.
std::string c_comment(const std::string& text);

}  // namespace pskd::deploy
