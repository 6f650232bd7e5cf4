#include "ops/reference/temporal_convolution.hpp"

#include <array>

namespace pskd::ops::reference {

torch::Tensor temporal_convolution(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  // With several threads, oneDNN (2.6 to 3.10) writes past the end of a buffer in the gradient of such weights where
  // the channels are no multiple of 16. So the frames that a stride leaves out are left out before.
  if (weights.size(2) == 1 && stride > 1) {
    const torch::Tensor seen = x.slice(2, 0, x.size(2), stride).contiguous(torch::MemoryFormat::ChannelsLast);
    return temporal_convolution(seen, weights, 1);
  }
  // oneDNN is up to three times as fast along the last dimension, which time can be where there is a single joint.
  const std::int64_t time = x.size(3) == 1 ? 3 : 2;
  std::array<std::int64_t, 2> strides{1, 1}, padding{0, 0};
  strides[time - 2] = stride;
  padding[time - 2] = weights.size(2) / 2;
  const torch::Tensor y = torch::conv2d(x.transpose(2, time), weights.to(x.scalar_type()).unsqueeze(5 - time), {},
                                        at::IntArrayRef(strides), at::IntArrayRef(padding));
  return y.transpose(2, time).contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace pskd::ops::reference
