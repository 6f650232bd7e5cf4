// Every layer and network: the gradient that training follows is the derivative of what is computed.
#include <gtest/gtest.h>

#include "model/fused.hpp"
#include "pskd/model/registry.hpp"
#include "support/tensors.hpp"

namespace pskd::model {
namespace {

using testing::expect_gradient;

/// Four joints in a row.
data::Topology small_topology() { return {"row", {"a", "b", "c", "d"}, {-1, 0, 1, 2}, 0, {{0, 1}, {2, 3}}, {}}; }

DataShape small_shape() { return {3, 24, 16, small_topology(), 5}; }

/// Without dropout, whose draws would differ between the evaluations.
config::SkeletonGcnConfig small_gcn() { return {config::SkeletonGcnConfig{}.streams, 4, 3, 3, 2, 6, 0, 0}; }
config::SensorCnnConfig small_cnn() { return {4, 3, 2, 6, 0, 0}; }

torch::Tensor weighted_sum(const torch::Tensor& x) {
  return (x * torch::linspace(-1, 1, x.numel(), torch::kFloat64).reshape(x.sizes())).sum();
}

template <class Module>
void expect_module_gradients(Module& module, const std::function<torch::Tensor()>& loss, torch::Tensor input) {
  for (const auto& item : module.named_parameters()) {
    if (item.value().requires_grad()) expect_gradient(loss, item.value(), item.key(), 4);
  }
  expect_gradient(loss, input, "input");
}

TEST(Gradient, GraphConvolution) {
  torch::manual_seed(1);
  GraphConvolution layer(3, 5, skeleton_adjacency(small_topology()));
  layer->to(torch::kFloat64);
  const torch::Tensor x = torch::randn({2, 3, 6, 4}, torch::kFloat64).requires_grad_();
  expect_module_gradients(
      *layer, [&] { return weighted_sum(layer(x)); }, x);
}

TEST(Gradient, GcnBlockWithEachKindOfResidual) {
  const torch::Tensor adjacency = skeleton_adjacency(small_topology());
  for (const auto& [out, stride, residual] : {std::tuple{4, 1, true}, {6, 2, true}, {4, 2, false}}) {
    torch::manual_seed(2);
    GcnBlock block(4, out, 3, stride, residual, adjacency);
    block->to(torch::kFloat64);
    const torch::Tensor x = torch::randn({2, 4, 6, 4}, torch::kFloat64).requires_grad_();
    expect_module_gradients(
        *block, [&, b = &block] { return weighted_sum((*b)(x)); }, x);
  }
}

TEST(Gradient, SemanticHead) {
  torch::manual_seed(3);
  SemanticHead head(7, 6, 5, 0, 0);
  head->to(torch::kFloat64);
  const torch::Tensor x = torch::randn({4, 7}, torch::kFloat64).requires_grad_();
  const auto loss = [&] {
    const Output output = head(x);
    return weighted_sum(output.embedding) + weighted_sum(output.logits);
  };
  expect_module_gradients(*head, loss, x);
}

TEST(Gradient, SegmentPooling) {
  const torch::Tensor x = torch::randn({2, 3, 8}, torch::kFloat64).requires_grad_();
  expect_gradient([&] { return weighted_sum(pool_segments(x, 4)); }, x, "input");
}

void expect_network_gradients(const config::ModelConfig& model) {
  const auto network = make_network(model, small_shape(), 4);
  network->to(torch::kFloat64);
  Input input = example_input(small_shape(), 3);
  input.skeleton = input.skeleton.to(torch::kFloat64).requires_grad_();
  input.sensor = input.sensor.to(torch::kFloat64).requires_grad_();
  const auto loss = [&] {
    const Output output = network->forward(input);
    torch::Tensor sum = weighted_sum(output.embedding) + weighted_sum(output.logits);
    for (const torch::Tensor& branch : output.branch_logits) sum = sum + weighted_sum(branch);
    return sum;
  };
  const bool skeleton = !std::holds_alternative<config::SensorCnnConfig>(model);
  expect_module_gradients(*network, loss, skeleton ? input.skeleton : input.sensor);
}

TEST(Gradient, SkeletonGcn) { expect_network_gradients(small_gcn()); }
TEST(Gradient, SensorCnn) { expect_network_gradients(small_cnn()); }
TEST(Gradient, Fused) { expect_network_gradients(config::FusedConfig{small_gcn(), small_cnn()}); }

// float32 takes other code paths than float64 (oneDNN, channels-last): at the real size they must agree, but for the
// few units whose ReLU switches with the last bits.
TEST(Gradient, InSinglePrecisionAgreesWithDouble) {
  const DataShape shape{3, 128, 64, data::topology("kinect-20"), 27};
  for (config::ModelConfig model :
       {config::ModelConfig{config::SkeletonGcnConfig{}}, config::ModelConfig{config::SensorCnnConfig{}}}) {
    std::visit(
        [](auto& config) {
          if constexpr (requires { config.dropout; }) config.dropout = config.classifier_dropout = 0;
        },
        model);
    const auto single = make_network(model, shape, 1), twice = make_network(model, shape, 1);
    twice->to(torch::kFloat64);
    const Input input = example_input(shape, 16);
    const Input wide{input.skeleton.to(torch::kFloat64), input.sensor.to(torch::kFloat64)};
    const torch::Tensor labels = torch::arange(16);
    torch::cross_entropy_loss(single->forward(input).logits, labels).backward();
    torch::cross_entropy_loss(twice->forward(wide).logits, labels).backward();
    const auto expected = twice->named_parameters();
    for (const auto& item : single->named_parameters()) {
      const torch::Tensor want = expected[item.key()].grad(), found = item.value().grad().to(torch::kFloat64);
      EXPECT_LT((found - want).norm().item<double>(), 2e-2 * want.norm().item<double>() + 1e-6) << item.key();
    }
  }
}

}  // namespace
}  // namespace pskd::model
