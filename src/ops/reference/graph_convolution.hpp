// A graph convolution as two matrix products of LibTorch.
#pragma once

#include <torch/torch.h>

namespace pskd::ops::reference {

/// ops::graph_convolution on any device. A and W are rounded to the type of x, and so is what joints are mixed to.
torch::Tensor graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights);

}  // namespace pskd::ops::reference
