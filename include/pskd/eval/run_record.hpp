// result.json: what one run (one experiment, one seed) found. The key names are a contract.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pskd/eval/scores.hpp"

namespace pskd {

struct StageRecord {
  std::string name;
  std::optional<Scores> test;  ///< absent when the protocol has no test part
  std::optional<Scores> val;   ///< absent when the protocol has no val part
  std::int64_t parameters = 0;
  int epochs = 0;
  double seconds = 0;
};

struct RunRecord {
  std::string experiment, config_hash, protocol, selection;  ///< protocol: the line of describe(ProtocolConfig)
  std::string dataset;                                       ///< empty in records from before it was written
  std::uint64_t seed = 0;
  bool shared_subjects = false;
  std::vector<StageRecord> stages;  ///< in training order (result.json: object in this order)
};

/// {"experiment", "dataset", "config_hash", "protocol", "selection", "shared_subjects", "seed", "stages": {"student":
/// {"test":
/// {"accuracy", "macro_f1", "per_class": [{"name", "precision", "recall", "f1", "support"}], "confusion"}, "val":
/// {...}, "parameters", "epochs", "seconds"}, ...}}; an absent part has no key. Written atomically; throws Error(io).
void write_run_record(const std::filesystem::path& file, const RunRecord& record);
/// Throws Error(data) naming the file and the key, Error(io) when the file cannot be read.
RunRecord read_run_record(const std::filesystem::path& file);

}  // namespace pskd
