// log.txt: what was logged while a run trained.
#pragma once

#include <spdlog/common.h>

#include <filesystem>

namespace pskd::train {

/// While it lives, everything that is logged also goes to `file`.
class RunLog {
 public:
  explicit RunLog(const std::filesystem::path& file);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

 private:
  spdlog::sink_ptr sink_;
};

}  // namespace pskd::train
