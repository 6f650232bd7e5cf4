#include "distill/teacher_output_cache.hpp"

#include "distill/teacher_output_file.hpp"
#include "model/fused.hpp"
#include "pskd/base/error.hpp"

namespace pskd::distill {
namespace {

/// An output that cannot be kept (a full disk, a folder that a finished sweep removes) is computed again when needed.
void keep(const std::filesystem::path& file, const TeacherOutput& output) {
  try {
    write_teacher_output(file, output);
  } catch (const Error&) {
  }
}

}  // namespace

std::vector<std::size_t> TeacherOutputCache::active(int epoch) const {
  std::vector<std::size_t> result;
  for (std::size_t k = 0; k < teachers_.size(); ++k) {
    const auto [first, end] = teachers_[k].reference.epochs;
    if (first <= epoch && epoch < end) result.push_back(k);
  }
  return result;
}

TeacherOutputCache::TeacherOutputCache(std::vector<Teacher> teachers) : teachers_(std::move(teachers)) {
  for (const Teacher& teacher : teachers_) branches_.push_back(branch_of(*teacher.network));
}

std::optional<std::size_t> TeacherOutputCache::branch_of(const model::Network& network) const {
  const auto* fused = dynamic_cast<const model::Fused*>(&network);
  if (fused == nullptr) return std::nullopt;
  for (std::size_t k = 0; k < teachers_.size(); ++k) {
    if (fused->branch_equals(*teachers_[k].network)) return k;
  }
  return std::nullopt;
}

std::filesystem::path TeacherOutputCache::file_of(std::size_t teacher) const {
  std::filesystem::path file = teachers_[teacher].prefix;
  file += std::string("-").append(std::to_string(augmentation_)).append(".answers");
  return file;
}

std::vector<std::size_t> TeacherOutputCache::lookup(const std::vector<std::size_t>& teachers, int augmentation) {
  augmentation_ = augmentation;
  known_.clear();
  std::vector<std::size_t> missing;
  for (const std::size_t teacher : teachers) {
    if (std::optional<TeacherOutput> output = read_teacher_output(file_of(teacher), teachers_[teacher].shape)) {
      known_[teacher] = std::move(*output);
    } else {
      missing.push_back(teacher);
    }
  }
  return missing;
}

std::vector<TeacherOutput> TeacherOutputCache::compute(const std::vector<std::size_t>& teachers,
                                                       const model::Input& input) {
  for (const bool with_branch : {false, true}) {  // branches before the networks they are part of
    for (const std::size_t teacher : teachers) {
      if (known_.contains(teacher) || branches_[teacher].has_value() != with_branch) continue;
      model::Input seen = input;
      const auto branch = with_branch ? known_.find(*branches_[teacher]) : known_.end();
      if (branch != known_.end()) seen.skeleton_embedding = branch->second.embedding;
      known_[teacher] = compute_output(*teachers_[teacher].network, seen);
      keep(file_of(teacher), known_[teacher]);
    }
  }
  std::vector<TeacherOutput> outputs;
  for (const std::size_t teacher : teachers) {
    TeacherOutput& output = outputs.emplace_back(known_[teacher]);
    output.weight = teachers_[teacher].reference.weight;
    output.stage = teachers_[teacher].reference.stage;
  }
  return outputs;
}

}  // namespace pskd::distill
