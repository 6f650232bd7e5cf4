#include "train/logging/run_log.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "pskd/base/error.hpp"

namespace pskd::train {

namespace {

spdlog::sink_ptr open_log(const std::filesystem::path& file) {
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
  } catch (const spdlog::spdlog_ex& problem) {
    throw Error(ErrorKind::io, "cannot write " + file.string() + ": " + problem.what());
  }
}

}  // namespace

RunLog::RunLog(const std::filesystem::path& file) : sink_(open_log(file)) {
  spdlog::default_logger()->sinks().push_back(sink_);
  spdlog::flush_on(spdlog::level::info);
}

RunLog::~RunLog() {
  auto& sinks = spdlog::default_logger()->sinks();
  sinks.erase(std::remove(sinks.begin(), sinks.end(), sink_), sinks.end());
}

}  // namespace pskd::train
