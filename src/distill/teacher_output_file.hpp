// A teacher's output for one augmentation of all training clips, in a file (base/tensor_file). It holds its own name,
// which says whose output for which augmentation it is.
#pragma once

#include <filesystem>
#include <optional>

#include "distill/teacher_output.hpp"

namespace pskd::distill {

/// Writes embeddings, logits and attention in float32. Does not wait for the disk. Throws Error(io).
void write_teacher_output(const std::filesystem::path& file, const TeacherOutput& output);

/// Nothing when there is no such file, when it is damaged or of another format, when it was written under another name,
/// or when its tensors have another shape than `expected`: the output can be computed again.
std::optional<TeacherOutput> read_teacher_output(const std::filesystem::path& file, const OutputShape& expected);

}  // namespace pskd::distill
