#include "deploy/quantized_cnn.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "deploy/sensor_network.hpp"
#include "deploy/small_model.hpp"
#include "support/refusal.hpp"

namespace pskd::deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// One channel all the way, and no frame sees another but by the larger of each two: of 8 frames x, the logit is
/// max(0, 5 max(x)) + 10.
FoldedCnn five_times() {
  FoldedCnn cnn;
  cnn.kernel = 1;
  cnn.segments = 1;
  cnn.shapes = {{1, 8}, {1, 4}, {1, 2}, {1, 1}, {1, 1}};
  cnn.blocks = {{{5}, {0}}, {{1}, {0}}, {{1}, {0}}, {{1}, {0}}};
  cnn.semantic = {{1}, {0}};
  cnn.classifier = {{1}, {10}};
  return cnn;
}

SensorInput plain_sensor() {
  SensorInput sensor;
  sensor.channels = {"x"};
  sensor.frames = 8;
  sensor.mean = {0};
  sensor.deviation = {1};
  return sensor;
}

/// Calibrated so that 1 is worth 1 everywhere: inputs reach -127, and what layers give reaches 255.
const std::vector<float> kWhole = {-127, 51, 0, 0, 0, 0, 0, 0};

float logit(const QuantizedCnn& cnn, const std::vector<float>& window) { return logits_of(cnn, window).at(0); }

TEST(QuantizedCnn, NothingIsLostWhereNothingIsRounded) {
  const QuantizedCnn cnn = quantize(five_times(), plain_sensor(), kWhole);
  EXPECT_THAT(cnn.blocks[0].sums.weights, ElementsAre(127));
  EXPECT_FLOAT_EQ(logit(cnn, {0, 0, 0, 0, 0, 0, 0, 0}), 10);
  EXPECT_FLOAT_EQ(logit(cnn, {1, 2, 3, 4, 5, 6, 7, 8}), 50);
  EXPECT_FLOAT_EQ(logit(cnn, {-1, -2, -3, -4, 51, -6, -7, -8}), 265);
}

TEST(QuantizedCnn, InputsAreRoundedAndWhatIsBeyondTheCalibrationIsCutOff) {
  const QuantizedCnn cnn = quantize(five_times(), plain_sensor(), kWhole);
  EXPECT_FLOAT_EQ(logit(cnn, {3.4F, 0, 0, 0, 0, 0, 0, 0}), 25);
  EXPECT_FLOAT_EQ(logit(cnn, {3.5F, 0, 0, 0, 0, 0, 0, 0}), 30);
  EXPECT_FLOAT_EQ(logit(cnn, {60, 0, 0, 0, 0, 0, 0, 0}), 265);
  EXPECT_FLOAT_EQ(logit(cnn, {1e30F, 0, 0, 0, 0, 0, 0, 0}), 265);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FLOAT_EQ(logit(cnn, {nan, 1, 0, 0, 0, 0, 0, 0}), 15) << "is the smallest number";
}

TEST(QuantizedCnn, ALayerWithoutWeightsGivesItsBias) {
  FoldedCnn cnn = five_times();
  cnn.blocks[0] = {{0}, {3}};
  EXPECT_FLOAT_EQ(logit(quantize(cnn, plain_sensor(), kWhole), {9, 9, 9, 9, 9, 9, 9, 9}), 13);
  cnn.blocks[0] = {{1e-12}, {3}};
  EXPECT_FLOAT_EQ(logit(quantize(cnn, plain_sensor(), kWhole), {9, 9, 9, 9, 9, 9, 9, 9}), 13);
  cnn.blocks[0] = {{0}, {-3}};
  EXPECT_FLOAT_EQ(logit(quantize(cnn, plain_sensor(), kWhole), {9, 9, 9, 9, 9, 9, 9, 9}), 10) << "always 0";
}

TEST(QuantizedCnn, ItSaysAlmostWhatTheOriginalSays) {
  const ModelFile model = testing::utd_sized_model();
  const SensorInput& sensor = *model.sensor;
  const FoldedCnn cnn = fold_sensor_cnn(model);
  const QuantizedCnn quantized = quantize(cnn, sensor, testing::drawn_windows(sensor, 50, 1));
  const SensorNetwork network(cnn);
  SensorNetwork::Workspace work = network.make_workspace();
  const std::vector<float> windows = testing::drawn_windows(sensor, 20, 2);
  const std::size_t size = windows.size() / 20;
  double error = 0, spread = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    std::vector<float> x(windows.begin() + i * size, windows.begin() + (i + 1) * size), embedding(300), logits(27);
    const std::vector<float> found = logits_of(quantized, x);
    for (std::size_t at = 0; at < size; ++at) {
      x[at] = (x[at] - sensor.mean[at / sensor.frames]) / sensor.deviation[at / sensor.frames];
    }
    network.forward(x.data(), 1, embedding.data(), logits.data(), work);
    double mean = 0;
    for (const float one : logits) mean += one / 27;
    for (std::size_t k = 0; k < 27; ++k) {
      error += std::pow(found[k] - logits[k], 2);
      spread += std::pow(logits[k] - mean, 2);
    }
  }
  EXPECT_LT(std::sqrt(error / spread), 0.05);
}

TEST(QuantizedCnn, WeightsTakeAQuarterOfTheBytes) {
  const ModelFile model = testing::utd_sized_model();
  const FoldedCnn cnn = fold_sensor_cnn(model);
  const QuantizedCnn quantized = quantize(cnn, *model.sensor, testing::drawn_windows(*model.sensor, 1, 1));
  // 48, 72, 96 and 96 channels of 7 frames, 4 parts of 96 channels to 300 numbers, these to 27 classes
  const std::size_t weights = 7 * (3 * 48 + 48 * 72 + 72 * 96 + 96 * 96) + 4 * 96 * 300 + 300 * 27;
  const std::size_t outputs = 48 + 72 + 96 + 96 + 300 + 27;
  EXPECT_EQ(weight_bytes(cnn), 4 * (weights + outputs));
  EXPECT_EQ(weight_bytes(quantized), weights + 8 * outputs);
}

TEST(QuantizedCnn, WhatCannotBeCalibratedOrWrittenIsRefused) {
  const auto expect = [](ErrorKind kind, const FoldedCnn& cnn, const std::vector<float>& windows, const char* message) {
    EXPECT_THAT(testing::refusal(kind, [&] { quantize(cnn, plain_sensor(), windows); }), HasSubstr(message));
  };
  expect(ErrorKind::data, five_times(), {}, "no window to calibrate on");
  std::vector<float> infinite = kWhole;
  infinite[3] = std::numeric_limits<float>::infinity();
  expect(ErrorKind::data, five_times(), infinite, "numbers that are not finite");
  FoldedCnn wide = five_times();
  wide.segments = 40'000;  // as many products of up to 127 * 255
  wide.semantic.weights.assign(40'000, 1);
  expect(ErrorKind::checkpoint, wide, kWhole, "a layer of 40000 inputs is too wide for 8-bit integers");
}

}  // namespace
}  // namespace pskd::deploy
