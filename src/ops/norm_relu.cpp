#include "ops/norm_relu.hpp"

#include <ATen/OpMathType.h>

#include <algorithm>

#include "ops/backend.hpp"
#include "ops/cpu/norm_relu.hpp"
#include "ops/libtorch.hpp"
#include "ops/reference/norm_relu.hpp"

namespace pskd::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

torch::Tensor channels_last(const torch::Tensor& x) { return x.contiguous(torch::MemoryFormat::ChannelsLast); }

class NormReluFunction : public torch::autograd::Function<NormReluFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& mean,
                               const torch::Tensor& inverse_deviation, const Optional<torch::Tensor>& residual,
                               bool of_batch, bool relu, std::int64_t pool) {
    const cpu::NormRelu norm{weight, bias, mean, inverse_deviation, of_batch, relu, static_cast<int>(pool)};
    torch::Tensor y = cpu::norm_relu(x, norm, residual.value_or(torch::Tensor()));
    // Without a residual, x tells what the ReLU let through: y need not be kept, nor read again.
    context->save_for_backward({x, residual ? y : torch::Tensor(), weight, bias, mean, inverse_deviation});
    context->saved_data["of_batch"] = of_batch;
    context->saved_data["relu"] = relu;
    context->saved_data["pool"] = pool;
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& grad_y) {
    const auto saved = context->get_saved_variables();
    auto& data = context->saved_data;
    const cpu::NormRelu norm{saved[2],
                             saved[3],
                             saved[4],
                             saved[5],
                             data["of_batch"].toBool(),
                             data["relu"].toBool(),
                             static_cast<int>(data["pool"].toInt())};
    const auto gradients = cpu::norm_relu_backward(saved[0], norm, saved[1], channels_last(grad_y[0]));
    return {gradients.x, gradients.weight, gradients.bias, {}, {}, gradients.residual, {}, {}, {}};
  }
};

void check(const torch::Tensor& x, const torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual) {
  TORCH_CHECK(norm.weight.defined() && norm.running_mean.defined() && norm.options.momentum(),
              "norm_relu: the norm must have a learned scale, running statistics and a momentum");
  TORCH_CHECK(x.dim() == 4 && x.size(1) == norm.weight.size(0), "norm_relu: x must be [N, ", norm.weight.size(0),
              ", H, W], found ", x.sizes());
  TORCH_CHECK(norm.weight.scalar_type() == at::toOpMathType(x.scalar_type()), "norm_relu: with x in ", x.scalar_type(),
              " the norm must be in ", at::toOpMathType(x.scalar_type()), ", found ", norm.weight.scalar_type());
  TORCH_CHECK(!residual.defined() || (residual.sizes() == x.sizes() && residual.scalar_type() == x.scalar_type()),
              "norm_relu: the residual must be ", x.sizes(), " in ", x.scalar_type(), " as x is, found ",
              residual.sizes(), " in ", residual.scalar_type());
}

void update_running(torch::nn::BatchNorm2dImpl& norm, const cpu::Moments& moments, std::int64_t rows) {
  const double momentum = *norm.options.momentum();
  const double unbiased = static_cast<double>(rows) / static_cast<double>(std::max<std::int64_t>(rows - 1, 1));
  norm.running_mean.lerp_(moments.mean, momentum);
  norm.running_var.lerp_(moments.variance * unbiased, momentum);
  norm.num_batches_tracked += 1;
}

torch::Tensor run_on_cpu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual,
                         bool relu, int pool) {
  const torch::Tensor in = channels_last(x);
  cpu::Moments moments{norm.running_mean, norm.running_var};
  if (norm.is_training()) {
    const torch::NoGradGuard no_grad;
    moments = cpu::batch_moments(in);
    update_running(norm, moments, in.numel() / in.size(1));
  }
  const torch::Tensor inverse_deviation = (moments.variance + norm.options.eps()).rsqrt();
  const torch::Tensor added = residual.defined() ? channels_last(residual) : residual;
  if (torch::GradMode::is_enabled()) {
    return NormReluFunction::apply(in, norm.weight, norm.bias, moments.mean, inverse_deviation,
                                   added.defined() ? Optional<torch::Tensor>(added) : Optional<torch::Tensor>(),
                                   norm.is_training(), relu, pool);
  }
  const cpu::NormRelu given{norm.weight, norm.bias, moments.mean, inverse_deviation, norm.is_training(), relu, pool};
  if (pool != 1) return cpu::norm_relu(in, given, added);
  cpu::norm_relu_in_place(in, given, added);
  return in;
}

torch::Tensor run(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual, bool relu,
                  int pool) {
  check(x, norm, residual);
  if (backend_for(x) == Backend::reference) return reference::norm_relu(x, norm, residual, relu, pool);
  // The loops pool whole rows of pairs only.
  if (pool == 2 && x.size(3) % 2 != 0) return torch::max_pool2d(run_on_cpu(x, norm, residual, relu, 1), {1, 2});
  return run_on_cpu(x, norm, residual, relu, pool);
}

}  // namespace

torch::Tensor norm_relu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual) {
  return run(x, norm, residual, true, 1);
}

torch::Tensor batch_norm(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm) {
  return run(x, norm, {}, false, 1);
}

torch::Tensor norm_relu_pool(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm) {
  return run(x, norm, {}, true, 2);
}

}  // namespace pskd::ops
