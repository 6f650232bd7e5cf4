// A teacher's output for one augmentation of all training clips, in a file.
#pragma once

#include <filesystem>
#include <optional>

#include "distill/teacher_output.hpp"

namespace pskd::distill {

/// Writes embeddings, logits and attention in float32. Does not wait for the disk. Throws Error(io).
void write_teacher_output(const std::filesystem::path& file, const TeacherOutput& output);

/// Nothing when there is no such file or when it is damaged: the output can be computed again.
std::optional<TeacherOutput> read_teacher_output(const std::filesystem::path& file);

}  // namespace pskd::distill
