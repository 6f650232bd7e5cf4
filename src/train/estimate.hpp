// What a run would cost, before it is trained: the dry run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pskd/train/run.hpp"

namespace pskd::train {

struct StageEstimate {
  std::string name;
  std::int64_t parameters = 0;
  std::int64_t steps = 0;  ///< in all epochs
  double seconds = 0;      ///< for all epochs, teachers included
};

/// Takes a training step of every stage on two clips, with teachers that are drawn: so what does not fit together (word
/// vectors, the stage to start from, teachers) is found before the first stage trains. Throws an Error naming the
/// stage.
void require_trainable(const TrainingSetup& setup);

/// For each stage the parameters, and the time by that of a training step measured on one batch.
std::vector<StageEstimate> estimate_run(const TrainingSetup& setup);

}  // namespace pskd::train
