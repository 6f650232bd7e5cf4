// manifest.json: where a run's numbers come from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "pskd/train/run.hpp"

namespace pskd::train {

/// Version, git revision, libraries, processor, threads, hashes of the data and of the files that the config names,
/// train subjects.
std::string run_manifest(const TrainingSetup& setup, std::uint64_t seed);

/// Adds the hash of a finished stage's weights to `manifest`: what later stages were taught by.
void note_checkpoint(const std::filesystem::path& manifest, const std::string& stage, const std::string& hash);

/// Throws Error(checkpoint) when `manifest` notes other weights of `stage` than those of `hash`. One that notes none,
/// or is not there, says nothing.
void require_noted_checkpoint(const std::filesystem::path& manifest, const std::string& stage, const std::string& hash);

/// Throws Error(checkpoint) when the run in `manifest` had another config, another seed, saw other data or other files
/// that the config names; warns of another program version, processor, library or number of threads, since bits can
/// differ then. Returns whether its stages have the keys that they had: if not, they are trained anew.
bool require_same_run(const std::filesystem::path& manifest, const TrainingSetup& setup, std::uint64_t seed);

/// Throws Error(checkpoint) when `manifest` is of a run with another config or of other recordings, which is all that
/// predicting needs. One that is not there says nothing.
void require_same_experiment(const std::filesystem::path& manifest, const TrainingSetup& setup);

/// Throws Error(checkpoint) when `record`, which `file` holds, is of other data than those of `data_hash`, or of other
/// files that the config names than `inputs`. What it does not say is not compared.
void require_same_data(const std::filesystem::path& file, const eval::RunRecord& record, const std::string& data_hash,
                       const eval::Hashes& inputs);

}  // namespace pskd::train
