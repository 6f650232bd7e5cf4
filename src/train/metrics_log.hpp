// metrics.jsonl: one JSON object per epoch.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace pskd {

class MetricsLog {
 public:
  /// Opens `file` for appending after its first `epochs` lines; what a killed run wrote beyond them is dropped.
  MetricsLog(const std::filesystem::path& file, int epochs);
  /// Appends a line. Throws Error(io) when it cannot be written.
  void append(const nlohmann::ordered_json& line);

 private:
  std::filesystem::path file_;
  std::ofstream stream_;
};

}  // namespace pskd
