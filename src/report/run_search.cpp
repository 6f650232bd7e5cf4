#include "report/run_search.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "pskd/base/error.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::vector<RunRecord> find_run_records(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw Error(ErrorKind::data, "cannot read results: expected a folder runs/<experiment>/<config hash> at '" +
                                     folder.string() + "', found none");
  }
  std::vector<RunRecord> records;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const bool of_seed = entry.path().filename().string().starts_with("seed-");
    const std::filesystem::path file = entry.path() / "result.json";
    if (of_seed && std::filesystem::exists(file)) records.push_back(read_run_record(file));
  }
  std::sort(records.begin(), records.end(), [](const RunRecord& a, const RunRecord& b) { return a.seed < b.seed; });
  return records;
}

std::vector<RunRecord> collect_run_records(const std::vector<std::filesystem::path>& folders) {
  namespace fs = std::filesystem;
  std::vector<RunRecord> records;
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    std::vector<fs::path> files;
    if (fs::is_directory(folder)) {
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().filename() == "result.json") files.push_back(entry.path());
      }
    }
    if (files.empty()) {
      throw Error(ErrorKind::data, folder.string() +
                                       ": expected a folder of a sweep or a run with a finished seed, "
                                       "found no result.json in it");
    }
    std::vector<std::pair<fs::path, RunRecord>> found;  // with the experiment's folder
    for (const fs::path& file : files) {
      if (!seen.insert(fs::canonical(file)).second) continue;
      const fs::path experiment = fs::absolute(file).lexically_normal().parent_path().parent_path();
      found.emplace_back(experiment, read_run_record(file));
      found.back().second.sweep = experiment.parent_path().parent_path().filename().string();
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
      return std::tie(a.first, a.second.seed) < std::tie(b.first, b.second.seed);
    });
    for (auto& one : found) records.push_back(std::move(one.second));
  }
  return records;
}

std::vector<FinishedRun> find_finished_runs(const fs::path& folder) {
  std::vector<std::tuple<fs::path, std::uint64_t, fs::path, RunRecord>> found;
  if (fs::is_directory(folder)) {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.path().filename() != "result.json") continue;
      RunRecord record = read_run_record(entry.path());
      const fs::path run = fs::absolute(entry.path()).lexically_normal().parent_path();
      found.emplace_back(run.parent_path(), record.seed, run, std::move(record));
    }
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

}  // namespace pskd
