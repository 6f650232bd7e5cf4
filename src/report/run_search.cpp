#include "report/run_search.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "eval/finished_run.hpp"
#include "pskd/base/error.hpp"
#include "pskd/base/name.hpp"

namespace pskd::report {
namespace {

namespace fs = std::filesystem;

bool is_before(const eval::RunRecord& a, const eval::RunRecord& b) {
  return a.fold == b.fold ? a.seed < b.seed : Name(a.fold) < Name(b.fold);
}

/// By fold and seed; names that are numbers by number.
void sort_by_run(std::vector<eval::RunRecord>& records) { std::stable_sort(records.begin(), records.end(), is_before); }

fs::path experiment_of(const eval::RunRecord& record) { return RunLayout{record.folder}.experiment(); }

[[noreturn]] void refuse_folder(const fs::path& folder, const std::vector<RunLayout>& unfinished) {
  RunSet found;
  for (const RunLayout& run : unfinished) found.unfinished.push_back(unfinished_run(run));
  std::string text = folder.string() +
                     ": expected the folder of a run, an experiment or a sweep with a finished seed, found no "
                     "result.json in it";
  for (const std::string& note : unfinished_notes(found)) text += "; " + note;
  throw Error(ErrorKind::data, text);
}

/// Of one run of a sweep, or one experiment.
using Group = std::tuple<std::string, std::string, std::string>;  // sweep, experiment, config hash

std::string reasons(const std::vector<const UnfinishedRun*>& runs) {
  const auto same = [&](const UnfinishedRun* run) { return run->why == runs.front()->why; };
  if (std::all_of(runs.begin(), runs.end(), same)) return runs.front()->why;
  std::string text;
  for (const UnfinishedRun* run : runs) {
    if (!text.empty()) text += "; ";
    if (!run->fold.empty()) text += "fold " + run->fold + ", ";
    text += "seed " + std::to_string(run->seed) + ": " + run->why;
  }
  return text;
}

/// Whether the run has scores: one that adapts a student tests nothing, and is no row.
bool has_scores(const eval::RunRecord& record) {
  return std::any_of(record.stages.begin(), record.stages.end(),
                     [](const eval::StageResult& stage) { return stage.test || stage.val; });
}

}  // namespace

UnfinishedRun unfinished_run(const RunLayout& given) {
  const RunLayout run{full_path(given.folder)};
  const ExperimentLayout experiment{run.experiment()};
  UnfinishedRun found{.sweep = experiment.sweep(),
                      .experiment = experiment.name(),
                      .config_hash = experiment.config_hash(),
                      .fold = run.fold(),
                      .seed = run.seed(),
                      .why = "stopped before its end"};
  if (!fs::exists(run.folder)) {
    found.why = "not begun";
  } else if (is_locked(run.lock())) {
    found.why = "in training";
  } else if (fs::exists(run.error())) {
    found.why = first_line(read_file(run.error()));
  }
  return found;
}

void add_run(RunSet& runs, const RunLayout& run) {
  if (fs::exists(run.result())) {
    runs.records.push_back(eval::read_finished_run(run));
  } else {
    runs.unfinished.push_back(unfinished_run(run));
  }
}

std::string sweep_of(const eval::RunRecord& record) {
  return record.folder.empty() ? "" : ExperimentLayout{experiment_of(record)}.sweep();
}

std::vector<eval::RunRecord> find_run_records(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    throw Error(ErrorKind::data, "cannot read results: expected a folder runs/<experiment>/<config hash> at '" +
                                     folder.string() + "', found none");
  }
  std::vector<eval::RunRecord> records;
  for (const RunLayout& run : finished_runs_in(folder)) records.push_back(eval::read_finished_run(run));
  sort_by_run(records);
  return records;
}

RunSet collect_runs(const std::vector<fs::path>& folders) {
  RunSet runs;
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    const std::vector<RunLayout> finished = finished_runs_below(folder), unfinished = unfinished_runs_below(folder);
    if (finished.empty()) refuse_folder(folder, unfinished);
    std::vector<eval::RunRecord> found;
    for (const RunLayout& run : finished) {
      if (seen.insert(fs::canonical(run.result())).second) found.push_back(eval::read_finished_run(run));
    }
    if (std::any_of(found.begin(), found.end(), has_scores)) {
      std::erase_if(found, [](const eval::RunRecord& record) { return !has_scores(record); });
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      const fs::path first = experiment_of(a), second = experiment_of(b);
      return first == second ? is_before(a, b) : first < second;
    });
    for (eval::RunRecord& record : found) runs.records.push_back(std::move(record));
    for (const RunLayout& run : unfinished) {
      if (seen.insert(fs::canonical(run.folder)).second) runs.unfinished.push_back(unfinished_run(run));
    }
  }
  runs.settings = read_settings(runs.records);
  return runs;
}

std::vector<std::string> unfinished_notes(const RunSet& runs) {
  std::map<Group, std::size_t> finished;
  for (const eval::RunRecord& record : runs.records) {
    ++finished[{sweep_of(record), record.experiment, record.config_hash}];
  }
  std::vector<Group> order;
  std::map<Group, std::vector<const UnfinishedRun*>> groups;
  std::map<std::string, std::set<std::string>> of_name;  // sweeps and hashes
  for (const auto& [group, count] : finished)
    of_name[std::get<1>(group)].insert(std::get<0>(group) + "/" + std::get<2>(group));
  for (const UnfinishedRun& run : runs.unfinished) {
    const Group group{run.sweep, run.experiment, run.config_hash};
    of_name[run.experiment].insert(run.sweep + "/" + run.config_hash);
    if (!groups.contains(group)) order.push_back(group);
    groups[group].push_back(&run);
  }
  std::vector<std::string> notes;
  for (const Group& group : order) {
    const auto& [sweep, experiment, hash] = group;
    const std::vector<const UnfinishedRun*>& missing = groups[group];
    const std::string name = of_name[experiment].size() > 1 ? sweep + "/" + experiment + "/" + hash : experiment;
    const char* what = missing.front()->fold.empty() ? " seeds: " : " runs: ";
    notes.push_back("not finished: " + name + " (" + std::to_string(missing.size()) + " of " +
                    std::to_string(missing.size() + finished[group]) + what + reasons(missing) + ")");
  }
  return notes;
}

}  // namespace pskd::report
