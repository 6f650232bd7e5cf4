// Where everything of a run lies. These names are spelled here and nowhere else.
//
//   <root>/<experiment>/<config hash>/      ExperimentLayout
//     report.md
//     [fold-<name>/]
//       .seed-<n>.lock, .seed-<n>.overwritten/
//       seed-<n>/                           RunLayout
//         config.resolved.yaml, manifest.json, log.txt, result.json, error.txt
//         stages/<stage>/                   StageLayout
//           <snapshot>.ckpt, metrics.jsonl, predictions.csv, predictions-val.csv, events.out.tfevents.pskd
//   <root>/<sweep>/                         SweepLayout
//     <run>/<config hash>/                  ExperimentLayout
//     slurm/
//   <root>/stages/                          StageStoreLayout
//     answers/                              the cache of teacher outputs
//     <stage key>.lock, .<stage key>.overwritten/
//     <stage key>/                          StageLayout, and stage.json
//
// report.html may lie in a run's, an experiment's or a sweep's folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pskd {

inline constexpr const char* kStagesFolder = "stages";
inline constexpr const char* kHtmlReport = "report.html";

/// The folder of one stage, in a run or in a stage store.
struct StageLayout {
  std::filesystem::path folder;

  std::filesystem::path checkpoint(const std::string& snapshot) const;  ///< `snapshot` is last, best or epoch-<n>
  std::filesystem::path metrics() const;
  std::filesystem::path events() const;  ///< TensorBoard's
  std::filesystem::path test_predictions() const;
  std::filesystem::path val_predictions() const;
  /// In a stage store only: written once the stage is complete, says which stage it is.
  std::filesystem::path description() const;
};

/// The folder of one run: one experiment, one fold of its protocol, one seed.
struct RunLayout {
  std::filesystem::path folder;

  std::filesystem::path config() const;
  std::filesystem::path manifest() const;
  std::filesystem::path log() const;
  std::filesystem::path result() const;
  std::filesystem::path error() const;  ///< why its last start failed
  std::filesystem::path stages() const;
  StageLayout stage(const std::string& name) const;

  /// Held while a process trains the run: who holds it owns the run's folder. It lies beside it, since --overwrite
  /// removes the folder.
  std::filesystem::path lock() const;
  /// What the run's folder is called from the moment --overwrite gives it up until it is deleted.
  std::filesystem::path overwritten() const;

  std::filesystem::path experiment() const;  ///< the folder of its ExperimentLayout
  std::string fold() const;                  ///< empty where the protocol has one split
  /// The seed that the folder's name says; none where it is no run's name.
  std::optional<std::uint64_t> named_seed() const;
  /// The same. Throws Error(usage) when it is no run's folder.
  std::uint64_t seed() const;
};

/// The folder of all runs of one experiment.
struct ExperimentLayout {
  std::filesystem::path folder;

  static ExperimentLayout of(const std::filesystem::path& root, const std::string& name, const std::string& hash);

  /// `fold` is empty where the protocol has one split.
  RunLayout run(std::uint64_t seed, const std::string& fold = {}) const;
  std::filesystem::path report() const;

  std::string config_hash() const;
  /// Whether the folder's name is a config hash. A copy may be called otherwise.
  bool is_named_by_hash() const;
  std::string name() const;
  std::filesystem::path root() const;
  /// The name of the root: of the sweep, where the experiment is one of a sweep's runs.
  std::string sweep() const;
};

/// Where the runs of a root train their stages, so that they share those that are the same.
struct StageStoreLayout {
  std::filesystem::path folder;

  static StageStoreLayout of(const std::filesystem::path& root);

  StageLayout stage(const std::string& key) const;
  std::filesystem::path lock(const std::string& key) const;
  /// What a stage's folder is called from the moment --overwrite gives it up until it is deleted.
  std::filesystem::path overwritten(const std::string& key) const;
  std::filesystem::path teacher_outputs() const;
};

struct SweepLayout {
  std::filesystem::path folder;

  std::filesystem::path root() const;
  std::filesystem::path slurm() const;  ///< where job arrays are submitted from
};

/// The finished runs of an experiment's folder, of all folds.
std::vector<RunLayout> finished_runs_in(const std::filesystem::path& experiment);

/// The finished runs anywhere below `folder`, which may itself be one. None where there is no such folder.
std::vector<RunLayout> finished_runs_below(const std::filesystem::path& folder);

/// The folders called seed-<n> below `folder`, or `folder` itself, that have no result; sorted.
std::vector<RunLayout> unfinished_runs_below(const std::filesystem::path& folder);

}  // namespace pskd
