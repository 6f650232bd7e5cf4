// Our fused layers do what the library's separate ones do, in values, gradients and running statistics.
#include "ops/norm_relu.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <functional>
#include <limits>

#include "support/tensors.hpp"

namespace pskd::ops {
namespace {

using testing::expect_rounded;
using testing::images;
using torch::nn::BatchNorm2d;

constexpr double kCloseness = 1e-5;

void expect_close(const torch::Tensor& found, const torch::Tensor& expected, const std::string& what) {
  ASSERT_EQ(found.sizes(), expected.sizes()) << what;
  EXPECT_TRUE(torch::allclose(found, expected, kCloseness, kCloseness)) << what;
}

/// Scale of both signs, and statistics that are not the initial ones.
BatchNorm2d some_norm(std::int64_t channels) {
  BatchNorm2d norm(channels);
  const torch::NoGradGuard no_grad;
  norm->weight.uniform_(-1, 1);
  norm->bias.uniform_(-1, 1);
  norm->running_mean.uniform_(-1, 1);
  norm->running_var.uniform_(0.5, 2);
  return norm;
}

BatchNorm2d copy_of(const BatchNorm2d& norm) {
  return BatchNorm2d(std::dynamic_pointer_cast<torch::nn::BatchNorm2dImpl>(norm->clone()));
}

torch::Tensor separate(const torch::Tensor& x, BatchNorm2d norm, const torch::Tensor& residual) {
  const torch::Tensor y = norm(x);
  return torch::relu(residual.defined() ? y + residual : y);
}

/// A layer of x, a norm and a residual, which may be undefined.
using Layer = std::function<torch::Tensor(const torch::Tensor&, BatchNorm2d, const torch::Tensor&)>;

/// Values, gradients and running statistics of our layer and the library's, on the same input.
void expect_same(const Layer& our_layer, const Layer& library_layer, const torch::Tensor& x,
                 const torch::Tensor& residual, bool train) {
  BatchNorm2d ours = some_norm(x.size(1)), theirs = copy_of(ours);
  ours->train(train);
  theirs->train(train);
  const auto leaf = [](const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.detach().clone().requires_grad_() : tensor;
  };
  const torch::Tensor x1 = leaf(x), x2 = leaf(x), r1 = leaf(residual), r2 = leaf(residual);
  const torch::Tensor found = our_layer(x1, ours, r1), expected = library_layer(x2, theirs, r2);
  expect_close(found, expected, "values");
  const torch::Tensor weights = torch::randn_like(expected);
  (found * weights).sum().backward();
  (expected * weights).sum().backward();
  expect_close(x1.grad(), x2.grad(), "gradient of x");
  expect_close(ours->weight.grad(), theirs->weight.grad(), "gradient of the scale");
  expect_close(ours->bias.grad(), theirs->bias.grad(), "gradient of the shift");
  if (residual.defined()) expect_close(r1.grad(), r2.grad(), "gradient of the residual");
  expect_close(ours->running_mean, theirs->running_mean, "running mean");
  expect_close(ours->running_var, theirs->running_var, "running variance");
  EXPECT_TRUE(torch::equal(ours->num_batches_tracked, theirs->num_batches_tracked));
}

/// The fused layers.
void expect_same(const torch::Tensor& x, const torch::Tensor& residual, bool pool, bool train) {
  expect_same(
      [pool](const torch::Tensor& in, BatchNorm2d norm, const torch::Tensor& added) {
        return pool ? norm_relu_pool(in, *norm) : norm_relu(in, *norm, added);
      },
      [pool](const torch::Tensor& in, BatchNorm2d norm, const torch::Tensor& added) {
        const torch::Tensor whole = separate(in, norm, added);
        return pool ? torch::max_pool2d(whole, {1, 2}) : whole;
      },
      x, residual, train);
}

TEST(NormRelu, IsBatchNormThenResidualThenRelu) {
  torch::manual_seed(1);
  for (const std::int64_t channels : {1, 7, 24, 96}) {
    for (const bool train : {true, false}) {
      const torch::Tensor x = images({3, channels, 10, 20});
      expect_same(x, {}, false, train);
      expect_same(x, images({3, channels, 10, 20}), false, train);
    }
  }
}

TEST(NormRelu, PoolsTheLargerOfTwoNeighbors) {
  torch::manual_seed(2);
  for (const std::int64_t frames : {16, 17}) {  // of an odd number the last one is left out
    for (const bool train : {true, false}) expect_same(images({4, 24, 1, frames}), {}, true, train);
  }
}

TEST(NormRelu, TakesAnyMemoryLayout) {
  torch::manual_seed(3);
  expect_same(torch::randn({3, 8, 5, 4}), torch::randn({3, 8, 5, 4}), false, true);
}

TEST(NormRelu, KeepsItsPrecisionFarFromZero) {
  torch::manual_seed(4);
  const torch::Tensor x = images({8, 4, 16, 20}, 1e3);
  BatchNorm2d norm(4);
  const torch::Tensor y = norm_relu(x, *norm);
  const torch::Tensor expected = torch::relu(BatchNorm2d(4)->forward(x.to(torch::kFloat64).to(torch::kFloat32)));
  EXPECT_LT((y - expected).abs().max().item<double>(), 2e-3) << "the input itself is only good to 6e-5 deviations";
}

TEST(NormRelu, PropagatesNan) {
  torch::Tensor x = images({2, 3, 4, 4});
  x[0][1][2][3] = std::numeric_limits<float>::quiet_NaN();
  BatchNorm2d norm(3);
  EXPECT_TRUE(norm_relu(x, *norm).isnan().any().item<bool>()) << "else a training that diverged would go on";
}

TEST(NormRelu, GivesTheSameWithoutGradients) {
  torch::manual_seed(5);
  BatchNorm2d norm = some_norm(24);
  norm->eval();
  const torch::Tensor x = images({2, 24, 6, 20}), residual = images({2, 24, 6, 20});
  const torch::Tensor recorded = norm_relu(x, *norm, residual), pooled = norm_relu_pool(x, *norm);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(norm_relu_pool(x, *norm), pooled));
  EXPECT_TRUE(torch::equal(norm_relu(x.clone(), *norm, residual), recorded));
}

TEST(BatchNorm, IsTheLibrarysWithoutReluAndResidual) {
  torch::manual_seed(7);
  for (const bool train : {true, false}) {
    expect_same([](const torch::Tensor& x, BatchNorm2d norm, const torch::Tensor&) { return batch_norm(x, *norm); },
                [](const torch::Tensor& x, BatchNorm2d norm, const torch::Tensor&) { return norm(x); },
                images({3, 24, 10, 20}), {}, train);
  }
}

TEST(Bfloat16, NormsComputeInFloatAndRoundOnce) {
  torch::manual_seed(8);
  for (const auto& [pool, columns] : {std::pair{false, 20}, {true, 20}, {true, 21}}) {
    BatchNorm2d half = some_norm(24), full = copy_of(half);
    const torch::Tensor x = images({4, 24, 5, columns}).to(torch::kBFloat16),
                        residual = images({4, 24, 5, columns}).to(torch::kBFloat16);
    const auto leaf = [](const torch::Tensor& tensor, torch::ScalarType type) {
      return tensor.detach().to(type, false, true).requires_grad_();
    };
    const torch::Tensor x1 = leaf(x, torch::kBFloat16), x2 = leaf(x, torch::kFloat32);
    const torch::Tensor r1 = leaf(residual, torch::kBFloat16), r2 = leaf(residual, torch::kFloat32);
    const torch::Tensor found = pool ? norm_relu_pool(x1, *half) : norm_relu(x1, *half, r1);
    const torch::Tensor exact = pool ? norm_relu_pool(x2, *full) : norm_relu(x2, *full, r2);
    expect_rounded(found, exact, "values");
    expect_close(half->running_mean, full->running_mean, "running mean");
    expect_close(half->running_var, full->running_var, "running variance");
    const torch::Tensor weights = torch::randn(exact.sizes()).to(torch::kBFloat16);
    (found * weights).sum().backward();
    (exact * weights.to(torch::kFloat32)).sum().backward();
    // Sums over the batch enter this gradient; units whose output rounds to 0 count as off; and of an odd number of
    // columns, which the library pools after rounding, neighbors that round to the same pass it on to the first.
    EXPECT_LT((x1.grad().to(torch::kFloat32) - x2.grad()).norm().item<double>(),
              0.03 * x2.grad().norm().item<double>());
    expect_close(half->bias.grad(), full->bias.grad(), "gradient of the shift");
    if (!pool) expect_rounded(r1.grad(), r2.grad(), "gradient of the residual");
  }
}

TEST(Bfloat16, NormsPropagateNan) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = images({2, 24, 4, 4}).to(torch::kBFloat16);
  // The largest bit pattern of all: rounding its bits up would make it a zero.
  const auto none = std::bit_cast<float>(0x7fffffffU);
  for (const std::int64_t channel : {3, 17}) {  // in a vector of sixteen and in one of eight
    BatchNorm2d norm(24);
    norm->eval();
    norm->bias.data_ptr<float>()[channel] = none;
    EXPECT_EQ(norm_relu(x.clone(), *norm).isnan().sum().item<int>(), 2 * 4 * 4);
  }
}

}  // namespace
}  // namespace pskd::ops
