// Which stages of different experiments are one and the same.
#pragma once

#include <cstdint>
#include <string>

#include "pskd/train/run.hpp"

namespace pskd::train {

/// Identifies what `stage` of a resolved experiment learns, and from whom: data, protocol and augmentation; the stage
/// itself and recursively the stages that teach it or that it starts from, with their schedules and the snapshots they
/// keep. What only other stages are made of does not count, nor do seeds, threads and folders. 12 hexadecimal digits.
std::string stage_hash(const config::Experiment& experiment, const std::string& stage);

/// Identifies the checkpoints of `stage` to the last bit: stage_hash, seed, the data's content, threads, this
/// program's version, the back end of the operations and the word vectors' content. 32 hexadecimal digits.
std::string stage_key(const TrainingSetup& setup, const std::string& stage, std::uint64_t seed);

}  // namespace pskd::train
