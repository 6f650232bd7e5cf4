#include "base/markdown.hpp"

#include <string_view>

#include "base/text.hpp"

namespace pskd {

std::string markdown_text(const std::string& text) {
  constexpr std::string_view kMeaning = "\\`*_[]<|&~";
  const std::string line = escaped_for_line(text);
  std::string escaped;
  for (std::size_t i = 0; i < line.size(); ++i) {
    // Some renderers make a link of every address.
    const bool address =
        (line[i] == ':' && line.substr(i, 3) == "://") || (line[i] == '.' && i >= 3 && line.substr(i - 3, 3) == "www");
    if (address || kMeaning.find(line[i]) != std::string_view::npos) escaped += '\\';
    escaped += line[i];
  }
  return escaped;
}

std::string markdown_code(const std::string& text) {
  return text.find('`') == std::string::npos ? "`" + escaped_for_line(text) + "`" : markdown_text(text);
}

}  // namespace pskd
