// Pieces of Markdown pages.
#pragma once

#include <string>

namespace pskd {

/// Text as a cell of a table shows it.
std::string markdown_cell(const std::string& text);

/// Text in backquotes.
std::string markdown_code(const std::string& text);

}  // namespace pskd
