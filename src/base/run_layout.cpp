#include "base/run_layout.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/file.hpp"
#include "pskd/base/error.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kResult = "result.json";
constexpr const char* kTeacherOutputs = "answers";
const std::string kRunPrefix = "seed-";
const std::string kFoldPrefix = "fold-";

constexpr const char* kOverwritten = ".overwritten";

std::string run_name(std::uint64_t seed) { return kRunPrefix + std::to_string(seed); }

fs::path beside(const fs::path& run, const std::string& ending) {
  return run.parent_path() / ("." + run.filename().string() + ending);
}

bool is_overwritten(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with("." + kRunPrefix) && name.ends_with(kOverwritten);
}

// What lies anywhere below `folder`, but not in what --overwrite gave up. Nothing where there is no such folder.
std::vector<fs::path> paths_below(const fs::path& folder) {
  std::vector<fs::path> paths;
  if (!fs::is_directory(folder)) return paths;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::recursive_directory_iterator(); ++entry) {
    if (is_overwritten(entry->path())) entry.disable_recursion_pending();
    paths.push_back(entry->path());
  }
  return paths;
}

}  // namespace

fs::path StageLayout::checkpoint(const std::string& snapshot) const { return folder / (snapshot + ".ckpt"); }
fs::path StageLayout::metrics() const { return folder / "metrics.jsonl"; }
fs::path StageLayout::events() const { return folder / "events.out.tfevents.pskd"; }
fs::path StageLayout::test_predictions() const { return folder / "predictions.csv"; }
fs::path StageLayout::val_predictions() const { return folder / "predictions-val.csv"; }
fs::path StageLayout::description() const { return folder / "stage.json"; }

fs::path RunLayout::config() const { return folder / "config.resolved.yaml"; }
fs::path RunLayout::manifest() const { return folder / "manifest.json"; }
fs::path RunLayout::log() const { return folder / "log.txt"; }
fs::path RunLayout::result() const { return folder / kResult; }
fs::path RunLayout::error() const { return folder / "error.txt"; }
fs::path RunLayout::stages() const { return folder / kStagesFolder; }
StageLayout RunLayout::stage(const std::string& name) const { return {stages() / name}; }
fs::path RunLayout::lock() const { return beside(folder, ".lock"); }
fs::path RunLayout::overwritten() const { return beside(folder, kOverwritten); }
fs::path RunLayout::experiment() const {
  const fs::path seeds = folder.parent_path();
  return fold().empty() ? seeds : seeds.parent_path();
}
std::string RunLayout::fold() const {
  const std::string name = folder.parent_path().filename().string();
  return name.starts_with(kFoldPrefix) ? name.substr(kFoldPrefix.size()) : "";
}

std::optional<std::uint64_t> RunLayout::named_seed() const {
  const std::string name = folder.filename().string();
  if (!name.starts_with(kRunPrefix)) return std::nullopt;
  std::uint64_t seed = 0;
  const char* const end = name.data() + name.size();
  const auto [read, problem] = std::from_chars(name.data() + kRunPrefix.size(), end, seed);
  return problem == std::errc() && read == end ? std::optional(seed) : std::nullopt;
}

std::uint64_t RunLayout::seed() const {
  if (const std::optional<std::uint64_t> seed = named_seed()) return *seed;
  throw Error(ErrorKind::usage,
              folder.string() + ": expected a run directory, runs/<experiment>/<config hash>/[fold-<name>/]seed-<n>");
}

ExperimentLayout ExperimentLayout::of(const fs::path& root, const std::string& name, const std::string& hash) {
  return {root / name / hash};
}

RunLayout ExperimentLayout::run(std::uint64_t seed, const std::string& fold) const {
  return {(fold.empty() ? folder : folder / (kFoldPrefix + fold)) / run_name(seed)};
}
fs::path ExperimentLayout::report() const { return folder / "report.md"; }
std::string ExperimentLayout::config_hash() const { return folder.filename().string(); }
bool ExperimentLayout::is_named_by_hash() const {
  constexpr std::size_t kDigits = 12;
  const std::string name = config_hash();
  return name.size() == kDigits && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}
std::string ExperimentLayout::name() const { return folder.parent_path().filename().string(); }
fs::path ExperimentLayout::root() const { return folder.parent_path().parent_path(); }
std::string ExperimentLayout::sweep() const { return root().filename().string(); }

StageStoreLayout StageStoreLayout::of(const fs::path& root) { return {root / kStagesFolder}; }
StageLayout StageStoreLayout::stage(const std::string& key) const { return {folder / key}; }
fs::path StageStoreLayout::lock(const std::string& key) const { return folder / (key + ".lock"); }
fs::path StageStoreLayout::overwritten(const std::string& key) const { return folder / ("." + key + kOverwritten); }
fs::path StageStoreLayout::teacher_outputs() const { return folder / kTeacherOutputs; }

fs::path SweepLayout::root() const { return folder.parent_path(); }
fs::path SweepLayout::slurm() const { return folder / "slurm"; }

std::vector<RunLayout> finished_runs_in(const fs::path& experiment) {
  std::vector<RunLayout> runs;
  for (const fs::directory_entry& entry : fs::directory_iterator(experiment)) {
    const std::string name = entry.path().filename().string();
    const RunLayout run{entry.path()};
    if (name.starts_with(kRunPrefix) && fs::exists(run.result())) runs.push_back(run);
    if (!name.starts_with(kFoldPrefix)) continue;
    const std::vector<RunLayout> of_fold = finished_runs_in(entry.path());
    runs.insert(runs.end(), of_fold.begin(), of_fold.end());
  }
  return runs;
}

std::vector<RunLayout> finished_runs_below(const fs::path& folder) {
  std::vector<RunLayout> runs;
  for (const fs::path& path : paths_below(folder)) {
    if (path.filename() == kResult) runs.push_back({path.parent_path()});
  }
  return runs;
}

std::vector<RunLayout> unfinished_runs_below(const fs::path& folder) {
  std::vector<RunLayout> runs;
  const auto add = [&](const RunLayout& run) {
    if (run.named_seed() && fs::is_directory(run.folder) && !fs::exists(run.result())) runs.push_back(run);
  };
  add({full_path(folder)});
  for (const fs::path& path : paths_below(folder)) add({path});
  std::sort(runs.begin(), runs.end(), [](const RunLayout& a, const RunLayout& b) { return a.folder < b.folder; });
  return runs;
}

}  // namespace pskd
