// A run directory opened again after training.
#pragma once

#include "base/run_layout.hpp"
#include "pskd/train/run.hpp"

/// The setup of the run in `run`: of this folder, wherever it was moved or copied to, and of the fold that the folder
/// names. Throws Error(usage) when the experiment has no such fold, Error(checkpoint) when its
/// config or the recordings are not those that its manifest names.
pskd::train::TrainingSetup setup_of(const pskd::RunLayout& run);

/// The unlabeled recordings of its split, with the labels that the data set has of them: for scores only.
std::vector<pskd::data::Clip> revealed_unlabeled(const pskd::train::TrainingSetup& setup);
