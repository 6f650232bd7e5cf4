// Stages that several runs share: each is trained once, in a folder of its own, and linked into every run.
#pragma once

#include <cstdint>
#include <filesystem>

#include "pskd/train/run.hpp"
#include "train/checkpoint.hpp"

namespace pskd::train {

/// Trains `stage` in the setup's stage store unless it is complete there, and links its files into the run's folder.
/// Waits while another process trains the same stage. Returns and throws as train_stage.
Position train_shared_stage(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed);

/// Removes the cache of teacher outputs from a stage store, once no student will learn from it again. Without a store,
/// train_run does so itself.
void discard_teacher_outputs(const std::filesystem::path& stage_store);

}  // namespace pskd::train
