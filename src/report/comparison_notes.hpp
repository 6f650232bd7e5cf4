// What stands above a comparison: what was compared, and how to read it.
#pragma once

#include <string>
#include <vector>

#include "report/cells.hpp"

namespace pskd::report {

/// Of one column: its conditions, runs that some rows lack, classes without clips, best epochs.
std::vector<std::string> column_notes(const Comparison& of, const std::string& column);

/// Of the whole table: what the numbers are, what is not finished, and which versions made it.
std::vector<std::string> reading_notes(const Comparison& of);

}  // namespace pskd::report
