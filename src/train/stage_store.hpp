// Stages that several runs share: each is trained once, in a folder of its own, and linked into every run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pskd/train/run.hpp"
#include "train/checkpoint/checkpoint.hpp"

namespace pskd::train {

/// Trains `stage` in the setup's stage store unless it is complete there, and links its files into the run's folder.
/// Waits while another process trains the same stage. Returns and throws as train_stage.
Position train_shared_stage(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed);

/// The stages of the run of `seed` that are complete in the store.
std::vector<std::string> complete_stages(const TrainingSetup& setup, std::uint64_t seed);

/// Takes the stages of the run of `seed` out of the store, complete or not, with what teachers said, so that they are
/// trained anew. Runs that have linked their files keep them. Waits for a process that trains one of them.
void discard_stages(const TrainingSetup& setup, std::uint64_t seed);

/// Holds the teacher outputs in the store to their limit, run.teacher_outputs.
void limit_teacher_outputs(const TrainingSetup& setup);

}  // namespace pskd::train
