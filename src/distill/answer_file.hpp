// What a teacher said about a view of all training clips, in a file.
#pragma once

#include <filesystem>
#include <optional>

#include "distill/acs.hpp"

namespace pskd {

/// Embeddings, logits and attention, in float32. Does not wait for the disk. Throws Error(io).
void write_answers(const std::filesystem::path& file, const TeacherOutput& answers);

/// Nothing when there is no such file or when it is damaged: the teacher can be asked again.
std::optional<TeacherOutput> read_answers(const std::filesystem::path& file);

}  // namespace pskd
