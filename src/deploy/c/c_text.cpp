#include "deploy/c/c_text.hpp"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <charconv>

namespace pskd::deploy {

std::string filled(std::string_view text, const Replacements& values) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find('@', at);
    result += text.substr(at, begin - at);
    if (begin == std::string_view::npos) break;
    const std::size_t end = text.find('@', begin + 1);
    result += values.at(std::string(text.substr(begin + 1, end - begin - 1)));
    at = end + 1;
  }
  return result;
}

std::string c_number(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<float>(value)).ptr;
  std::string text(digits.data(), end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + 'f';
}

std::string c_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    const bool plain = code >= 0x20 && code < 0x7f && letter != '"' && letter != '\\' && letter != '?';
    quoted += plain ? std::string(1, letter) : fmt::format("\\{:03o}", code);
  }
  return quoted + "\"";
}

std::string c_comment(const std::string& text) {
  std::string safe;
  for (const char letter : text)
    safe +=
        letter == '*' || letter == '\\' || letter == '?' || static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
  return safe;
}

}  // namespace pskd::deploy
