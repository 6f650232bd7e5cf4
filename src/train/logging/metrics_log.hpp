// metrics.jsonl: one JSON object per epoch; and the event file that says the same.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/run_layout.hpp"

namespace pskd::train {

class MetricsLog {
 public:
  /// Opens the stage's metrics.jsonl for appending after its first `epochs` lines; what a killed run wrote beyond them
  /// is dropped. An event file is kept beside it if `events` asks for one or one is there already, and so tells the
  /// same epochs.
  MetricsLog(const StageLayout& stage, int epochs, bool events);
  /// Appends a line. Throws Error(io) when it cannot be written.
  void append(const nlohmann::ordered_json& line);

 private:
  std::filesystem::path file_;
  std::ofstream stream_, events_;
  double start_ = 0;  ///< of the events' times
};

}  // namespace pskd::train
