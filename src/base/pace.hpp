// How often a long task says how far it is.
#pragma once

#include <chrono>

namespace pskd {

/// Due once every `between` seconds, for the first time when these have passed.
class Pace {
 public:
  explicit Pace(std::chrono::seconds between = std::chrono::seconds(5)) : between_(between) {}

  bool is_due() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < between_) return false;
    last_ = now;
    return true;
  }

 private:
  std::chrono::seconds between_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace pskd
