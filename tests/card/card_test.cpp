// What an NVIDIA card computes, against the processor. Skipped where LibTorch computes on none.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "pskd/train/renderer.hpp"
#include "support/every_stage.hpp"
#include "train/device.hpp"
#include "train/speed.hpp"

namespace pskd::train {
namespace {

constexpr int kSteps = 20;

class Card : public ::testing::Test {
 protected:
  void SetUp() override {
    if (card_names().empty()) GTEST_SKIP() << "LibTorch computes on no card here";
    device_ = resolve_device("cuda");
    choose_algorithms(device_, true);
  }

  torch::Device device_ = torch::kCPU;
};

struct Trained {
  std::vector<double> losses;
  std::vector<torch::Tensor> parameters;
};

Trained train(const config::StageConfig& stage, torch::Device device) {
  torch::manual_seed(1);
  StepBench bench(stage, data_shape(config::Experiment{}), device);
  std::vector<torch::Tensor> losses;
  for (int step = 0; step < kSteps; ++step) losses.push_back(bench.step().loss);
  Trained trained;
  for (const torch::Tensor& loss : losses) trained.losses.push_back(loss.item<double>());
  for (const torch::Tensor& parameter : bench.network().parameters()) {
    trained.parameters.push_back(parameter.detach().cpu());
  }
  return trained;
}

TEST_F(Card, TrainsAsTheProcessorDoes) {
  for (const auto& [name, stage] : testing::every_stage()) {
    const Trained here = train(stage, torch::kCPU), there = train(stage, device_);
    double largest = 0;
    for (int step = 0; step < kSteps; ++step) {
      largest = std::max(largest, std::abs(there.losses[step] - here.losses[step]) / std::max(1.0, here.losses[step]));
    }
    std::printf("%-10s loss %.4f -> %.4f; largest difference %.1e\n", name.c_str(), here.losses.front(),
                here.losses.back(), largest);
    std::fflush(stdout);
    EXPECT_LT(largest, 1e-3) << name;
  }
}

TEST_F(Card, GivesTheSameBitsTwice) {
  for (const auto& [name, stage] : testing::every_stage()) {
    const Trained one = train(stage, device_), other = train(stage, device_);
    EXPECT_EQ(one.losses, other.losses) << name;
    for (std::size_t i = 0; i < one.parameters.size(); ++i) {
      EXPECT_TRUE(torch::equal(one.parameters[i], other.parameters[i])) << name << ", parameter " << i;
    }
  }
}

TEST_F(Card, TrainsInBfloat16ToNearlyTheSameLosses) {
  for (auto [name, stage] : testing::every_stage()) {
    if (!stage.teachers.empty()) continue;  // losses compute in fp32 anyway
    const Trained fp32 = train(stage, device_);
    stage.precision = config::Precision::bf16;
    const Trained bf16 = train(stage, device_);
    double largest = 0;
    for (int step = 0; step < kSteps; ++step) {
      largest = std::max(largest, std::abs(bf16.losses[step] - fp32.losses[step]) / fp32.losses.front());
    }
    std::printf("%-10s bf16 loss %.4f -> %.4f; largest difference %.1e\n", name.c_str(), bf16.losses.front(),
                bf16.losses.back(), largest);
    EXPECT_NE(bf16.losses, fp32.losses) << name;
    EXPECT_LT(largest, 0.05) << name;
  }
}

}  // namespace
}  // namespace pskd::train
