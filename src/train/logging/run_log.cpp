#include "train/logging/run_log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace pskd::train {

RunLog::RunLog(const std::filesystem::path& file)
    : sink_(std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string())) {
  spdlog::default_logger()->sinks().push_back(sink_);
  spdlog::flush_on(spdlog::level::info);
}

RunLog::~RunLog() {
  auto& sinks = spdlog::default_logger()->sinks();
  sinks.erase(std::remove(sinks.begin(), sinks.end(), sink_), sinks.end());
}

}  // namespace pskd::train
