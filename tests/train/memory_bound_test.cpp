// What does not fit into memory is told before anything is allocated.
#include "train/memory_bound.hpp"

#include <gmock/gmock.h>

#include "data/readers/utd_mhad.hpp"
#include "support/refusal.hpp"

namespace pskd::train {
namespace {

using ::testing::HasSubstr;

constexpr double kGigabyte = 1e9;

config::Experiment one_stage(const config::ModelConfig& model) {
  config::Experiment experiment;
  experiment.protocol.classes = data::readers::utd_mhad_info().classes;
  experiment.stages.emplace_back().name = "student";
  experiment.stages[0].model = model;
  return experiment;
}

void require(const config::Experiment& experiment, double available) {
  require_memory(experiment, data::readers::utd_mhad_info(), 431, available);
}

TEST(MemoryBound, TheShippedSizesFitAnySmallMachine) {
  require(one_stage(config::SensorCnnConfig{}), kGigabyte / 2);
  require(one_stage(config::SkeletonGcnConfig{}), kGigabyte / 2);
  require(one_stage(config::FusedConfig{}), kGigabyte / 2);
}

TEST(MemoryBound, AModelThatIsTooLargeIsNamed) {
  config::SkeletonGcnConfig model;
  model.width = 4096;
  model.blocks = 100;
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { require(one_stage(model), 64 * kGigabyte); }),
              HasSubstr("stages.student: training takes at least"));
}

TEST(MemoryBound, ABatchThatIsTooLargeIsNamed) {
  config::SensorCnnConfig model;
  model.width = 96;
  config::Experiment experiment = one_stage(model);
  const auto with_a_million_clips = [&] {
    require_memory(experiment, data::readers::utd_mhad_info(), 1'000'000, 64 * kGigabyte);
  };
  EXPECT_NO_THROW(with_a_million_clips());
  experiment.stages[0].batch = 1'000'000;
  EXPECT_THAT(testing::refusal(ErrorKind::config, with_a_million_clips), HasSubstr("its batch"));
}

double least(const config::Experiment& experiment, std::size_t clips = 431) {
  return least_bytes(experiment.stages[0], experiment.augmentation, data::readers::utd_mhad_info(),
                     experiment.data.channels.size(), experiment.protocol.classes.size(), clips);
}

TEST(MemoryBound, CountsOnlyWhatTheOptimizerKeeps) {
  config::Experiment experiment = one_stage(config::SensorCnnConfig{});
  const double adamw = least(experiment, 0);  // no clips: parameters alone
  experiment.stages[0].optimizer.name = config::OptimizerName::sgd;
  EXPECT_DOUBLE_EQ(least(experiment, 0), adamw * 3 / 4);
  experiment.stages[0].optimizer.momentum = 0;
  EXPECT_DOUBLE_EQ(least(experiment, 0), adamw * 2 / 4);
}

TEST(MemoryBound, CountsTheWholeChannelsOfAnOddWidth) {
  config::SensorCnnConfig model;
  model.width = 1;
  config::Experiment experiment = one_stage(model);
  experiment.stages[0].optimizer.name = config::OptimizerName::sgd;
  experiment.stages[0].optimizer.momentum = 0;  // values and gradients
  const auto channels = static_cast<double>(experiment.data.channels.size());
  const auto classes = static_cast<double>(experiment.protocol.classes.size());
  const double convolutions = model.kernel * (channels * 1 + 1 * 1 + 1 * 2 + 2 * 2);
  const double head = model.embedding * (2 * model.segments + classes);
  EXPECT_DOUBLE_EQ(least(experiment, 0), 2 * sizeof(float) * (convolutions + head));
}

TEST(MemoryBound, CountsTwoBytesOfAValueInBf16) {
  config::Experiment experiment = one_stage(config::SensorCnnConfig{});
  const double parameters = least(experiment, 0), values = least(experiment) - parameters;
  experiment.stages[0].precision = config::Precision::bf16;
  EXPECT_DOUBLE_EQ(least(experiment), parameters + values / 2);
}

TEST(MemoryBound, CountsAFrozenBranchOnce) {
  const config::FusedConfig fused;
  const config::Experiment skeleton = one_stage(fused.skeleton), sensor = one_stage(fused.sensor);
  EXPECT_DOUBLE_EQ(least(one_stage(fused)), least(sensor) + least(skeleton, 0) / 4);
}

TEST(MemoryBound, ViewsThatAreTooLargeAreNamed) {
  config::Experiment experiment = one_stage(config::SensorCnnConfig{});
  experiment.augmentation.skeleton.frames = 10'000;
  EXPECT_THAT(testing::refusal(ErrorKind::config, [&] { require(experiment, kGigabyte / 2); }),
              HasSubstr("views: the augmented clips take at least 1.0 GB"));
}

}  // namespace
}  // namespace pskd::train
