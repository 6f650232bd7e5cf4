// Which stages of different experiments are one and the same.
#pragma once

#include <cstdint>
#include <string>

#include "pskd/train/run.hpp"

namespace pskd::train {

/// Identifies what `stage` of a resolved experiment does with the clips that it is given: sensor channels and
/// augmentation; the stage with the snapshots that it keeps; and recursively the stages that teach it or that it starts
/// from, with their schedules. Which clips these are does not count, nor do other stages, names of the experiment,
/// seeds, threads and folders. 12 hexadecimal digits.
std::string stage_hash(const config::Experiment& experiment, const std::string& stage);

/// Identifies the clips that a stage reads: the data set, its joints, the classes, the training clips and, since they
/// choose the best epoch, the validation clips; of each its name, content and class, in their order; where it or a
/// stage before it learns from unlabeled recordings, their names and contents. Test clips do not count.
std::string clips_hash(const TrainingSetup& setup, const std::string& stage);

/// Identifies the files of `stage` to the last bit: stage_hash, clips_hash, seed, the content of the word vectors, this
/// program's version, its threads and the back end of the operations. 32 hexadecimal digits.
std::string stage_key(const TrainingSetup& setup, const std::string& stage, std::uint64_t seed);

/// Identifies to the last bit what a frozen network with weights of the hash `weights` says about augmentations of the
/// training clips, or of these and the unlabeled ones.
std::string teacher_outputs_key(const TrainingSetup& setup, bool with_unlabeled, std::uint64_t seed,
                                const std::string& weights);

}  // namespace pskd::train
