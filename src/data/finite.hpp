// Values of a recording must be finite, and such as a body can have.
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

/// Throws NotFinite naming the file, one such frame and its column (from 1) unless every value is finite.
void check_finite(const std::filesystem::path& file, const Frames& frames);

/// No sensor that a person wears measures more, and no movement reaches it: larger values are in another unit, or none.
inline constexpr double kMaxAcceleration = 1000;  // g

/// Throws Error(data) naming the file and the frame (from 1) where an acceleration, in g, is above kMaxAcceleration.
void check_acceleration(const std::filesystem::path& file,
                        const Eigen::Ref<const Frames, 0, Eigen::OuterStride<>>& accelerations);

}  // namespace pskd::data
