// Who teaches when, and what they say.
#pragma once

#include <map>
#include <memory>
#include <optional>
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
  TargetBank(std::vector<Teacher> teachers, bool keep);

  /// The teacher that is the frozen skeleton branch of `network`, where it is a fused one and has such a teacher.
  std::optional<std::size_t> branch_of(const Network& network) const;

  /// The teachers that are active in `epoch`, as indices.
  std::vector<std::size_t> active(int epoch) const;
  bool has(std::size_t teacher, int view) const { return answers_.contains({teacher, view}); }
  const TeacherRef& reference(std::size_t teacher) const { return teachers_[teacher].reference; }
  /// The answers of `teachers` to view number `view` of all training clips, `input` (not looked at where the answer is
  /// known). A skeleton teacher that is also a fused teacher's frozen branch is asked once for both.
  std::vector<TeacherOutput> answers(const std::vector<std::size_t>& teachers, int view, const Input& input);

 private:
  TeacherOutput answer(std::size_t teacher, int view, const Input& input);

  std::vector<Teacher> teachers_;
  std::vector<std::optional<std::size_t>> branches_;  ///< of each teacher, see branch_of
  bool keep_;
  std::map<std::pair<std::size_t, int>, TeacherOutput> answers_;
};

}  // namespace pskd
