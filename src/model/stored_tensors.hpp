// Between LibTorch's tensors and those of tensor files.
#pragma once

#include <torch/torch.h>

#include "base/tensor_file.hpp"

namespace pskd::model {

/// Its numbers, row-major. `tensor` is of float, double or int64, on any device.
StoredTensor to_stored(const torch::Tensor& tensor);

/// A copy of its own.
torch::Tensor from_stored(const StoredTensor& stored);

}  // namespace pskd::model
