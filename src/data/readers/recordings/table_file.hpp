// A table of a user's own recordings, whatever kind of file holds it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/formats/text_table.hpp"

namespace pskd::data::readers {

/// The `wanted` columns of a CSV file, or of an array of NumPy, whose lines are its rows from 1. Throws as
/// read_text_table and read_numpy_file do.
formats::TextTable read_table(const std::filesystem::path& file, const formats::TableDescription& table,
                              std::size_t wanted);

/// The same of several files of equal length side by side, `wanted` columns of each; stamps are those of the first.
formats::TextTable read_tables(const std::vector<std::filesystem::path>& files, const formats::TableDescription& table,
                               std::size_t wanted);

/// Ends of the names of one file for each of `joints`: of "_J{01}.csv" _J01.csv, _J02.csv, ...; {name} is the joint's
/// own. Empty where `pattern` has neither a number nor {name}.
std::vector<std::string> joint_file_ends(const std::string& pattern, const std::vector<std::string>& joints);

}  // namespace pskd::data::readers
