// The results table: one row a stage, mean +- standard deviation over seeds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pskd/eval/run_record.hpp"

namespace pskd {

struct Table {
  std::vector<std::string> notes;   ///< printed above: protocol, selection, n, what is ours
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};

/// Rows: stages; columns: accuracy, macro F1 (per cent, mean +- sd), n, parameters, epochs, training time. Throws Error(data) when the
/// records do not share experiment hash, protocol and selection rule.
Table results_table(const std::vector<RunRecord>& records);

std::string to_text(const Table& table);      ///< aligned for a terminal
std::string to_markdown(const Table& table);

/// result.json of every finished seed below `folder` (runs/<experiment>/<hash>), sorted by seed.
std::vector<RunRecord> find_run_records(const std::filesystem::path& folder);

/// Writes `folder`/report.md: the table over all finished seeds, per-class F1 of each stage, largest confusions, per-subject
/// accuracy is left to the predictions files. Returns its path.
std::filesystem::path write_report(const std::filesystem::path& folder);

}  // namespace pskd
