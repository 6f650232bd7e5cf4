// The loops of ops/cpu that mix joints, the general ones and those for AVX-512 BF16, called directly.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "ops/cpu/joint_mixing_bfloat16.hpp"
#include "support/tensors.hpp"

namespace pskd::ops::cpu {
namespace {

using testing::expect_rounded;

/// The loops that a processor has for bfloat16: the general ones, and those of processors that multiply it themselves.
struct Loops {
  std::string name;
  void (*mix)(cpu::FrameShape, const float*, const c10::BFloat16*, c10::BFloat16*, std::int64_t);
  void (*correlate)(cpu::FrameShape, const c10::BFloat16*, const c10::BFloat16*, float*, std::int64_t);
};

std::vector<Loops> all_loops() {
  std::vector<Loops> loops = {{"general", mix_frames<c10::BFloat16>, correlate_frames<c10::BFloat16>}};
#if PSKD_BFLOAT16_PRODUCTS
  if (cpu::multiplies_bfloat16()) loops.push_back({"paired", mix_paired_frames, correlate_paired_frames});
#endif
  return loops;
}

TEST(JointMixing, SumsInFloatAndRoundsOnce) {
  torch::manual_seed(10);
  constexpr std::int64_t kFrames = 37, kRows = 60;
  for (const std::int64_t joints : {17, 20}) {
    for (const std::int64_t channels : {1, 9, 24, 41, 48, 96}) {
      const cpu::FrameShape shape{kRows, joints, channels};
      const torch::Tensor frames = torch::randn({kFrames, joints, channels}).to(torch::kBFloat16);
      const torch::Tensor others = torch::randn({kFrames, kRows, channels}).to(torch::kBFloat16);
      const torch::Tensor weights = torch::rand({kRows, joints}).to(torch::kBFloat16).to(torch::kFloat32);
      const torch::Tensor wide = frames.to(torch::kFloat32);
      for (const Loops& loops : all_loops()) {
        const std::string what = loops.name + ", " + std::to_string(channels) + " channels";
        const torch::Tensor mixed = torch::empty({kFrames, kRows, channels}, torch::kBFloat16);
        loops.mix(shape, weights.data_ptr<float>(), frames.data_ptr<c10::BFloat16>(), mixed.data_ptr<c10::BFloat16>(),
                  kFrames);
        expect_rounded(mixed, torch::matmul(weights, wide), what);
        const torch::Tensor sums = torch::zeros({kRows, joints, cpu::kSumLanes});
        loops.correlate(shape, others.data_ptr<c10::BFloat16>(), frames.data_ptr<c10::BFloat16>(),
                        sums.data_ptr<float>(), kFrames);
        const torch::Tensor expected = torch::einsum("frc,fjc->rj", {others.to(torch::kFloat32), wide});
        EXPECT_LT((sums.sum(2) - expected).abs().max().item<double>(), 1e-3) << what;
      }
    }
  }
}

/// Mixed frames and sums of correlations, as loops for registers of so many bytes compute them.
template <int bytes>
std::vector<torch::Tensor> in_registers(const torch::Tensor& weights, const torch::Tensor& frames) {
  const FrameShape shape{weights.size(0), weights.size(1), frames.size(2)};
  const torch::Tensor mixed = torch::empty({frames.size(0), shape.rows, shape.channels});
  const torch::Tensor sums = torch::zeros({shape.rows, shape.joints, kSumLanes});
  for (std::int64_t frame = 0; frame < frames.size(0); ++frame) {
    mix_frame<bytes>(shape, weights.data_ptr<float>(), frames[frame].data_ptr<float>(), mixed[frame].data_ptr<float>());
  }
  correlate_some<bytes>(shape, mixed.data_ptr<float>(), frames.data_ptr<float>(), sums.data_ptr<float>(),
                        frames.size(0));
  return {mixed, sums};
}

// So that a run gives the same on processors with and without AVX-512.
TEST(JointMixing, AddsInTheSameOrderInRegistersOfEachSize) {
  torch::manual_seed(11);
  for (const std::int64_t channels : {3, 9, 24, 41, 48, 96}) {
    const torch::Tensor frames = torch::randn({5, 17, channels}), weights = torch::randn({51, 17});
    const auto narrow = in_registers<16>(weights, frames), half = in_registers<32>(weights, frames),
               wide = in_registers<64>(weights, frames);
    EXPECT_LT((narrow[0] - torch::matmul(weights, frames)).abs().max().item<double>(), 1e-4);
    for (const std::size_t result : {0, 1}) {
      EXPECT_TRUE(torch::equal(narrow[result], half[result])) << channels << " channels";
      EXPECT_TRUE(torch::equal(narrow[result], wide[result])) << channels << " channels";
    }
  }
}

}  // namespace
}  // namespace pskd::ops::cpu
