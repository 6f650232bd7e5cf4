#include "distill/teacher_output_cache.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "distill/teacher_output_file.hpp"
#include "model/fused.hpp"
#include "pskd/base/error.hpp"

namespace pskd::distill {
namespace {

namespace fs = std::filesystem;

/// An output that cannot be kept (a full disk) is computed again when needed.
void keep(const std::filesystem::path& file, const TeacherOutput& output) {
  try {
    write_teacher_output(file, output);
  } catch (const Error&) {
  }
}

/// Files are removed by how long ago they were used. Where this cannot be noted, it is when they were written.
void note_use(const fs::path& file) {
  std::error_code refused;
  fs::last_write_time(file, fs::file_time_type::clock::now(), refused);
}

struct KeptOutput {
  fs::file_time_type used;
  double bytes = 0;
  fs::path file;
};

/// The files in `folder` by their last use. Another process may remove some meanwhile.
std::vector<KeptOutput> kept_outputs(const fs::path& folder) {
  std::vector<KeptOutput> kept;
  std::error_code gone;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, gone)) {
    KeptOutput one{entry.last_write_time(gone), 0, entry.path()};
    if (!gone) one.bytes = static_cast<double>(entry.file_size(gone));
    if (!gone) kept.push_back(std::move(one));
  }
  std::sort(kept.begin(), kept.end(), [](const KeptOutput& a, const KeptOutput& b) { return a.used < b.used; });
  return kept;
}

}  // namespace

void limit_teacher_outputs(const fs::path& folder, double bytes) {
  if (!fs::is_directory(folder)) return;
  remove_unfinished_files(folder);
  const std::vector<KeptOutput> kept = kept_outputs(folder);
  double sum = 0;
  for (const KeptOutput& one : kept) sum += one.bytes;
  for (auto next = kept.begin(); next != kept.end() && sum > bytes; ++next) {
    std::error_code refused;
    fs::remove(next->file, refused);
    if (!refused) sum -= next->bytes;
  }
}

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
  file += std::string("-").append(augmentation_ ? std::to_string(*augmentation_) : "plain").append(".answers");
  return file;
}

std::vector<std::size_t> TeacherOutputCache::lookup(const std::vector<std::size_t>& teachers,
                                                    std::optional<int> augmentation) {
  augmentation_ = augmentation;
  known_.clear();
  std::vector<std::size_t> missing;
  for (const std::size_t teacher : teachers) {
    if (std::optional<TeacherOutput> output = read_teacher_output(file_of(teacher), teachers_[teacher].shape)) {
      known_[teacher] = std::move(*output);
      note_use(file_of(teacher));
    } else {
      missing.push_back(teacher);
    }
  }
  return missing;
}

std::vector<TeacherOutput> TeacherOutputCache::compute(const std::vector<std::size_t>& teachers,
                                                       const std::function<model::Input(std::size_t)>& input_of,
                                                       torch::Device device) {
  for (auto& [teacher, output] : known_) output = on_device(output, device);  // files know no device
  for (const bool with_branch : {false, true}) {  // branches before the networks they are part of
    for (const std::size_t teacher : teachers) {
      if (known_.contains(teacher) || branches_[teacher].has_value() != with_branch) continue;
      model::Input seen = input_of(teacher);
      const auto branch = with_branch ? known_.find(*branches_[teacher]) : known_.end();
      const bool same_clips =
          branch != known_.end() && branch->second.embedding.size(0) == teachers_[teacher].shape.clips;
      if (same_clips) seen.skeleton_embedding = branch->second.embedding;
      known_[teacher] = compute_output(*teachers_[teacher].network, seen);
      keep(file_of(teacher), known_[teacher]);
    }
  }
  std::vector<TeacherOutput> outputs;
  for (const std::size_t teacher : teachers) {
    TeacherOutput& output = outputs.emplace_back(known_[teacher]);
    output.weight = teachers_[teacher].reference.weight;
    output.stage = teachers_[teacher].name;
  }
  return outputs;
}

}  // namespace pskd::distill
