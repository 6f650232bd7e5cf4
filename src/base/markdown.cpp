#include "base/markdown.hpp"

namespace pskd {

std::string markdown_cell(const std::string& text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '|' || letter == '<') escaped += '\\';  // else a new cell, or an HTML tag
    escaped += letter;
  }
  return escaped;
}

std::string markdown_code(const std::string& text) { return "`" + text + "`"; }

}  // namespace pskd
