// Word vectors of class names.
#pragma once

#include <torch/torch.h>

#include <filesystem>

namespace pskd::distill {

/// A .npy file of float64 or float32 in C order, [classes, D]: as float32. Throws Error(data) naming the file, what was
/// expected and found.
torch::Tensor read_word_vectors(const std::filesystem::path& file, int classes, int dimensions);

}  // namespace pskd::distill
