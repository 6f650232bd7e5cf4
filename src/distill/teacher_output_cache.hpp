// Outputs of frozen teachers, computed once and kept in files.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "distill/teacher_output.hpp"
#include "pskd/config/experiment.hpp"
#include "pskd/model/network.hpp"

namespace pskd::distill {

/// Removes files of teacher outputs from `folder`, those used longest ago first, until the others take at most `bytes`,
/// and what killed writers left. They may be of other runs, also of those that train now: what is gone is computed
/// again. What cannot be removed stays.
void limit_teacher_outputs(const std::filesystem::path& folder, double bytes);

/// The teachers of a stage and their outputs for augmentations of the training clips. An output is computed once for
/// each augmentation, whichever stage or process needs it first.
class TeacherOutputCache {
 public:
  struct Teacher {
    std::string name;  ///< see teacher_name
    config::TeacherRef reference;
    std::shared_ptr<model::Network> network;
    std::filesystem::path prefix;  ///< of the paths of the files with this network's outputs
    OutputShape shape;             ///< of its output for the training clips that it sees
  };
  explicit TeacherOutputCache(std::vector<Teacher> teachers);

  /// The teacher that is the frozen skeleton branch of `network`, where that is a fused one and has such a teacher.
  std::optional<std::size_t> branch_of(const model::Network& network) const;

  /// The teachers that are active in `epoch`, as indices.
  std::vector<std::size_t> active(int epoch) const;
  const std::string& name(std::size_t teacher) const { return teachers_[teacher].name; }

  /// Looks up the outputs of `teachers` for augmentation number `augmentation`; without one, for the clips as they are.
  /// Returns the teachers whose output is missing.
  std::vector<std::size_t> lookup(const std::vector<std::size_t>& teachers, std::optional<int> augmentation);
  /// The outputs of `teachers` for what was last looked up. Those that are missing are computed from what `input_of`
  /// gives for them, and kept; all lie on `device`, where `input_of` gives its inputs. A skeleton teacher that is
  /// also a fused teacher's frozen branch is computed once for both, where both are asked about all clips.
  std::vector<TeacherOutput> compute(const std::vector<std::size_t>& teachers,
                                     const std::function<model::Input(std::size_t teacher)>& input_of,
                                     torch::Device device = torch::kCPU);

 private:
  std::filesystem::path file_of(std::size_t teacher) const;

  std::vector<Teacher> teachers_;
  std::vector<std::optional<std::size_t>> branches_;  ///< of each teacher, see branch_of
  std::optional<int> augmentation_;
  std::map<std::size_t, TeacherOutput> known_;  ///< what was found or computed since the last lookup
};

}  // namespace pskd::distill
