// A run directory opened again after training.
#pragma once

#include "base/run_layout.hpp"
#include "pskd/train/run.hpp"

/// The setup of the run in `run`, whose folder may have been moved as a whole.
pskd::train::TrainingSetup setup_of(const pskd::RunLayout& run);
