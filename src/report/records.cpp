#include "report/records.hpp"

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <set>
#include <sstream>
#include <string>

#include "base/run_layout.hpp"
#include "pskd/base/error.hpp"
#include "report/table.hpp"

namespace pskd {

namespace {

[[noreturn]] void refuse(const RunRecord& first, const RunRecord& other, const std::string& what,
                         const std::string& expected, const std::string& found) {
  throw Error(ErrorKind::data, "cannot summarise runs of different experiments in one table: seed " +
                                   std::to_string(first.seed) + " has " + what + " '" + expected + "', seed " +
                                   std::to_string(other.seed) + " has '" + found +
                                   "'; make one table for each experiment");
}

/// Stage names, the part whose scores are shown, and classes: whatever rows and columns are made of.
std::string layout(const RunRecord& record) {
  std::string text;
  for (const StageResult& stage : record.stages) {
    if (!stage.test && !stage.val) {
      throw Error(ErrorKind::data, "seed " + std::to_string(record.seed) + ": stage '" + stage.name +
                                       "' has neither test nor val scores; give the protocol a test or val part");
    }
    text += (text.empty() ? "" : ", ") + stage.name + (stage.test ? " on test" : " on val") + " (";
    for (const ClassScore& one : shown_scores(stage).per_class) text += " " + one.name;
    text += " )";
  }
  return text;
}

}  // namespace

void check_same_experiment(const std::vector<RunRecord>& records) {
  if (records.empty()) throw Error(ErrorKind::data, "cannot make a table: there is no finished run");
  const RunRecord& first = records.front();
  if (first.stages.empty()) throw Error(ErrorKind::data, "cannot make a table: the runs have no stage");
  std::set<std::uint64_t> seeds;
  for (const RunRecord& record : records) {
    if (!seeds.insert(record.seed).second) {
      throw Error(ErrorKind::data, "cannot make a table: seed " + std::to_string(record.seed) + " is there twice");
    }
    if (record.config_hash != first.config_hash) {
      refuse(first, record, "config hash", first.config_hash, record.config_hash);
    }
    if (record.protocol != first.protocol) refuse(first, record, "protocol", first.protocol, record.protocol);
    if (record.selection != first.selection) {
      refuse(first, record, "selection rule", first.selection, record.selection);
    }
    if (layout(record) != layout(first)) refuse(first, record, "stages", layout(first), layout(record));
  }
}

const Scores& shown_scores(const StageResult& stage) { return stage.test ? *stage.test : *stage.val; }

Table per_class_table(const std::vector<RunRecord>& records) {
  const std::vector<StageResult>& stages = records.front().stages;
  Table table;
  table.header = {"class", "clips"};
  for (const StageResult& stage : stages) table.header.push_back(stage.name);
  const std::vector<ClassScore>& classes = shown_scores(stages.front()).per_class;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    std::vector<std::string>& row = table.rows.emplace_back();
    row = {classes[label].name, std::to_string(classes[label].support)};
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
      std::vector<double> f1;
      for (const RunRecord& record : records) f1.push_back(shown_scores(record.stages[stage]).per_class[label].f1);
      row.push_back(fixed(100 * summarize(f1).mean, 1));
    }
  }
  return table;
}

std::size_t student_stage(const std::vector<StageResult>& stages) {
  for (std::size_t index = 0; index < stages.size(); ++index) {
    if (stages[index].name == "student") return index;
  }
  return stages.size() - 1;
}

std::string fixed(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

std::string mean_and_deviation(const std::vector<double>& shares) {
  const Summary summary = summarize(shares);
  return fixed(100 * summary.mean, 1) + " \u00b1 " +
         (summary.n > 1 ? fixed(100 * summary.deviation, 1) : std::string(kEnDash));
}

std::string selection_rule(const std::string& selection) {
  if (selection == "last") return "last epoch";
  if (selection == "val") return "best epoch on the val part";
  return selection;
}

std::vector<RunRecord> find_run_records(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw Error(ErrorKind::data, "cannot read results: expected a folder runs/<experiment>/<config hash> at '" +
                                     folder.string() + "', found none");
  }
  std::vector<RunRecord> records;
  for (const RunLayout& run : finished_runs_in(folder)) records.push_back(read_run_record(run.result()));
  std::sort(records.begin(), records.end(), [](const RunRecord& a, const RunRecord& b) { return a.seed < b.seed; });
  return records;
}

}  // namespace pskd
