#include "train/speed.hpp"

#include <gtest/gtest.h>

#include "model/summary.hpp"
#include "pskd/train/renderer.hpp"

namespace pskd::train {
namespace {

config::StageConfig stage_with(const config::ModelConfig& model) {
  config::StageConfig stage;
  stage.model = model;
  stage.batch = 4;
  return stage;
}

TEST(TimeRuns, CountsAllRunsButTheFirst) {
  int runs = 0;
  EXPECT_EQ(time_runs([&] { ++runs; }, 5, 0).size(), 5U);
  EXPECT_EQ(runs, 6);
}

TEST(StepBench, CountsThreePassesOfWhatIsTrainedAndOneOfAFrozenBranch) {
  const model::DataShape shape = data_shape(config::Experiment{});
  const model::Input clip = model::example_input(shape, 1);
  const auto macs = [&](const config::ModelConfig& model) {
    return static_cast<double>(model::summarize_network(*model::make_network(model, shape, 1), clip).macs);
  };
  const config::SensorCnnConfig sensor{.width = 8};
  const config::SkeletonGcnConfig skeleton{.width = 4, .blocks = 3};
  EXPECT_DOUBLE_EQ(StepBench(stage_with(sensor), shape).flops(), 4 * 6 * macs(sensor));
  EXPECT_DOUBLE_EQ(StepBench(stage_with(skeleton), shape).flops(), 4 * 6 * macs(skeleton));
  const config::FusedConfig fused{skeleton, sensor};
  EXPECT_DOUBLE_EQ(StepBench(stage_with(fused), shape).flops(), 4 * (6 * macs(fused) - 4 * macs(skeleton)));
}

TEST(StepBench, TrainsWithTheLossOfTheStage) {
  config::StageConfig stage = stage_with(config::SensorCnnConfig{.width = 8});
  stage.teachers.resize(2);
  stage.loss.acs = config::AcsConfig{};
  StepBench bench(stage, data_shape(config::Experiment{}));
  std::vector<torch::Tensor> before;
  for (const torch::Tensor& parameter : bench.network().parameters()) before.push_back(parameter.detach().clone());
  bench.step();
  const auto after = bench.network().parameters();
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_FALSE(torch::equal(after[i], before[i])) << i;
}

}  // namespace
}  // namespace pskd::train
