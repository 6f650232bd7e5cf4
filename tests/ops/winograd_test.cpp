// Winograd's algorithm of ops/cpu, called directly: its transforms, and where it is chosen.
#include "ops/cpu/winograd.hpp"

#include <gtest/gtest.h>

#include "ops/cpu/winograd_transforms.hpp"

namespace pskd::ops::cpu {
namespace {

/// Four outputs of a filter by Winograd and as sums of products.
template <int pairs>
void expect_outputs() {
  const auto numbers = [](int i) { return 0.3 * i * i - 1.7 * i + 0.9; };
  std::array<double, cpu::kPoints<pairs>> inputs;
  std::array<double, cpu::kTaps<pairs>> taps;
  for (int i = 0; i < cpu::kPoints<pairs>; ++i) inputs[i] = numbers(i);
  for (int k = 0; k < cpu::kTaps<pairs>; ++k) taps[k] = numbers(k + 7);
  using Vector = simd::Lanes<double, 1>;
  std::array<Vector, cpu::kPoints<pairs>> x, products;
  std::array<Vector, cpu::kTaps<pairs>> w;
  for (int i = 0; i < cpu::kPoints<pairs>; ++i) x[i] = Vector{inputs[i]};
  for (int k = 0; k < cpu::kTaps<pairs>; ++k) w[k] = Vector{taps[k]};
  const auto at_points = inputs_to_points<pairs>(x), filter = taps_to_points<pairs>(w);
  for (int p = 0; p < cpu::kPoints<pairs>; ++p) products[p] = at_points[p] * filter[p];
  const auto outputs = points_to_outputs<pairs>(products);
  for (int i = 0; i < cpu::kOutputs; ++i) {
    double expected = 0;
    for (int k = 0; k < cpu::kTaps<pairs>; ++k) expected += taps[k] * inputs[i + k];
    EXPECT_NEAR(outputs[i][0], expected, 1e-10) << pairs << " pairs, output " << i;
  }
}

TEST(Winograd, TakesAsManyProductsAsPointsForFourOutputs) {
  expect_outputs<2>();
  expect_outputs<3>();
  EXPECT_EQ(cpu::kPoints<2>, cpu::kOutputs + cpu::kTaps<2> - 1);
  EXPECT_EQ(cpu::kPoints<3>, cpu::kOutputs + cpu::kTaps<3> - 1);
}

TEST(Winograd, IsChosenWhereItSavesProductsOfMatricesWorthMultiplying) {
  const auto saves = [](std::int64_t channels, std::int64_t taps, std::int64_t stride, torch::ScalarType type) {
    return cpu::winograd_saves_products(torch::empty({8, channels, 32, 20}, type), torch::empty({48, channels, taps}),
                                        stride);
  };
  for (const std::int64_t taps : {3, 5, 7, 9}) {
    EXPECT_TRUE(saves(24, taps, 1, torch::kFloat32)) << taps;
    EXPECT_FALSE(saves(24, taps, 1, torch::kBFloat16)) << "interpolation would add up rounding errors";
    EXPECT_FALSE(saves(9, taps, 1, torch::kFloat32)) << "matrices too narrow";
    EXPECT_FALSE(saves(24, taps, 3, torch::kFloat32)) << "no gain at this stride";
  }
  EXPECT_FALSE(saves(24, 1, 1, torch::kFloat32)) << "one tap is one product";
}

}  // namespace
}  // namespace pskd::ops::cpu
