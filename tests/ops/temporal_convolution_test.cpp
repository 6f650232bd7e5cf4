// A convolution over time is its formula, in values and gradients, however few products it takes.
#include "ops/temporal_convolution.hpp"

#include <gtest/gtest.h>

#include "support/tensors.hpp"

namespace pskd::ops {
namespace {

using testing::expect_gradient;
using testing::images;
using testing::relative_error;
using Tensors = std::vector<torch::Tensor>;

torch::Tensor formula(const torch::Tensor& x, const torch::Tensor& weights, std::int64_t stride) {
  return torch::conv2d(x, weights.unsqueeze(3), {}, at::IntArrayRef{stride, 1},
                       at::IntArrayRef{weights.size(2) / 2, 0});
}

struct Case {
  std::vector<std::int64_t> sizes;  ///< of x, [N, C, T, V]
  std::int64_t outputs, taps, stride;
};

/// Values and gradients of ours in float and of the formula in double.
void expect_formula(const Case& given, double tolerance) {
  const torch::Tensor x = images(given.sizes).requires_grad_();
  const torch::Tensor weights = torch::randn({given.outputs, given.sizes[1], given.taps}).requires_grad_();
  const torch::Tensor exact_x = x.detach().to(torch::kFloat64).requires_grad_();
  const torch::Tensor exact_weights = weights.detach().to(torch::kFloat64).requires_grad_();
  const torch::Tensor found = temporal_convolution(x, weights, given.stride);
  const torch::Tensor expected = formula(exact_x, exact_weights, given.stride);
  const std::string what =
      std::to_string(given.taps) + " taps, stride " + std::to_string(given.stride) + ", x " + c10::str(x.sizes());
  ASSERT_EQ(found.sizes(), expected.sizes()) << what;
  EXPECT_TRUE(found.is_contiguous(torch::MemoryFormat::ChannelsLast)) << what;
  EXPECT_LT(relative_error(found, expected), tolerance) << what;
  const torch::Tensor along = torch::randn(expected.sizes());
  const Tensors gradients = torch::autograd::grad({found}, {x, weights}, {along});
  const Tensors wanted = torch::autograd::grad({expected}, {exact_x, exact_weights}, {along.to(torch::kFloat64)});
  EXPECT_LT(relative_error(gradients[0], wanted[0]), tolerance) << what << ", gradient of x";
  EXPECT_LT(relative_error(gradients[1], wanted[1]), tolerance) << what << ", gradient of the weights";
}

TEST(TemporalConvolution, IsItsFormulaForAnyKernelAndStride) {
  torch::manual_seed(1);
  for (const std::int64_t taps : {1, 3, 5, 7, 9, 11, 13}) {
    for (const std::int64_t stride : {1, 2, 3}) expect_formula({{8, 24, 32, 20}, 16, taps, stride}, 5e-6);
  }
}

// Tiles are four outputs: neither 33 frames nor 5 are made of them, and kernels reach beyond both ends of the latter.
TEST(TemporalConvolution, IsItsFormulaForAnyNumberOfFrames) {
  torch::manual_seed(2);
  for (const std::int64_t frames : {1, 2, 5, 33, 34}) {
    for (const std::int64_t taps : {3, 5, 9}) {
      for (const std::int64_t stride : {1, 2}) expect_formula({{60, 16, frames, 7}, 24, taps, stride}, 5e-6);
    }
  }
}

TEST(TemporalConvolution, IsItsFormulaForAnyNumberOfChannelsAndJoints) {
  torch::manual_seed(3);
  for (const std::int64_t channels : {3, 16, 17, 24, 41, 48}) {
    for (const std::int64_t joints : {1, 3, 20}) expect_formula({{40, channels, 16, joints}, 33, 5, 1}, 5e-6);
  }
}

TEST(TemporalConvolution, IsItsFormulaForBatchesOfOneChunkAndOfMany) {
  torch::manual_seed(4);
  for (const std::int64_t clips : {1, 2, 7, 32, 67}) expect_formula({{clips, 48, 32, 20}, 48, 9, 2}, 5e-6);
}

TEST(TemporalConvolution, OfNoClipsIsNone) {
  const torch::Tensor none = temporal_convolution(torch::empty({0, 24, 19, 20}), torch::randn({7, 24, 5}), 2);
  EXPECT_EQ(none.sizes(), torch::IntArrayRef({0, 7, 10, 20}));
}

TEST(TemporalConvolution, TakesMemoryAndGradientsOfAnyLayout) {
  torch::manual_seed(5);
  const torch::Tensor x = torch::randn({16, 24, 19, 20}).requires_grad_();
  const torch::Tensor base = torch::randn({24, 24, 5}).requires_grad_();
  for (const torch::Tensor& along : {torch::randn({16, 24, 19, 20}), torch::ones({}).expand({16, 24, 19, 20})}) {
    for (const torch::Tensor& weights :
         {base, base.transpose(0, 1), base.permute({2, 0, 1}).contiguous().permute({1, 2, 0})}) {
      const torch::Tensor found = temporal_convolution(x, weights), expected = formula(x, weights, 1);
      EXPECT_LT(relative_error(found, expected), 5e-6) << weights.strides();
      const Tensors gradients = torch::autograd::grad({found}, {x, base}, {along});
      const Tensors wanted = torch::autograd::grad({expected}, {x, base}, {along});
      for (std::size_t i = 0; i < gradients.size(); ++i) EXPECT_LT(relative_error(gradients[i], wanted[i]), 5e-6);
    }
  }
}

TEST(TemporalConvolution, HasTheGradientsOfFiniteDifferences) {
  for (const auto& [taps, stride] : {std::tuple{5, 1}, {9, 1}, {5, 2}, {9, 2}}) {
    torch::manual_seed(6);
    const torch::Tensor x = torch::randn({16, 16, 18, 2}, torch::kFloat64).requires_grad_();
    const torch::Tensor weights = torch::randn({17, 16, taps}, torch::kFloat64).requires_grad_();
    const torch::Tensor along = torch::randn({16, 17, 18 / stride, 2}, torch::kFloat64) / 10;
    const auto loss = [&, stride = stride] { return (temporal_convolution(x, weights, stride) * along).sum(); };
    expect_gradient(loss, x, "x");
    expect_gradient(loss, weights, "weights");
  }
}

// oneDNN's own gradient of these weights ends in "double free or corruption".
TEST(TemporalConvolution, OfOneFrameAndAStrideTakesAnyNumberOfChannels) {
  torch::manual_seed(8);
  testing::with_threads(2, [] {
    for (const std::int64_t channels : {8, 12, 24}) {
      for (int again = 0; again < 3; ++again) expect_formula({{31, channels, 32, 20}, 2 * channels, 1, 2}, 5e-6);
    }
    return 0;
  });
}

// In bfloat16 interpolation would add up rounding errors: there it is the plain convolution.
TEST(TemporalConvolution, IsRoundedOnceInBfloat16) {
  torch::manual_seed(7);
  const torch::Tensor x = images({8, 24, 32, 20}).to(torch::kBFloat16), weights = torch::randn({24, 24, 5});
  const torch::Tensor rounded = weights.to(torch::kBFloat16).to(torch::kFloat32);
  EXPECT_LT(relative_error(temporal_convolution(x, weights), formula(x.to(torch::kFloat32), rounded, 1)), 3e-3);
}

}  // namespace
}  // namespace pskd::ops
