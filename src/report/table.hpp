// The results table: one row a stage, mean and standard deviation over seeds; and the report around it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pskd/eval/run_record.hpp"

namespace pskd {

struct Table {
  std::vector<std::string> notes;  ///< printed above: protocol, selection rule, n, what is ours
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each as long as the header
};

/// Rows: stages in training order; columns: accuracy and macro F1 (per cent, mean and standard deviation over the
/// records), n, parameters, epochs, training seconds (mean). Scores are of the test part or, in a protocol without one,
/// of the val part. Throws Error(data) when there is no record, when a seed is there twice, or when the records do not
/// share config hash, protocol, selection rule, stages and classes.
Table results_table(const std::vector<RunRecord>& records);

std::string to_text(const Table& table);      ///< aligned for a terminal; UTF-8
std::string to_markdown(const Table& table);  ///< notes as a list, then a pipe table

/// `seed-<n>/result.json` of every finished seed in `folder` (runs/<experiment>/<hash>), sorted by seed. Throws
/// Error(data) when the folder does not exist or a record is broken.
std::vector<RunRecord> find_run_records(const std::filesystem::path& folder);

/// Writes `folder`/report.md: the table over all finished seeds, per-class F1 of each stage (mean over seeds), the
/// largest confusions of the student, how to reproduce. Returns its path. Throws as results_table and find_run_records.
std::filesystem::path write_report(const std::filesystem::path& folder);

}  // namespace pskd
