#include "report/page/html.hpp"

#include "base/text.hpp"

namespace pskd::report {

std::string escape_html(const std::string& text) {
  std::string escaped;
  for (const char letter : escaped_for_terminal(text)) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string html_element(const std::string& tag, const std::string& text) {
  return "<" + tag + ">" + escape_html(text) + "</" + tag + ">";
}

std::string html_list(const std::vector<std::string>& lines, const std::string& css_class) {
  if (lines.empty()) return "";
  std::string html = R"(<ul class=")" + css_class + "\">\n";
  for (const std::string& line : lines) html += html_element("li", line) + "\n";
  return html + "</ul>\n";
}

std::string html_table(const Table& table, const std::string& caption, const std::vector<std::string>& links) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escape_html(caption) +
                     "\">\n<table>\n" + html_element("caption", caption) + "\n<thead><tr>";
  for (const std::string& cell : table.header) html += "<th scope=\"col\">" + escape_html(cell) + "</th>";
  html += "</tr></thead>\n<tbody>\n";
  for (std::size_t index = 0; index < table.rows.size(); ++index) {
    const std::vector<std::string>& row = table.rows[index];
    const std::string name = escape_html(row.front());
    html += "<tr><th scope=\"row\">" +
            (links.empty() ? name : "<a href=\"" + escape_html(links[index]) + "\">" + name + "</a>") + "</th>";
    for (std::size_t column = 1; column < row.size(); ++column) {
      const bool is_best = table.best.contains({index, column});
      html += is_best ? "<td>" + html_element("strong", row[column]) + "</td>" : html_element("td", row[column]);
    }
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n</div>\n" + html_list(table.notes, "notes");
}

}  // namespace pskd::report
