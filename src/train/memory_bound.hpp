// The least memory that an experiment takes, told before anything is allocated.
#pragma once

#include <cstddef>
#include <string>

#include "pskd/config/experiment.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::train {

/// Bytes that training `stage` takes at least: parameters with their gradients and what the optimizer keeps of
/// them, the frozen ones alone, and what a step keeps of one batch of the `clips` for the gradient, in the stage's
/// precision. A lower bound: LibTorch takes more.
double least_bytes(const config::StageConfig& stage, const config::AugmentationConfig& views,
                   const data::DatasetInfo& info, std::size_t channels, std::size_t classes, std::size_t clips);

/// Throws Error(config) naming the stage, or the views, that do not fit into `available` bytes of memory.
void require_memory(const config::Experiment& experiment, const data::DatasetInfo& info, std::size_t clips,
                    double available);

/// Bytes of memory of this machine, or as many as a cgroup or a limit of the process leaves.
double memory_of_machine();

}  // namespace pskd::train
