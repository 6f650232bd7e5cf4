#include "train/train_step.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "pskd/model/registry.hpp"
#include "train/optimizer/optimizer.hpp"

namespace pskd::train {
namespace {

model::DataShape shape() { return {3, 32, 16, data::topology("kinect-20"), 4}; }

config::StageConfig stage() {
  config::StageConfig config;
  config.model = config::SensorCnnConfig{2, 3, 1, 4, 0, 0};
  config.batch = 4;
  return config;
}

Batch batch() { return {model::example_input(shape(), 4), torch::arange(4), {}}; }

TEST(TrainStep, LowersTheLossOfItsBatch) {
  torch::manual_seed(1);
  TrainState state = make_train_state(model::make_network(stage(), shape(), 1), {}, stage().optimizer);
  const Batch same = batch();
  const double first = train_step(state, stage(), same).loss.item<double>();
  for (int step = 0; step < 20; ++step) train_step(state, stage(), same);
  EXPECT_LT(train_step(state, stage(), same).loss.item<double>(), first);
}

TEST(TrainStep, LeavesNoGradientsBehind) {
  TrainState state = make_train_state(model::make_network(stage(), shape(), 1), {}, stage().optimizer);
  const StepResult result = train_step(state, stage(), batch());
  EXPECT_EQ(result.logits.sizes(), torch::IntArrayRef({4, 4}));
  EXPECT_FALSE(result.logits.requires_grad());
  EXPECT_FALSE(result.assignment.defined()) << "without ACS";
  for (const torch::Tensor& parameter : state.parameters) EXPECT_FALSE(parameter.grad().defined());
}

TEST(TrainStep, TellsALossThatIsNotFinite) {
  TrainState state = make_train_state(model::make_network(stage(), shape(), 1), {}, stage().optimizer);
  Batch broken = batch();
  broken.input.sensor[0][0][0] = std::nan("");
  EXPECT_FALSE(std::isfinite(train_step(state, stage(), broken).loss.item<double>()));
}

TEST(Gradients, AreClippedAsLibTorchClipsThem) {
  torch::manual_seed(1);
  std::vector<torch::Tensor> ours, theirs;
  for (const auto& sizes : {std::vector<std::int64_t>{3, 4}, {5}}) {
    ours.push_back(torch::randn(sizes).requires_grad_());
    theirs.push_back(ours.back().detach().clone().requires_grad_());
    ours.back().mutable_grad() = torch::randn(sizes);
    theirs.back().mutable_grad() = ours.back().grad().clone();
  }
  for (const double norm : {0.5, 100.0}) {
    clip_gradients(ours, norm);
    torch::nn::utils::clip_grad_norm_(theirs, norm);
    for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_TRUE(torch::equal(ours[i].grad(), theirs[i].grad()));
  }
}

TEST(WarmedUp, IsTheShareOfTheEpochsThatTheWarmUpTakes) {
  config::LossConfig loss;
  EXPECT_EQ(warmed_up(loss, 0), 1) << "no warm-up";
  loss.warmup = 4;
  EXPECT_EQ(warmed_up(loss, 0.5), 0.125);
  EXPECT_EQ(warmed_up(loss, 4), 1);
  EXPECT_EQ(warmed_up(loss, 9), 1);
}

TEST(Batches, HaveNearlyEqualSizesAndMissNoClip) {
  const torch::Tensor order = torch::tensor({4, 2, 0, 1, 3, 8, 7, 6, 5}, torch::kInt64);
  const int steps = steps_per_epoch(9, 4);
  ASSERT_EQ(steps, 3);
  std::vector<torch::Tensor> parts;
  for (int step = 0; step < steps; ++step) {
    parts.push_back(batch_rows(order, step, steps));
    EXPECT_EQ(parts.back().size(0), 3) << "not 4, 4 and a last one of 1";
  }
  EXPECT_TRUE(torch::equal(torch::cat(parts), order));
  EXPECT_EQ(steps_per_epoch(2, 32), 1);
}

}  // namespace
}  // namespace pskd::train
