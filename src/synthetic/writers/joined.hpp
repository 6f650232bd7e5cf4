// Continuous recordings, made of the clips of a data set: what one wears a watch for is not cut into actions.
#pragma once

#include <cstdint>
#include <filesystem>

#include "pskd/data/clip.hpp"

namespace pskd::synthetic {

struct JoinOptions {
  double rest = 2;                 ///< s, before, between and after the clips
  double window = 3, step = 0.75;  ///< s, that the description says recordings are cut into
  std::uint64_t seed = 1;          ///< of the order of the clips, and of the noise of a resting sensor
};

/// Writes a folder of one's own recordings: one for each person, trial and scene of `dataset`, with the sensor's clips
/// one after the other in a random order. Between them the sensor goes from the last value of one to the first of the
/// next, with a little noise. A column of labels says which samples are of a clip. Returns the number of recordings.
/// Throws Error(data) where the data set has no sensor with a rate, or `folder` holds anything already.
int write_joined(const std::filesystem::path& folder, const data::Dataset& dataset, const JoinOptions& options);

}  // namespace pskd::synthetic
