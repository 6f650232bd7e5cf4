#include "train/optimizer/adamw.hpp"

#include <ATen/Parallel.h>

#include <cmath>
#include <map>

#include "base/simd.hpp"
#include "ops/libtorch.hpp"

namespace pskd::train {
namespace {

constexpr std::int64_t kNumbersPerTask = 1 << 14;

/// Factors of Loshchilov and Hutter 2019, algorithm 2, at one step.
struct Factors {
  float kept;        ///< 1 - lr * weight decay
  float rate;        ///< lr / (1 - beta1^t)
  float correction;  ///< 1 / sqrt(1 - beta2^t)
  float beta1, beta2, epsilon;
};

PSKD_INLINE void update(const Factors& factors, std::int64_t count, const float* __restrict gradient,
                        float* __restrict mean, float* __restrict square, float* __restrict parameter) {
  for (std::int64_t i = 0; i < count; ++i) {
    mean[i] = factors.beta1 * mean[i] + (1 - factors.beta1) * gradient[i];
    square[i] = factors.beta2 * square[i] + (1 - factors.beta2) * gradient[i] * gradient[i];
    const float deviation = std::sqrt(square[i]) * factors.correction + factors.epsilon;
    parameter[i] = parameter[i] * factors.kept - factors.rate * mean[i] / deviation;
  }
}

void update(const Factors& factors, const torch::Tensor& parameter, torch::optim::AdamWParamState& state) {
  TORCH_CHECK(parameter.is_contiguous() && parameter.scalar_type() == torch::kFloat32,
              "AdamW: a contiguous float tensor");
  const torch::Tensor gradient = parameter.grad().contiguous();
  const float* slope = gradient.data_ptr<float>();
  auto *mean = state.exp_avg().data_ptr<float>(), *square = state.exp_avg_sq().data_ptr<float>(),
       *numbers = parameter.data_ptr<float>();
  at::parallel_for(0, parameter.numel(), kNumbersPerTask, [&](std::int64_t begin, std::int64_t end) {
    simd::run_on_processor([=]<int>() __attribute__((always_inline)) {
      update(factors, end - begin, slope + begin, mean + begin, square + begin, numbers + begin);
    });
  });
}

/// Parameters on another device, and their gradients and state.
struct Elsewhere {
  std::vector<torch::Tensor> parameters, gradients, means, squares;

  void add(const torch::Tensor& parameter, torch::optim::AdamWParamState& state) {
    parameters.push_back(parameter);
    gradients.push_back(parameter.grad());
    means.push_back(state.exp_avg());
    squares.push_back(state.exp_avg_sq());
  }
};

/// Each operation on all parameters at once: a card is told to compute one more slowly than it computes it.
void update_elsewhere(const Factors& factors, const Elsewhere& some) {
  at::_foreach_mul_(some.means, factors.beta1);
  at::_foreach_add_(some.means, some.gradients, 1 - factors.beta1);
  at::_foreach_mul_(some.squares, factors.beta2);
  at::_foreach_addcmul_(some.squares, some.gradients, some.gradients, 1 - factors.beta2);
  const std::vector<torch::Tensor> deviations = at::_foreach_sqrt(some.squares);
  at::_foreach_mul_(deviations, factors.correction);
  at::_foreach_add_(deviations, factors.epsilon);
  at::_foreach_mul_(some.parameters, factors.kept);
  at::_foreach_addcdiv_(some.parameters, some.means, deviations, -factors.rate);
}

template <class States>
torch::optim::AdamWParamState& state_of(const torch::Tensor& parameter, States& states) {
  auto& state = states[ops::state_key(parameter)];
  if (!state) {
    auto fresh = std::make_unique<torch::optim::AdamWParamState>();
    fresh->exp_avg(torch::zeros_like(parameter));
    fresh->exp_avg_sq(torch::zeros_like(parameter));
    state = std::move(fresh);
  }
  return static_cast<torch::optim::AdamWParamState&>(*state);
}

Factors factors_of(const torch::optim::AdamWOptions& options, std::int64_t step) {
  const auto [beta1, beta2] = options.betas();
  const auto steps = static_cast<double>(step);
  return {static_cast<float>(1 - options.lr() * options.weight_decay()),
          static_cast<float>(options.lr() / (1 - std::pow(beta1, steps))),
          static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, steps))),
          static_cast<float>(beta1),
          static_cast<float>(beta2),
          static_cast<float>(options.eps())};
}

}  // namespace

torch::Tensor AdamW::step(LossClosure closure) {
  torch::Tensor loss;
  if (closure != nullptr) {
    const torch::AutoGradMode with_gradients(true);
    loss = closure();
  }
  const torch::NoGradGuard no_grad;
  for (torch::optim::OptimizerParamGroup& group : param_groups_) {
    const auto& options = static_cast<const torch::optim::AdamWOptions&>(group.options());
    std::map<std::int64_t, Elsewhere> elsewhere;  // by steps taken: a parameter without gradients takes none
    for (const torch::Tensor& parameter : group.params()) {
      if (!parameter.grad().defined()) continue;
      torch::optim::AdamWParamState& state = state_of(parameter, state_);
      state.step(state.step() + 1);
      if (parameter.is_cpu()) {
        update(factors_of(options, state.step()), parameter, state);
      } else {
        elsewhere[state.step()].add(parameter, state);
      }
    }
    for (const auto& [step, some] : elsewhere) update_elsewhere(factors_of(options, step), some);
  }
  return loss;
}

}  // namespace pskd::train
