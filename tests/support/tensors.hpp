// Tensors from golden files and at random, gradients held against finite differences, and work on so many threads.
#pragma once

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pskd::testing {

/// A float64 tensor with a dimension for each level of nesting.
inline torch::Tensor to_tensor(const nlohmann::json& values) {
  if (values.empty() || !values.front().is_array()) {
    return torch::tensor(values.get<std::vector<double>>(), torch::kFloat64);
  }
  std::vector<torch::Tensor> rows;
  for (const auto& row : values) rows.push_back(to_tensor(row));
  return torch::stack(rows);
}

/// Normally distributed numbers in float64, whose gradient is held against finite differences.
inline torch::Tensor random_leaf(torch::IntArrayRef shape) {
  return torch::randn(shape, torch::kFloat64).requires_grad_();
}

inline torch::Tensor to_labels(const nlohmann::json& values) {
  return torch::tensor(values.get<std::vector<std::int64_t>>(), torch::kInt64);
}

/// Normally distributed numbers [N, C, H, W] in channels-last memory.
inline torch::Tensor images(torch::IntArrayRef sizes, double mean = 0) {
  return (torch::randn(sizes) + mean).contiguous(torch::MemoryFormat::ChannelsLast);
}

/// The distance as a share of the length.
inline double relative_error(const torch::Tensor& found, const torch::Tensor& expected) {
  const torch::Tensor exact = expected.to(torch::kFloat64);
  return ((found.to(torch::kFloat64) - exact).norm() / exact.norm()).item<double>();
}

/// Holds bfloat16 numbers to `exact` ones in float, but for one rounding to eight bits.
inline void expect_rounded(const torch::Tensor& found, const torch::Tensor& exact, const std::string& what) {
  ASSERT_EQ(found.scalar_type(), torch::kBFloat16) << what;
  const torch::Tensor error = (found.to(torch::kFloat32) - exact).abs();
  EXPECT_TRUE((error <= exact.abs() / 256 + 1e-6).all().item<bool>()) << what << ": " << error.max();
}

/// What `run` gives with so many threads.
template <class Run>
auto with_threads(int count, const Run& run) {
  const int before = at::get_num_threads();
  at::set_num_threads(count);
  auto result = run();
  at::set_num_threads(before);
  return result;
}

/// Holds the gradient that autograd gives for `variable` (float64, a leaf that requires a gradient) of the scalar
/// `loss` against central differences, at up to `coordinates` evenly spread places.
inline void expect_gradient(const std::function<torch::Tensor()>& loss, torch::Tensor variable, const std::string& name,
                            std::int64_t coordinates = 12) {
  constexpr double kStep = 1e-6, kTolerance = 2e-5;
  variable.mutable_grad() = torch::Tensor();
  loss().backward();
  ASSERT_TRUE(variable.grad().defined()) << name << " has no gradient";
  const torch::Tensor gradient = variable.grad().contiguous().view(-1);
  const torch::NoGradGuard no_grad;
  torch::Tensor values = variable.view(-1);
  const std::int64_t stride = std::max<std::int64_t>(1, values.size(0) / coordinates);
  for (std::int64_t i = 0; i < values.size(0); i += stride) {
    const double original = values[i].item<double>();
    values[i] = original + kStep;
    const double above = loss().item<double>();
    values[i] = original - kStep;
    const double below = loss().item<double>();
    values[i] = original;
    const double expected = (above - below) / (2 * kStep), found = gradient[i].item<double>();
    EXPECT_NEAR(found, expected, kTolerance * std::max(1.0, std::abs(expected))) << name << ", coordinate " << i;
  }
}

}  // namespace pskd::testing
