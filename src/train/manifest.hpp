// manifest.json: where a run's numbers come from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "pskd/train/run.hpp"

namespace pskd::train {

/// Version, git revision, libraries, CPU, threads, data hash, train subjects.
std::string run_manifest(const TrainingSetup& setup, std::uint64_t seed);

/// Adds the hash of a finished stage's checkpoint to `manifest`: what later stages were taught by.
void note_checkpoint(const std::filesystem::path& manifest, const std::string& stage, const std::string& hash);

/// Throws Error(checkpoint) when the run in `manifest` saw other data; warns when it ran with other threads, since bits
/// then differ.
void require_same_data(const std::filesystem::path& manifest, const TrainingSetup& setup);

}  // namespace pskd::train
