// Training of one stage.
#pragma once

#include <cstdint>

#include "base/run_layout.hpp"
#include "pskd/train/run.hpp"
#include "train/checkpoint/checkpoint.hpp"

namespace pskd::train {

/// Trains `stage` and leaves its files in `folder`; goes on from last.ckpt where there is one. Teachers are loaded from
/// the run's folder. last.ckpt is written after each epoch. A stop signal writes it after the current step and throws
/// Stopped. Throws Error(diverged) when a loss is not finite. Returns where training stands, which is at its end.
Position train_stage(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed,
                     const StageLayout& folder);

}  // namespace pskd::train
