// A table of text, and the forms it is written in. Every form escapes control characters: names come from files.
#pragma once

#include <string>
#include <vector>

namespace pskd::report {

struct Table {
  std::vector<std::string> notes;  ///< printed above: protocol, selection rule, n, what is ours
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each as long as the header
};

std::string to_text(const Table& table);      ///< aligned for a terminal; UTF-8
std::string to_markdown(const Table& table);  ///< notes as a list, then a pipe table

/// A booktabs tabular, and the notes as a paragraph below; for a document with \usepackage{booktabs} in UTF-8.
std::string to_latex(const Table& table);

/// RFC 4180: header, rows, lines ended by CR LF. The notes are a last column, the same in every row.
std::string to_csv(const Table& table);

}  // namespace pskd::report
