// Who teaches when, and what they say.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "distill/acs.hpp"
#include "pskd/config/experiment.hpp"
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

/// Runs `network` frozen on all clips of `input`, in batches. Embeddings, logits and attention of all clips.
TeacherOutput ask(Network& network, const Input& input);

/// The clips `clips` ([n], int64) of what a teacher said about all of them.
TeacherOutput select_clips(const TeacherOutput& output, const torch::Tensor& clips);

/// Frozen teachers. Their answers are kept in files, so that each is asked once about a view, whichever stage or
/// process shows it to them.
class TargetBank {
 public:
  struct Teacher {
    TeacherRef reference;
    std::shared_ptr<Network> network;
    std::filesystem::path answers;  ///< where the answers of this very network go: a prefix of their files' paths
  };
  explicit TargetBank(std::vector<Teacher> teachers);

  /// The teacher that is the frozen skeleton branch of `network`, where it is a fused one and has such a teacher.
  std::optional<std::size_t> branch_of(const Network& network) const;

  /// The teachers that are active in `epoch`, as indices.
  std::vector<std::size_t> active(int epoch) const;
  const TeacherRef& reference(std::size_t teacher) const { return teachers_[teacher].reference; }

  /// Looks the answers to view number `view` up. Returns the teachers of `teachers` that must still be asked.
  std::vector<std::size_t> recall(const std::vector<std::size_t>& teachers, int view);
  /// The answers of `teachers` to the view that was recalled last; asks those that have not given it, about `input`,
  /// and keeps what they say. A skeleton teacher that is also a fused teacher's frozen branch is asked once for both.
  std::vector<TeacherOutput> answers(const std::vector<std::size_t>& teachers, const Input& input);

 private:
  std::filesystem::path file_of(std::size_t teacher) const;

  std::vector<Teacher> teachers_;
  std::vector<std::optional<std::size_t>> branches_;  ///< of each teacher, see branch_of
  int view_ = 0;
  std::map<std::size_t, TeacherOutput> known_;  ///< answers to view_
};

}  // namespace pskd
