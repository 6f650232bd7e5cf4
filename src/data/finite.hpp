// Values of a recording must be finite.
#pragma once

#include <cstdint>
#include <filesystem>

#include "pskd/base/error.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data {

/// Thrown by readers: the file is sound, its values are not.
class NotFinite : public Error {
 public:
  NotFinite(const std::string& message, std::int64_t values) : Error(ErrorKind::data, message), values_(values) {}
  std::int64_t values() const { return values_; }

 private:
  std::int64_t values_;
};

/// Throws NotFinite naming the file, the first such frame and its column (from 1) unless every value is finite.
void check_finite(const std::filesystem::path& file, const Frames& frames);

}  // namespace pskd::data
