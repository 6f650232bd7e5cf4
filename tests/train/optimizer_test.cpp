#include "train/optimizer/optimizer.hpp"

#include <gtest/gtest.h>

#include "pskd/model/registry.hpp"
#include "train/optimizer/optimizer_state.hpp"

namespace pskd::train {
namespace {

std::shared_ptr<model::Network> small_network() {
  model::DataShape shape;
  shape.topology = data::topology("kinect-20");
  config::SensorCnnConfig model;
  model.width = 8;
  model.dropout = model.classifier_dropout = 0;
  return model::make_network(model, shape, 1);
}

/// Gradients of all sizes, the same for the same step.
void set_gradients(model::Network& network, int step) {
  torch::manual_seed(step);
  for (torch::Tensor& parameter : network.parameters()) {
    parameter.mutable_grad() = torch::randn_like(parameter) * torch::rand_like(parameter).pow(4);
  }
}

TEST(AdamW, StepsAsTheLibrarysDoes) {
  const config::OptimizerConfig config;
  const auto ours = small_network(), theirs = small_network();
  const auto optimizer = make_optimizer(config, ours->parameters());
  std::vector<torch::Tensor> decayed, plain;
  for (const torch::Tensor& parameter : theirs->parameters())
    (parameter.dim() > 1 ? decayed : plain).push_back(parameter);
  using torch::optim::AdamWOptions;
  torch::optim::AdamW first(decayed, AdamWOptions(config.lr).weight_decay(config.weight_decay));
  torch::optim::AdamW second(plain, AdamWOptions(config.lr).weight_decay(0));
  for (int step = 0; step < 6; ++step) {
    set_gradients(*ours, step);
    set_gradients(*theirs, step);
    optimizer->step();
    first.step();
    second.step();
  }
  const auto found = ours->named_parameters(), expected = theirs->named_parameters();
  for (const auto& item : expected) {
    EXPECT_TRUE(torch::allclose(found[item.key()], item.value(), 1e-5, 1e-6)) << item.key();
  }
}

TEST(AdamW, GoesOnFromWhatItSaved) {
  const auto whole = small_network(), resumed = small_network();
  auto optimizer = make_optimizer({}, whole->parameters()), other = make_optimizer({}, resumed->parameters());
  for (int step = 0; step < 3; ++step) {
    set_gradients(*whole, step);
    optimizer->step();
  }
  OptimizerState saved;
  for (const auto& [name, tensor] : optimizer_state(*optimizer)) saved[name] = tensor.clone();
  set_optimizer_state(*other, saved);
  model::copy_parameters(*resumed, *whole);
  for (const auto& [network, stepped] : {std::pair{whole, optimizer.get()}, {resumed, other.get()}}) {
    set_gradients(*network, 3);
    stepped->step();
  }
  const auto found = resumed->named_parameters();
  for (const auto& item : whole->named_parameters()) {
    EXPECT_TRUE(torch::equal(found[item.key()], item.value())) << item.key();
  }
}

TEST(AdamW, LeavesAloneWhatHasNoGradient) {
  const auto network = small_network();
  const auto optimizer = make_optimizer({}, network->parameters());
  const torch::Tensor before = network->parameters()[0].detach().clone();
  optimizer->step();
  EXPECT_TRUE(torch::equal(network->parameters()[0], before));
}

}  // namespace
}  // namespace pskd::train
