// A graph convolution in one step is its formula, in values and gradients, whatever the processor computes it with.
#include "ops/graph_convolution.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "support/tensors.hpp"

namespace pskd::ops {
namespace {

using testing::images;
using testing::relative_error;
using Tensors = std::vector<torch::Tensor>;

torch::Tensor formula(const torch::Tensor& x, const torch::Tensor& adjacency, const torch::Tensor& weights) {
  const torch::Tensor mixed = torch::einsum("kvu,nctu->nkctv", {adjacency, x}).flatten(1, 2);
  return torch::einsum("dc,nctv->ndtv", {weights, mixed});
}

/// Values and gradients of ours and of the formula, all as numbers that a bfloat16 holds.
void expect_formula(torch::IntArrayRef sizes, std::int64_t outputs, torch::ScalarType type, double tolerance) {
  const std::int64_t channels = sizes[1], joints = sizes[3];
  const auto number = [](const torch::Tensor& tensor) { return tensor.to(torch::kBFloat16).to(torch::kFloat32); };
  const torch::Tensor wide = number(images(sizes)).requires_grad_();
  const torch::Tensor x = wide.detach().to(type).requires_grad_();
  const torch::Tensor adjacency = number(torch::rand({3, joints, joints})).requires_grad_();
  const torch::Tensor weights = number(torch::randn({outputs, 3 * channels})).requires_grad_();
  const torch::Tensor found = graph_convolution(x, adjacency, weights), expected = formula(wide, adjacency, weights);
  const std::string what = std::to_string(channels) + " channels, " + std::to_string(joints) + " joints";
  ASSERT_EQ(found.sizes(), expected.sizes()) << what;
  EXPECT_LT(relative_error(found, expected), tolerance) << what;
  const torch::Tensor along = number(torch::randn(expected.sizes()));
  const Tensors gradients = torch::autograd::grad({found}, {x, adjacency, weights}, {along.to(type)});
  const Tensors wanted = torch::autograd::grad({expected}, {wide, adjacency, weights}, {along});
  const std::vector<std::string> names = {"x", "the adjacency", "the weights"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSERT_EQ(gradients[i].sizes(), wanted[i].sizes());
    EXPECT_LT(relative_error(gradients[i], wanted[i]), tolerance) << what << ", gradient of " << names[i];
  }
}

TEST(GraphConvolution, IsItsFormulaForAnyNumberOfChannelsAndJoints) {
  torch::manual_seed(6);
  for (const std::int64_t channels : {1, 3, 8, 9, 24, 40, 41, 48, 80}) {
    for (const std::int64_t joints : {4, 17, 20}) expect_formula({2, channels, 19, joints}, 7, torch::kFloat32, 1e-5);
  }
}

TEST(GraphConvolution, IsItsFormulaForManyChunksAndForASingleFrame) {
  torch::manual_seed(7);
  expect_formula({80, 48, 16, 20}, 96, torch::kFloat32, 1e-5);
  expect_formula({1, 24, 1, 20}, 24, torch::kFloat32, 1e-5);
}

TEST(GraphConvolution, IsItsFormulaUpToTheRoundingOfBfloat16) {
  torch::manual_seed(8);
  for (const std::int64_t channels : {1, 9, 24, 48, 41})
    expect_formula({2, channels, 19, 20}, 24, torch::kBFloat16, 5e-3);
  expect_formula({80, 48, 16, 20}, 96, torch::kBFloat16, 5e-3);
}

TEST(GraphConvolution, TakesMemoryOfAnyLayout) {
  torch::manual_seed(9);
  const torch::Tensor x = torch::randn({2, 24, 19, 20}), adjacency = torch::rand({3, 20, 20});
  const torch::Tensor weights = torch::randn({3 * 24, 7}).t();
  EXPECT_LT(relative_error(graph_convolution(x, adjacency, weights), formula(x, adjacency, weights)), 1e-5);
}

TEST(GraphConvolution, TakesGradientsOfAnyLayout) {
  torch::manual_seed(11);
  for (const std::int64_t outputs : {1, 7}) {
    const torch::Tensor x = torch::randn({2, 24, 19, 20}).requires_grad_(), adjacency = torch::rand({3, 20, 20});
    const torch::Tensor weights = torch::randn({outputs, 3 * 24}).requires_grad_();
    for (const torch::Tensor& along :
         {torch::randn({2, outputs, 19, 20}), torch::ones({}).expand({2, outputs, 19, 20})}) {
      const Tensors found = torch::autograd::grad({graph_convolution(x, adjacency, weights)}, {x, weights}, {along});
      const Tensors wanted = torch::autograd::grad({formula(x, adjacency, weights)}, {x, weights}, {along});
      for (std::size_t i = 0; i < found.size(); ++i) EXPECT_LT(relative_error(found[i], wanted[i]), 1e-5) << outputs;
    }
  }
}

TEST(GraphConvolution, OfNoClipsIsNone) {
  const torch::Tensor none =
      graph_convolution(torch::empty({0, 24, 19, 20}), torch::rand({3, 20, 20}), torch::randn({7, 72}));
  EXPECT_EQ(none.sizes(), torch::IntArrayRef({0, 7, 19, 20}));
}

TEST(GraphConvolution, NanSpreadsToTheRowsThatItsJointIsMixedTo) {
  torch::Tensor adjacency = torch::eye(4).unsqueeze(0);
  // The largest bit pattern of all: rounding its bits up would make it a zero.
  adjacency.data_ptr<float>()[0] = std::bit_cast<float>(0x7fffffffU);
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    const torch::Tensor y = graph_convolution(images({2, 24, 3, 4}).to(type), adjacency, torch::eye(24));
    EXPECT_EQ(y.isnan().sum().item<int>(), 2 * 24 * 3) << "one joint of every frame";
  }
}

}  // namespace
}  // namespace pskd::ops
