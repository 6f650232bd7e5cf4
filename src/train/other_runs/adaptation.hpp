// Adapting a trained student to people whose recordings nobody labeled: teachers say what these show.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "distill/labels.hpp"
#include "pskd/train/run.hpp"

namespace pskd::train {

struct AdaptationRequest {
  std::filesystem::path run;               ///< of the student, finished; or its model file
  std::string student = "student";         ///< its stage; a model file says it itself
  std::filesystem::path teacher_run = {};  ///< empty: the student's
  std::vector<std::string> teachers;       ///< at least one: stages of that run, or model files
  std::filesystem::path recordings;        ///< folder with their description, see docs/own-recordings.md
  std::string description = {};            ///< file in that folder; empty: dataset.yaml
  std::string name = {};                   ///< of the experiment; empty: that of the run and of the folder, "utd-anna"
  std::filesystem::path root = {};         ///< below which the new run lies; empty: that of the student's run
};

/// The experiment that adapts: one stage, which is called as the student, starts from it and sees the recordings alone,
/// for the seed of the student's run and below its root. Several teachers teach where they agree. Throws Error(usage)
/// for a folder that is no run's and for a teacher that is neither a stage nor a file, or the student itself;
/// Error(config) when there is no such run or stage, Error(checkpoint) for a file that is no sound model file,
/// Error(data) without a description or recordings.
config::Experiment adaptation(const AdaptationRequest& request);

/// What the teachers say of the recordings.
struct Opinions {
  std::size_t clips = 0;
  std::size_t seen = 0;       ///< that have what the student and its teachers see
  std::size_t agreed = 0;     ///< of these, of which most teachers say the same; the others teach nothing
  std::size_t unanimous = 0;  ///< of which all say the same
  distill::Vote vote = {};    ///< about those that are seen
};

/// With whom a student agrees.
struct Agreement {
  std::size_t same = 0;   ///< of the agreed recordings, those of which it says the same
  std::size_t right = 0;  ///< of the labeled ones
};

struct Change {
  std::size_t labeled = 0;  ///< with a label, which scores the student and nothing else
  Agreement before = {}, after = {};
};

/// Asks the teachers of an adaptation about each clip as it was recorded.
Opinions ask_teachers(const TrainingSetup& setup);

/// Compares the student before and after with what its teachers said, when the run of the adaptation is finished.
/// `dataset` are the recordings as they were loaded: with the labels that they have, which the setup does not know.
Change measure_change(const TrainingSetup& setup, const data::Dataset& dataset, const Opinions& opinions);

}  // namespace pskd::train
