// report.md: the results of an experiment as a text file.
#pragma once

#include <filesystem>

namespace pskd::report {

/// Writes `folder`/report.md: the table over all finished seeds, accuracy against coverage, per-class F1 of each
/// stage (mean over seeds), the largest confusions of the student, how to reproduce. Returns its path. Throws as
/// results_table, coverage_table and find_run_records.
std::filesystem::path write_report(const std::filesystem::path& folder);

}  // namespace pskd::report
