#include "base/markdown.hpp"

#include <string_view>

#include "base/text.hpp"

namespace pskd {

std::string markdown_text(const std::string& text) {
  constexpr std::string_view kMeaning = "\\`*_[]<|&~";
  std::string escaped;
  for (const char letter : escaped_for_line(text)) {
    if (kMeaning.find(letter) != std::string_view::npos) escaped += '\\';
    escaped += letter;
  }
  return escaped;
}

std::string markdown_code(const std::string& text) {
  return text.find('`') == std::string::npos ? "`" + escaped_for_line(text) + "`" : markdown_text(text);
}

}  // namespace pskd
