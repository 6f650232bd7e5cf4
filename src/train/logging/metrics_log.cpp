#include "train/logging/metrics_log.hpp"

#include <string>

#include "base/file.hpp"
#include "pskd/base/error.hpp"
#include "train/logging/event_file.hpp"

namespace pskd::train {

MetricsLog::MetricsLog(const StageLayout& stage, int epochs, bool events) : file_(stage.metrics()) {
  std::string kept;
  if (std::filesystem::exists(file_)) {
    const std::string all = read_file(file_);
    std::size_t end = 0;
    for (int line = 0; line < epochs && end < all.size(); ++line) {
      const std::size_t newline = all.find('\n', end);
      if (newline == std::string::npos) break;
      end = newline + 1;
    }
    kept = all.substr(0, end);
  }
  write_file_atomically(file_, kept);
  stream_.open(file_, std::ios::app);
  if (!events && !std::filesystem::exists(stage.events())) return;
  start_ = write_event_file(stage);
  events_.open(stage.events(), std::ios::app | std::ios::binary);
}

void MetricsLog::append(const nlohmann::ordered_json& line) {
  stream_ << line.dump() << '\n';
  stream_.flush();
  if (events_.is_open()) events_ << epoch_record(line, start_) << std::flush;
  if (!stream_ || !events_) throw Error(ErrorKind::io, file_.string() + ": cannot be written; is the disk full?");
}

}  // namespace pskd::train
