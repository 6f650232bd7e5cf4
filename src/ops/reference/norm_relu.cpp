#include "ops/reference/norm_relu.hpp"

#include <ATen/OpMathType.h>

namespace pskd::ops::reference {

torch::Tensor norm_relu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual,
                        bool relu, int pool) {
  const auto type = at::toOpMathType(x.scalar_type());
  torch::Tensor y =
      torch::batch_norm(x.to(type), norm.weight, norm.bias, norm.running_mean, norm.running_var, norm.is_training(),
                        *norm.options.momentum(), norm.options.eps(), at::globalContext().userEnabledCuDNN());
  if (norm.is_training()) norm.num_batches_tracked += 1;
  if (residual.defined()) y = y + residual.to(type);
  if (relu) y = torch::relu(y);
  if (pool == 2) y = torch::max_pool2d(y, {1, 2});
  return y.to(x.scalar_type()).contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace pskd::ops::reference
