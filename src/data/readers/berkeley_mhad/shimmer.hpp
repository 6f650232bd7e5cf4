// The accelerometer texts of Berkeley-MHAD, one of its Shimmer sensors each.
#pragma once

#include <filesystem>
#include <vector>

#include "pskd/data/clip.hpp"

namespace pskd::data::readers {

/// The accelerometer text `ax ay az unix_seconds`, one sample a line: values [T, 3] in g and stamps [T] in seconds.
/// Throws Error(data) naming the file and the line.
struct ShimmerSamples {
  Frames values;
  std::vector<double> times;
};
ShimmerSamples read_shimmer_text(const std::filesystem::path& file);

}  // namespace pskd::data::readers
