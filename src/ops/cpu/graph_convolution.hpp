// A graph convolution a few frames at a time: what joints are mixed to never leaves a core's cache.
#pragma once

#include <torch/torch.h>

namespace pskd::ops::cpu {

/// ops::graph_convolution without a gradient. W is rounded to the type of x; the adjacency only where the processor
/// multiplies bfloat16 by itself.
torch::Tensor graph_convolution(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights);

struct GraphConvolutionGradients {
  torch::Tensor x, adjacency, weights;  ///< x stays undefined where it is not needed
};

/// The gradients from that of y. Mixes the joints of x once more, which is faster than writing the result to memory in
/// the forward pass and reading it here.
GraphConvolutionGradients graph_convolution_backward(const torch::Tensor& x, const torch::Tensor& adjacency,
                                                     const torch::Tensor& weights, const torch::Tensor& grad_y,
                                                     bool needs_x);

}  // namespace pskd::ops::cpu
