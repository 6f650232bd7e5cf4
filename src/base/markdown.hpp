// Pieces of Markdown pages.
#pragma once

#include <string>

namespace pskd {

/// Text that shows itself: no link, image, emphasis, code, HTML, entity or new cell of a table comes of it. Control
/// characters are escaped too, and the result is UTF-8.
std::string markdown_text(const std::string& text);

/// Text in backquotes; as markdown_text where it holds some itself.
std::string markdown_code(const std::string& text);

}  // namespace pskd
