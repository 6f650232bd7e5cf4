// What the numbers of one column of a comparison have in common.
#pragma once

#include <string>
#include <vector>

#include "report/cells.hpp"

namespace pskd::report {

/// Entries of one column.
using Column = std::vector<const Entry*>;
Column column_of(const std::vector<Entry>& entries, const std::string& name);

/// Throws Error(data) where entries of the column, of folds those of the same fold, differ in what makes numbers
/// comparable: data set, protocol, selection rule, sharing of subjects, part, clips of each class, recordings, files.
/// The error says which folders make a table of their own.
void check_column(const Column& column, const std::string& name);

/// What they have in common, in the words of a table's notes. The column must have been checked.
std::vector<std::string> condition_notes(const Column& column, const std::string& name, const RunSet& runs);

}  // namespace pskd::report
