#include "deploy/recognizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/random.hpp"
#include "deploy/drawn_network.hpp"
#include "deploy/folded_layer.hpp"
#include "deploy/small_model.hpp"
#include "pskd/config/models.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;
using testing::content_of;
using testing::drawn_network;
using testing::manifest_of;
using testing::small_manifest;
using testing::small_model;
using testing::small_weights;

constexpr double kTolerance = 1e-4;

/// The largest difference of a logit or an embedding on `count` random windows.
double difference(const config::SensorCnnConfig& config, const model::DataShape& shape, int count) {
  const auto network = drawn_network(config, shape);
  Recognizer recognizer = recognizer_of(model_of(content_of(manifest_of(config, shape), *network), "it"), "it");
  const torch::Tensor windows = torch::randn({count, shape.sensor_frames, shape.sensor_channels});
  const torch::NoGradGuard no_grad;
  const model::Output expected = network->forward({{}, windows.transpose(1, 2).contiguous()});
  std::vector<Window> spans;
  const auto size = static_cast<std::size_t>(shape.sensor_frames) * shape.sensor_channels;
  for (int i = 0; i < count; ++i) spans.emplace_back(windows.data_ptr<float>() + i * size, size);
  const std::vector<Decision> decisions = recognizer.classify(spans);
  double largest = 0;
  const auto compare = [&](const std::vector<float>& found, const torch::Tensor& row) {
    ASSERT_EQ(static_cast<std::int64_t>(found.size()), row.size(0));
    for (std::size_t k = 0; k < found.size(); ++k) {
      const double gap = std::abs(found[k] - row[static_cast<std::int64_t>(k)].item<float>());
      largest = std::isfinite(gap) ? std::max(largest, gap) : std::numeric_limits<double>::infinity();
    }
  };
  for (int i = 0; i < count; ++i) {
    compare(decisions[i].logits, expected.logits[i]);
    compare(decisions[i].embedding, expected.embedding[i]);
    EXPECT_EQ(decisions[i].label, expected.logits[i].argmax().item<int>());
  }
  return largest;
}

// width, kernel, segments, embedding; channels, frames, classes
TEST(RecognizerTest, SaysWhatTheNetworkInLibTorchSays) {
  const auto shape = [](int channels, int frames, int classes) {
    return model::DataShape{channels, frames, 16, data::topology("kinect-20"), classes};
  };
  EXPECT_LT(difference({48, 7, 4, 300, 0, 0}, shape(3, 128, 27), 9), kTolerance) << "the student";
  EXPECT_LT(difference({96, 7, 4, 300, 0, 0}, shape(3, 128, 27), 3), kTolerance) << "the sensor teacher";
  EXPECT_LT(difference({5, 3, 3, 7, 0, 0}, shape(6, 37, 2), 2), kTolerance) << "sizes that fit no vector";
  EXPECT_LT(difference({17, 1, 1, 49, 0, 0}, shape(1, 8, 50), 1), kTolerance) << "a single frame is left to pool";
  EXPECT_LT(difference({4, 9, 5, 16, 0, 0}, shape(12, 41, 3), 17), kTolerance) << "parts of time that overlap";
}

TEST(RecognizerTest, IsThereForEveryModelOrSaysThatItIsNot) {
  const auto build = [](const config::ModelConfig& config) {
    Json manifest = small_manifest();
    manifest["model"]["model"]["name"] = config::model_name(config);
    TensorFile content =
        content_of(manifest, *model::make_network(config, {3, 37, 16, data::topology("kinect-20"), 3}, 1));
    return recognizer_of(model_of(content, "it"), "it");
  };
  EXPECT_NO_THROW(build(config::SensorCnnConfig{6, 5, 3, 10, 0.3, 0.3}));
  for (const config::ModelConfig& config :
       {config::ModelConfig(config::SkeletonGcnConfig{}), config::ModelConfig(config::FusedConfig{})}) {
    const std::string name = config::model_name(config);
    EXPECT_THAT(testing::refusal(ErrorKind::checkpoint, [&] { build(config); }),
                HasSubstr("it: its network is " + name + ", and only sensor-cnn can be used without LibTorch"));
  }
  EXPECT_THAT(config::model_names(), ElementsAre("skeleton-gcn", "sensor-cnn", "fused")) << "a new one belongs above";
}

std::vector<float> drawn_window(std::size_t samples, std::uint64_t key) {
  RandomStream stream(key);
  std::vector<float> values(3 * samples);
  for (float& value : values) value = static_cast<float>(stream.normal());
  return values;
}

TEST(RecognizerTest, TakesWindowsOfAnyLengthAndOneAsWellAsMany) {
  Recognizer recognizer = recognizer_of(small_model(), "it");
  std::vector<std::vector<float>> samples;
  for (std::size_t length = 2; length < 200; length += 9) samples.push_back(drawn_window(length, length));
  const std::vector<Decision> all = recognizer.classify({samples.begin(), samples.end()});
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Decision one = recognizer.classify(samples[i]);
    EXPECT_EQ(one.probabilities, all[i].probabilities) << samples[i].size() / 3 << " samples";
    EXPECT_NEAR(std::accumulate(one.probabilities.begin(), one.probabilities.end(), 0.0), 1, 1e-6);
    EXPECT_EQ(one.label, std::max_element(one.logits.begin(), one.logits.end()) - one.logits.begin());
  }
}

