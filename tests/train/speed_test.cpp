#include "train/speed.hpp"

#include <gtest/gtest.h>

#include "model/summary.hpp"
#include "pskd/train/renderer.hpp"

namespace pskd {
namespace {

StageConfig stage_with(const ModelConfig& model) {
  StageConfig stage;
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
  const DataShape shape = data_shape(Experiment{});
  const Input clip = example_input(shape, 1);
  const auto macs = [&](const ModelConfig& model) {
    return static_cast<double>(summarize_network(*make_network(model, shape, 1), clip).macs);
  };
  const SensorCnnConfig sensor{.width = 8};
  const SkeletonGcnConfig skeleton{.width = 4, .blocks = 3};
  EXPECT_DOUBLE_EQ(StepBench(stage_with(sensor), shape).flops(), 4 * 6 * macs(sensor));
  EXPECT_DOUBLE_EQ(StepBench(stage_with(skeleton), shape).flops(), 4 * 6 * macs(skeleton));
  const FusedConfig fused{skeleton, sensor};
  EXPECT_DOUBLE_EQ(StepBench(stage_with(fused), shape).flops(), 4 * (6 * macs(fused) - 4 * macs(skeleton)));
}

TEST(StepBench, TrainsWithTheLossOfTheStage) {
  StageConfig stage = stage_with(SensorCnnConfig{.width = 8});
  stage.teachers.resize(2);
  stage.loss.acs = AcsConfig{};
  StepBench bench(stage, data_shape(Experiment{}));
  std::vector<torch::Tensor> before;
  for (const torch::Tensor& parameter : bench.network().parameters()) before.push_back(parameter.detach().clone());
  bench.step();
  const auto after = bench.network().parameters();
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_FALSE(torch::equal(after[i], before[i])) << i;
}

}  // namespace
}  // namespace pskd
