#include "metrics_log.hpp"

#include <string>

#include "pskd/base/error.hpp"
#include "pskd/base/file.hpp"

namespace pskd {

MetricsLog::MetricsLog(const std::filesystem::path& file, int epochs) : file_(file) {
  std::string kept;
  if (std::filesystem::exists(file)) {
    const std::string all = read_file(file);
    std::size_t end = 0;
    for (int line = 0; line < epochs && end < all.size(); ++line) {
      const std::size_t newline = all.find('\n', end);
      if (newline == std::string::npos) break;
      end = newline + 1;
    }
    kept = all.substr(0, end);
  }
  write_file_atomically(file, kept);
  stream_.open(file, std::ios::app);
}

void MetricsLog::append(const nlohmann::ordered_json& line) {
  stream_ << line.dump() << '\n';
  stream_.flush();
  if (!stream_) throw Error(ErrorKind::io, file_.string() + ": cannot be written; is the disk full?");
}

}  // namespace pskd