TEST(RecognizerTest, BelowTheThresholdTheAnswerIsNone) {
  const std::vector<float> window = drawn_window(60, 1);
  const Decision plain = recognizer_of(small_model(), "it").classify(window);
  EXPECT_FALSE(plain.is_none) << "without a rule";
  EXPECT_NEAR(plain.confidence, plain.probabilities[static_cast<std::size_t>(plain.label)], 1e-6);
  const auto decide = [&](double temperature, double threshold) {
    ModelFile model = small_model();
    model.none = {temperature, threshold};
    return recognizer_of(model, "it").classify(window);
  };
  const double cooler = decide(2, 0).confidence;
  EXPECT_LT(cooler, plain.confidence);
  EXPECT_FALSE(decide(2, cooler - 1e-6).is_none);
  EXPECT_TRUE(decide(2, cooler + 1e-6).is_none);
  EXPECT_EQ(decide(2, 1).probabilities, plain.probabilities) << "which stay those of the network";
  EXPECT_EQ(decide(2, 1).label, plain.label);
}

TEST(RecognizerTest, WhereTheNetworkOverflowsTheAnswerIsNone) {
  ModelFile model = small_model();
  model.none = {1, 0.1};
  const Decision decision = recognizer_of(model, "it").classify(std::vector<float>(3 * 60, 3e38F));
  EXPECT_TRUE(std::isnan(decision.confidence)) << decision.confidence;
  EXPECT_TRUE(decision.is_none);
}

TEST(FoldedLayerTest, NanStaysNanWhereverItIsInAPair) {
  const FoldedLayer layer({1}, {0});
  const float nan = std::nanf("");
  const std::vector<float> rows = {nan, 1, 1, nan, -1, -2, 1, 3};
  std::vector<float> all(8), pairs(4);
  layer.apply(rows.data(), 1, 8, Finish::relu, all.data());
  layer.apply(rows.data(), 1, 8, Finish::relu_pool, pairs.data());
  const auto is_nan = ::testing::IsNan();
  EXPECT_THAT(all, ElementsAre(is_nan, 1, 1, is_nan, 0, 0, 1, 3));
  EXPECT_THAT(pairs, ElementsAre(is_nan, is_nan, 0, 3));
}

TEST(RecognizerTest, ACopyIsAnotherThatSaysTheSame) {
  Recognizer recognizer = recognizer_of(small_model(), "it");
  Recognizer copy = recognizer;
  const std::vector<float> window = drawn_window(60, 1), other = drawn_window(20, 2);
  const Decision before = copy.classify(window);
  recognizer.classify(other);
  recognizer = copy;
  EXPECT_EQ(recognizer.classify(window).logits, before.logits);
  EXPECT_EQ(recognizer.channels(), std::vector<std::string>({"ax", "ay", "az"}));
  EXPECT_EQ(recognizer.embedding_size(), 10);
}

TEST(RecognizerTest, RefusesWindowsThatAreNone) {
  Recognizer recognizer = recognizer_of(small_model(), "it");
  const auto refused = [&](std::vector<float> window) {
    return testing::refusal(ErrorKind::data, [&] { recognizer.classify(window); });
  };
  EXPECT_THAT(refused({}), HasSubstr("expected at least 2 samples"));
  EXPECT_THAT(refused({0, 0, 1}), HasSubstr("expected at least 2 samples"));
  EXPECT_THAT(refused({0, 0, 1, 0, 0, 1, 0}), HasSubstr("expected 3 values a sample, found 7 values in all"));
  EXPECT_THAT(refused({0, 0, 1, 0, std::nanf(""), 1}), HasSubstr("sample 2, channel ay"));
}

TEST(RecognizerTest, RefusesWeightsThatAreNotThoseOfTheOptions) {
  const auto refused = [](const ModelFile& model) {
    return testing::refusal(ErrorKind::checkpoint, [&] { recognizer_of(model, "it"); });
  };
  for (const auto& [name, tensor] : small_weights()) {
    if (name.ends_with("num_batches_tracked")) continue;
    ModelFile without = small_model(), shaped = small_model();
    without.weights.erase(name);
    EXPECT_THAT(refused(without), HasSubstr("it: holds no '" + name + "'"));
    shaped.weights[name].shape.push_back(1);
    EXPECT_THAT(refused(shaped), HasSubstr("holds no '" + name + "' of the network's shape"));
  }
  ModelFile more = small_model();
  more.weights["head.code"] = {Dtype::f32, {}, std::string(4, '\0')};
  EXPECT_THAT(refused(more), HasSubstr("holds 'head.code', which the network does not have"));
  ModelFile option = small_model();
  option.options["kernel"] = 4U;
  EXPECT_THAT(refused(option), HasSubstr("kernel: expected an odd number"));
  option.options["kernel"] = 1'000'001U;
  EXPECT_THAT(refused(option), HasSubstr("kernel: expected a whole number of 1 .. 999"));
  ModelFile few = small_model();
  few.sensor->frames = 7;
  EXPECT_THAT(refused(few), HasSubstr("frames: expected at least 8"));
}

}  // namespace
}  // namespace pskd::deploy
