// Which recordings decided the weights of a stage.
#pragma once

#include <set>
#include <string>

#include "pskd/train/run.hpp"

namespace pskd::train {

/// Recordings by what they hold and by who is in them.
struct SeenRecordings {
  std::set<std::string> clips;     ///< 16 digits of the hash of each recording, and of each of its streams
  std::set<std::string> subjects;  ///< "<data set>/<subject>"
};

/// Of a stage and all before it, in this run and in others.
struct Seen {
  SeenRecordings labeled;    ///< that train, and those that validate
  SeenRecordings unlabeled;  ///< whose labels were not read
};

/// Whether the weights have learned from this recording or from a stream of it.
bool knows(const Seen& seen, const data::Recording& recording);

/// Those that stages of the setup which see `sees` learn from.
Seen own_recordings(const TrainingSetup& setup, Modalities sees, bool with_unlabeled);

/// Adds what an earlier stage has seen.
void add_seen(Seen& seen, const Seen& earlier);

/// Throws Error(config) that begins with `place` when weights which have seen these recordings say nothing about the
/// setup's test part: a clip of it is among them; or a subject of it whose labels they know (unless the protocol shares
/// subjects) or whose recordings they know (unless the protocol itself has unlabeled ones of him). Also when they know
/// the label of a recording whose labels the setup does not read.
void require_unseen(const TrainingSetup& setup, const Seen& seen, const std::string& place);

}  // namespace pskd::train
