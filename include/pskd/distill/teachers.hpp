// Who teaches when, and what they say.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/distill/acs.hpp"
#include "pskd/model/network.hpp"

namespace pskd {

/// The teachers of `stage` with progress applied and every epoch range spelled out.
/// chain: as listed. trajectory: each teacher becomes `steps` snapshots, evenly spaced over its own training, followed
/// in turn over equal parts of the learner's epochs. weights: over `steps` equal parts of the epochs the weight of a
/// teacher moves between 1 and 0 by its place in the list (the last listed is the nearest): with `from: near` the near
/// ones begin and the far ones end. A weight of 0 leaves the teacher out.
std::vector<TeacherRef> schedule_teachers(const StageConfig& stage, const Experiment& experiment);

/// The epochs after which `stage` must keep a snapshot: its own `snapshots` and those that later stages follow.
std::vector<int> snapshot_epochs(const std::string& stage, const Experiment& experiment);

/// Runs `network` frozen on all clips of `input`, in batches. Embeddings and logits of all clips.
TeacherOutput ask(Network& network, const Input& input);

/// The clips `clips` ([n], int64) of what a teacher said about all of them.
TeacherOutput select_clips(const TeacherOutput& output, const torch::Tensor& clips);

/// Frozen teachers, asked once for each view: their answers are kept and looked up when the view comes again.
class TargetBank {
 public:
  struct Teacher {
    TeacherRef reference;
    std::shared_ptr<Network> network;
  };
  /// `keep`: whether views come again.
  TargetBank(std::vector<Teacher> teachers, bool keep) : teachers_(std::move(teachers)), keep_(keep) {}

  /// The teachers that are active in `epoch`, as indices.
  std::vector<std::size_t> active(int epoch) const;
  bool has(std::size_t teacher, int view) const { return answers_.contains({teacher, view}); }
  const TeacherRef& reference(std::size_t teacher) const { return teachers_[teacher].reference; }
  /// The teacher's answer to view number `view` of all training clips, `input` (not looked at when the answer is
  /// known).
  TeacherOutput answer(std::size_t teacher, int view, const Input& input);

 private:
  std::vector<Teacher> teachers_;
  bool keep_;
  std::map<std::pair<std::size_t, int>, TeacherOutput> answers_;
};

}  // namespace pskd
