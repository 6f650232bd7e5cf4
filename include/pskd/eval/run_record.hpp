// result.json: what one run (one experiment, one fold, one seed) found. The key names are a contract.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pskd/eval/scores.hpp"

namespace pskd::eval {

/// Content hashes by name.
using Hashes = std::map<std::string, std::string>;

/// The key of RunRecord::inputs for the description of own recordings.
inline constexpr const char* kDescription = "data.description";

/// What a stage's network costs in use, for one clip.
struct StageCost {
  std::int64_t macs = 0;      ///< multiply-adds
  std::int64_t bytes = 0;     ///< of parameters and buffers, as 32-bit floats
  double latency = 0;         ///< s on one thread of the machine that trained it: median of some runs
  std::int64_t adapters = 0;  ///< parameters that its loss trained beside it and that nobody needs in use
};

/// Of windows of continuous recordings, beside the scores by window; see eval/window_scores.hpp.
struct WindowScores {
  int recordings = 0, right_recordings = 0;
  int events = 0, predicted_events = 0, right_events = 0;
  double tolerance = 0;  ///< s, of the beginning of an event

  /// Shares, 0 .. 1; 0 where undefined.
  double accuracy() const { return share(right_recordings, recordings); }
  double precision() const { return share(right_events, predicted_events); }
  double recall() const { return share(right_events, events); }
  double f1() const { return share(2 * right_events, events + predicted_events); }

 private:
  static double share(int part, int all) { return all == 0 ? 0 : static_cast<double>(part) / all; }
};

/// What a trained stage delivers, by its selected epoch.
struct StageResult {
  std::string name;
  std::optional<Scores> test;  ///< absent when the protocol has no test part
  std::optional<Scores> val;   ///< absent when the protocol has no val part
  std::int64_t parameters = 0;
  int epochs = 0;
  double seconds = 0;
  /// With selection val: the epoch that was scored, from 1, and how many epochs were as accurate as it on the
  /// validation clips, itself included. Absent with selection last, and in records from before it was written.
  std::optional<int> best_epoch = {}, tied_epochs = {};
  std::optional<StageCost> cost = {};  ///< absent in records from before it was measured
  std::string checkpoint = {};         ///< content hash of the checkpoint that was scored
  Hashes teachers = {};                ///< of the checkpoints that taught it, by stage and snapshot: "skeleton/last"
  std::string start = {};              ///< of the weights that it began with; empty: drawn ones
  /// Labeled training clips that it saw, and those of them that not all of its teachers saw. Absent where it saw all
  /// clips of the run, and where its teachers saw all of them.
  std::optional<std::int64_t> train_clips = {}, partly_taught = {};
  std::optional<WindowScores> windows = {};  ///< of the test part; absent where its clips are whole recordings
};

/// Everything that is empty or absent by default is so in records from before it was written.
struct RunRecord {
  std::string experiment, config_hash, protocol, selection;  ///< protocol: the line of describe(ProtocolConfig)
  std::string dataset;                                       ///< empty in records from before it was written
  std::string fold = {};                                     ///< empty where the protocol has one split
  std::uint64_t seed = 0;
  bool shared_subjects = false;
  std::vector<StageResult> stages;              ///< in training order (result.json: object in this order)
  std::string data_hash = {};                   ///< of the recordings, as they were read
  std::string version = {}, git_revision = {};  ///< of the program
  Hashes inputs = {};  ///< of the files that the config names beside the recordings, by key: word vectors
  Hashes files = {};   ///< of the run's other files, by path in its folder; see eval/finished_run.hpp
  // Not in the file: read_finished_run says these.
  std::filesystem::path folder = {};             ///< of the run
  std::optional<std::int64_t> train_clips = {};  ///< training clips; of older records as manifest.json has it
};

/// The snapshot of its stages that a run of this `selection` scores: "best" or "last".
std::string selected_snapshot(const std::string& selection);

/// {"experiment", "dataset", "data_hash", "config_hash", "protocol", "selection", "shared_subjects", "fold", "seed",
/// "version", "git_revision", "inputs", "stages": {"student": {"test": {"accuracy", "macro_f1", "scored_classes",
/// "per_class": [{"name", "precision", "recall", "f1", "support"}], "confusion"}, "val": {...}, "parameters", "epochs",
/// "seconds", "best_epoch", "tied_epochs", "cost": {"macs", "bytes", "latency", "adapters"}, "checkpoint", "teachers",
/// "start", "train_clips", "partly_taught", "windows": {"recordings", "right_recordings", "events", "predicted_events",
/// "right_events", "tolerance"}},
/// ...}, "files", "train_clips", "checksum"}; an absent part has no key. The checksum is the content hash of all else.
/// Written atomically; throws Error(io).
void write_run_record(const std::filesystem::path& file, const RunRecord& record);
/// Throws Error(data) naming the file and the key, also where the checksum does not fit or the scores are not those of
/// the confusion; Error(io) when the file cannot be read. Records from before there was a checksum are read without.
/// One without "scored_classes" is from before 0.7.0: its macro F1 is held to the definition of then, and what is read
/// is that of today.
RunRecord read_run_record(const std::filesystem::path& file);

}  // namespace pskd::eval
