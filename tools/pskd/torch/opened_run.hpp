// A run directory, runs/<experiment>/<config hash>/seed-<n>, opened again after training.
#pragma once

#include <cstdint>
#include <filesystem>

#include "pskd/train/run.hpp"

/// Of the folder's name. Throws Error(usage) for any other folder.
std::uint64_t seed_of(const std::filesystem::path& run);

/// The setup of the run in `run`, whose folder may have been moved as a whole.
pskd::TrainingSetup setup_of(const std::filesystem::path& run);
