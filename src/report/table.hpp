// A table of text, and the forms it is written in. Every form escapes control characters: names come from files.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pskd::report {

/// Row and column of a cell.
using CellPlace = std::pair<std::size_t, std::size_t>;

struct Table {
  std::vector<std::string> notes;  ///< printed above: protocol, selection rule, n, what is ours
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each as long as the header
  std::size_t labels = 1;                      ///< so many columns at the left say what a row is
  std::set<CellPlace> best = {};               ///< bold or, where there is none, with a star; not in csv
};

std::string to_text(const Table& table);      ///< aligned for a terminal; UTF-8
std::string to_markdown(const Table& table);  ///< notes as a list, then a pipe table

/// A booktabs tabular, and the notes as a paragraph below; for a document with \usepackage{booktabs} in UTF-8.
std::string to_latex(const Table& table);

/// RFC 4180: header, rows, lines ended by CR LF. The notes are a last column, the same in every row.
std::string to_csv(const Table& table);

}  // namespace pskd::report
