// Text, lists and tables as HTML.
#pragma once

#include <string>
#include <vector>

#include "report/table.hpp"

namespace pskd::report {

/// Text that shows itself, always UTF-8: markup and control characters are escaped, newlines and tabs stay.
std::string escape_html(const std::string& text);

/// <tag>text</tag>
std::string html_element(const std::string& tag, const std::string& text);

/// `links`: what the first cell of each row links to; none: nothing.
std::string html_table(const Table& table, const std::string& caption, const std::vector<std::string>& links = {});
std::string html_list(const std::vector<std::string>& lines, const std::string& css_class);

}  // namespace pskd::report
