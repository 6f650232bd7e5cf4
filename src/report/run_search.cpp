#include "report/run_search.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/run_layout.hpp"
#include "eval/finished_run.hpp"
#include "pskd/base/error.hpp"

namespace pskd::report {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::vector<eval::RunRecord> find_run_records(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw Error(ErrorKind::data, "cannot read results: expected a folder runs/<experiment>/<config hash> at '" +
                                     folder.string() + "', found none");
  }
  std::vector<eval::RunRecord> records;
  for (const RunLayout& run : finished_runs_in(folder)) records.push_back(eval::read_finished_run(run));
  std::sort(records.begin(), records.end(),
            [](const eval::RunRecord& a, const eval::RunRecord& b) { return a.seed < b.seed; });
  return records;
}

std::vector<eval::RunRecord> collect_run_records(const std::vector<std::filesystem::path>& folders) {
  std::vector<eval::RunRecord> records;
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    const std::vector<RunLayout> runs = finished_runs_below(folder);
    if (runs.empty()) {
      throw Error(ErrorKind::data, folder.string() +
                                       ": expected a folder of a sweep or a run with a finished seed, "
                                       "found no result.json in it");
    }
    std::vector<std::pair<fs::path, eval::RunRecord>> found;  // with the experiment's folder
    for (const RunLayout& run : runs) {
      if (!seen.insert(fs::canonical(run.result())).second) continue;
      const fs::path file = fs::absolute(run.result()).lexically_normal();
      const ExperimentLayout experiment{RunLayout{file.parent_path()}.experiment()};
      found.emplace_back(experiment.folder, eval::read_finished_run(run));
      found.back().second.sweep = experiment.sweep();
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return std::tie(a.first, a.second.seed) < std::tie(b.first, b.second.seed);
    });
    for (auto& one : found) records.push_back(std::move(one.second));
  }
  return records;
}

std::vector<FinishedRun> find_finished_runs(const fs::path& folder) {
  std::vector<std::tuple<fs::path, std::uint64_t, fs::path, eval::RunRecord>> found;
  for (const RunLayout& finished : finished_runs_below(folder)) {
    eval::RunRecord record = eval::read_finished_run(finished);
    const RunLayout run{fs::absolute(finished.result()).lexically_normal().parent_path()};
    found.emplace_back(run.experiment(), record.seed, run.folder, std::move(record));
  }
  if (found.empty()) {
    throw Error(ErrorKind::data, folder.string() +
                                     ": expected the folder of a run, an experiment or a sweep with a finished seed, "
                                     "found no result.json in it");
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
  });
  std::vector<FinishedRun> runs;
  for (auto& [experiment, seed, run, record] : found) {
    if (runs.empty() || runs.back().folders.front().parent_path() != experiment) runs.emplace_back();
    runs.back().folders.push_back(run);
    runs.back().records.push_back(std::move(record));
  }
  return runs;
}

}  // namespace pskd::report
