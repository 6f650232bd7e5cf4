#include "report/table.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>

#include "base/markdown.hpp"
#include "base/text.hpp"

namespace pskd::report {

namespace {

/// Printed width of UTF-8 text: every byte that does not continue a character.
std::size_t width_of(const std::string& text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
}

/// Names come from files: none may act on the terminal.
Table printable(Table table) {
  const auto escape = [](std::vector<std::string>& texts) {
    for (std::string& text : texts) text = escaped_for_line(text);
  };
  escape(table.notes);
  escape(table.header);
  for (auto& row : table.rows) escape(row);
  return table;
}

/// One line: the first `labels` cells to the left, figures to the right.
std::string aligned(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths, std::size_t labels) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    const std::string padding(widths[column] - width_of(cells[column]), ' ');
    line += column == 0 ? "" : "  ";
    line += column < labels ? cells[column] + padding : padding + cells[column];
  }
  return line + "\n";
}

/// A star after the best cells, and a blank after the others of their columns, so that figures stay aligned.
void add_stars(Table& table) {
  std::set<std::size_t> columns;
  for (const auto& [row, column] : table.best) columns.insert(column);
  for (const std::size_t column : columns) {
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      table.rows[row][column] += table.best.contains({row, column}) ? "*" : " ";
    }
  }
}

/// Text as LaTeX shows it, in a document in UTF-8.
std::string escape_latex(const std::string& plain) {
  static const std::map<char, std::string> kEscapes = {{'\\', "\\textbackslash{}"},
                                                       {'~', "\\textasciitilde{}"},
                                                       {'^', "\\textasciicircum{}"},
                                                       {'&', "\\&"},
                                                       {'%', "\\%"},
                                                       {'$', "\\$"},
                                                       {'#', "\\#"},
                                                       {'_', "\\_"},
                                                       {'{', "\\{"},
                                                       {'}', "\\}"},
                                                       {'<', "\\textless{}"},
                                                       {'>', "\\textgreater{}"}};
  std::string escaped;
  for (const char letter : escaped_for_line(plain)) {
    const auto found = kEscapes.find(letter);
    escaped += found != kEscapes.end() ? found->second : std::string(1, letter);
  }
  const std::map<std::string, std::string> symbols = {{"\u00b1", "$\\pm$"}, {"\u2013", "--"}};
  for (const auto& [symbol, command] : symbols) {
    for (std::size_t at = 0; (at = escaped.find(symbol, at)) != std::string::npos; at += command.size()) {
      escaped.replace(at, symbol.size(), command);
    }
  }
  return escaped;
}

/// The header has no row.
std::string latex_line(const Table& table, const std::vector<std::string>& cells, std::optional<std::size_t> row) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    // A row that begins with "[" would be read as an argument of the line break before it.
    line += column == 0 ? "{}" : " & ";
    const std::string text = escape_latex(cells[column]);
    line += row && table.best.contains({*row, column}) ? "\\textbf{" + text + "}" : text;
  }
  return line + " \\\\\n";
}

std::string csv_line(const std::vector<std::string>& cells, const std::string& last) {
  std::string line;
  for (const std::string& cell : cells) line += csv_field(escaped_for_line(cell)) + ",";
  return line + csv_field(escaped_for_line(last)) + "\r\n";
}

}  // namespace

std::string to_text(const Table& raw) {
  Table table = printable(raw);
  add_stars(table);
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < table.header.size(); ++column) {
    widths.push_back(width_of(table.header[column]));
    for (const auto& row : table.rows) widths[column] = std::max(widths[column], width_of(row[column]));
  }
  std::string text;
  for (const std::string& note : table.notes) text += note + "\n";
  if (!table.notes.empty()) text += "\n";
  text += aligned(table.header, widths, table.labels);
  std::vector<std::string> rules;
  for (const std::size_t width : widths) rules.emplace_back(width, '-');
  text += aligned(rules, widths, table.labels);
  for (const auto& row : table.rows) text += aligned(row, widths, table.labels);
  return text;
}

std::string to_markdown(const Table& table) {
  std::string text;
  for (const std::string& note : table.notes) text.append("- ").append(markdown_text(note)).append("\n");
  if (!table.notes.empty()) text += "\n";
  const auto add_line = [&](const std::vector<std::string>& cells, std::optional<std::size_t> row) {
    text += "|";
    for (std::size_t column = 0; column < cells.size(); ++column) {
      const char* mark = row && table.best.contains({*row, column}) ? "**" : "";
      text.append(" ").append(mark).append(markdown_text(cells[column])).append(mark).append(" |");
    }
    text += "\n";
  };
  add_line(table.header, std::nullopt);
  text += "|";
  for (std::size_t column = 0; column < table.header.size(); ++column) {
    text += column < table.labels ? "---|" : "---:|";
  }
  text += "\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) add_line(table.rows[row], row);
  return text;
}

std::string to_latex(const Table& table) {
  std::string text = "\\begin{tabular}{" + std::string(table.labels, 'l') +
                     std::string(table.header.size() - table.labels, 'r') + "}\n\\toprule\n";
  text += latex_line(table, table.header, std::nullopt) + "\\midrule\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) text += latex_line(table, table.rows[row], row);
  text += "\\bottomrule\n\\end{tabular}\n";
  if (table.notes.empty()) return text;
  text += "\n\\par\\smallskip{\\footnotesize\n";
  for (const std::string& note : table.notes) text += escape_latex(note) + ".\n";
  return text + "\\par}\n";
}

std::string to_csv(const Table& table) {
  const std::string notes = joined(table.notes, "; ");
  std::string text = csv_line(table.header, "notes");
  for (const auto& row : table.rows) text += csv_line(row, notes);
  return text;
}

}  // namespace pskd::report
