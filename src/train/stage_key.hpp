// Which stages of different experiments are one and the same.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "pskd/train/run.hpp"

namespace pskd::train {

/// Stages of one experiment that decide the weights of one: itself, who teaches it, what it starts from, theirs, and so
/// on. By name: their order in the file decides nothing.
using Lineage = std::map<std::string, config::StageConfig>;
Lineage lineage_of(const config::Experiment& experiment, const std::string& stage);

/// Whether some of them learn from unlabeled recordings.
bool uses_unlabeled(const Lineage& lineage);

/// Identifies what `stage` of a resolved experiment does with the clips that it is given: sensor channels and
/// augmentation; the stage with the snapshots that it keeps; and recursively the stages that teach it or that it starts
/// from, with their schedules. Which clips these are does not count, nor do other stages, names of the experiment,
/// seeds, threads and folders; nor which weights stages of other runs have. 12 hexadecimal digits.
std::string stage_hash(const config::Experiment& experiment, const std::string& stage);

/// Identifies the clips that a stage reads: the data set, its joints, the classes, the training clips and, since they
/// choose the best epoch, the validation clips; of each its name, content and class, in their order; where it or a
/// stage before it learns from unlabeled recordings, their names and contents. Test clips do not count.
std::string clips_hash(const TrainingSetup& setup, const std::string& stage);

/// Identifies the files of `stage` to the last bit: stage_hash, clips_hash, the channels, units and rates of the data
/// set, seed, the content of the word vectors, the weights of stages of other runs, this program's version, its threads
/// and the back end of the operations. 32 hexadecimal digits. Throws where a stage of another run cannot be used, see
/// other_runs/other_stage.hpp.
std::string stage_key(const TrainingSetup& setup, const std::string& stage, std::uint64_t seed);

/// Identifies to the last bit what a frozen network with weights of the hash `weights` says about augmentations of the
/// training clips of `split`, or of these and the unlabeled ones.
std::string teacher_outputs_key(const TrainingSetup& setup, const data::Split& split, bool with_unlabeled,
                                std::uint64_t seed, const std::string& weights);

}  // namespace pskd::train
