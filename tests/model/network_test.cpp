#include <ATen/record_function.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/fused.hpp"
#include "model/summary.hpp"
#include "pskd/base/error.hpp"
#include "pskd/model/registry.hpp"

namespace pskd::model {
namespace {

using ::testing::HasSubstr;

DataShape utd_shape() { return {3, 128, 64, data::topology("kinect-20"), 27}; }

template <class... Models>
std::vector<config::ModelConfig> defaults(const std::variant<Models...>&) {
  return {Models{}...};
}
const std::vector<config::ModelConfig> kModels = defaults(config::ModelConfig{});

TEST(Network, GivesAnEmbeddingAndLogitsForEachClip) {
  for (const config::ModelConfig& model : kModels) {
    const auto network = make_network(model, utd_shape(), 1);
    const Output output = network->forward(example_input(utd_shape(), 5));
    EXPECT_EQ(output.embedding.sizes(), torch::IntArrayRef({5, embedding_size(model)})) << config::model_name(model);
    EXPECT_EQ(output.logits.sizes(), torch::IntArrayRef({5, 27})) << config::model_name(model);
  }
}

TEST(Network, IsDrawnFromItsKeyOnly) {
  for (const config::ModelConfig& model : kModels) {
    const auto first = make_network(model, utd_shape(), 1)->parameters();
    torch::manual_seed(99);
    const auto again = make_network(model, utd_shape(), 1)->parameters();
    const auto other = make_network(model, utd_shape(), 2)->parameters();
    bool differs = false;
    for (std::size_t i = 0; i < first.size(); ++i) {
      EXPECT_TRUE(torch::equal(first[i], again[i])) << config::model_name(model);
      differs |= !torch::equal(first[i], other[i]);
    }
    EXPECT_TRUE(differs) << config::model_name(model);
  }
}

TEST(Network, AnswersClipByClipOnceTrained) {
  for (const config::ModelConfig& model : kModels) {
    const torch::NoGradGuard no_grad;
    const auto network = make_network(model, utd_shape(), 1);
    network->eval();
    const Input four = example_input(utd_shape(), 4);
    const Input one{four.skeleton.narrow(0, 2, 1), four.sensor.narrow(0, 2, 1)};
    EXPECT_TRUE(torch::allclose(network->forward(four).logits[2], network->forward(one).logits[0], 1e-4, 1e-4))
        << config::model_name(model);
  }
}

config::StageConfig in_bfloat16(const config::ModelConfig& model) {
  config::StageConfig stage;
  stage.model = model;
  stage.precision = config::Precision::bf16;
  return stage;
}

TEST(Network, InBfloat16AnswersNearlyTheSame) {
  for (const config::ModelConfig& model : kModels) {
    const auto full = make_network(model, utd_shape(), 1), half = make_network(in_bfloat16(model), utd_shape(), 1);
    full->eval();
    half->eval();
    const torch::NoGradGuard no_grad;
    const Input input = example_input(utd_shape(), 8);
    const Output exact = full->forward(input), rounded = half->forward(input);
    EXPECT_EQ(rounded.logits.scalar_type(), torch::kFloat32) << config::model_name(model);
    const double error = (rounded.embedding - exact.embedding).norm().item<double>();
    EXPECT_GT(error, 0) << config::model_name(model) << ": does it compute in bfloat16 at all?";
    EXPECT_LT(error, 0.02 * exact.embedding.norm().item<double>()) << config::model_name(model);
  }
}

TEST(Network, InBfloat16KeepsItsParametersAndGradientsInFloat) {
  for (const config::ModelConfig& model : kModels) {
    const auto network = make_network(in_bfloat16(model), utd_shape(), 1);
    network->forward(example_input(utd_shape(), 4)).logits.square().sum().backward();
    for (const auto& item : network->named_parameters()) {
      EXPECT_EQ(item.value().scalar_type(), torch::kFloat32) << item.key();
      if (!item.value().requires_grad()) continue;
      EXPECT_EQ(item.value().grad().scalar_type(), torch::kFloat32) << item.key();
    }
  }
}

TEST(Student, FitsAWatch) {
  EXPECT_LE(count_parameters(*make_network(config::SensorCnnConfig{}, utd_shape(), 1)), 300'000);
}

TEST(SegmentPooling, SeesTheOrderOfEvents) {
  const torch::Tensor early = torch::tensor({{{1.0F, 1.0F, 0.0F, 0.0F}}}), late = early.flip(2);
  EXPECT_TRUE(torch::equal(pool_segments(early, 1), pool_segments(late, 1)));
  EXPECT_FALSE(torch::equal(pool_segments(early, 2), pool_segments(late, 2)));
}

TEST(Adjacency, IsSelfParentAndChildrenWithRowsThatSumToOneOrZero) {
  const torch::Tensor adjacency = skeleton_adjacency(data::topology("kinect-20"));
  EXPECT_TRUE(torch::equal(adjacency[0], torch::eye(20)));
  EXPECT_EQ(adjacency[1][6][5].item<float>(), 1) << "the parent of the left wrist is the left elbow";
  EXPECT_FLOAT_EQ(adjacency[2][1][4].item<float>(), 0.25F) << "one of the shoulder center's four children";
  const torch::Tensor sums = adjacency.sum(2);
  EXPECT_TRUE((sums.isclose(torch::ones_like(sums)) | sums.eq(0)).all().item<bool>());
}

TEST(GraphConvolution, IsTheSumOverSubsetsOfItsFormula) {
  torch::manual_seed(5);
  const torch::Tensor adjacency = torch::rand({3, 20, 20});
  GraphConvolution layer(4, 6, adjacency);
  const torch::Tensor x = torch::randn({2, 4, 5, 20});
  const torch::Tensor weights = layer->named_parameters()["weights.weight"];  // [C', C, 1, K]
  const torch::Tensor expected = torch::einsum("dck,kvu,nctu->ndtv", {weights.squeeze(2), adjacency, x});
  EXPECT_TRUE(torch::allclose(layer(x.contiguous(torch::MemoryFormat::ChannelsLast)), expected, 1e-4, 1e-4));
}

TEST(SemanticHead, DropsAShareWhileTrainingAndScalesTheRest) {
  torch::manual_seed(6);
  SemanticHead head(1, 200, 200, 0, 0.3);
  const torch::NoGradGuard no_grad;
  head->named_parameters()["classifier.weight"].copy_(torch::eye(200));
  head->named_parameters()["classifier.bias"].zero_();
  const torch::Tensor ones = torch::ones({100, 200});
  const torch::Tensor found = head->classify(ones), dropped = found.eq(0);
  EXPECT_NEAR(dropped.to(torch::kFloat32).mean().item<double>(), 0.3, 0.02);
  EXPECT_TRUE(found.masked_select(~dropped).allclose(torch::full({1}, 1 / 0.7)));
  EXPECT_FALSE(head->classify(ones).eq(0).equal(dropped)) << "drawn anew each time";
  head->eval();
  EXPECT_TRUE(head->classify(ones).equal(ones));
}

TEST(SkeletonGcn, SeesOnlyTheStreamsOfItsConfig) {
  config::SkeletonGcnConfig joints;
  joints.streams = {config::SkeletonStream::joint};
  const auto network = make_network(joints, utd_shape(), 1);
  network->eval();
  Input input = example_input(utd_shape(), 2);
  const torch::Tensor before = network->forward(input).logits;
  input.skeleton.narrow(1, 3, 6).zero_();  // bone and motion
  EXPECT_TRUE(torch::equal(network->forward(input).logits, before));
  input.skeleton.zero_();
  EXPECT_FALSE(torch::equal(network->forward(input).logits, before));
}

TEST(Fused, StartsAsTheSkeletonTeacherWhichStaysFrozen) {
  const auto teacher = make_network(config::SkeletonGcnConfig{}, utd_shape(), 1);
  const auto network = make_network(config::FusedConfig{}, utd_shape(), 2);
  start_from(*network, *teacher);
  network->train();
  const auto taken = network->named_parameters(), given = teacher->named_parameters();
  for (const auto& item : given) {
    EXPECT_TRUE(torch::equal(taken["skeleton." + item.key()], item.value())) << item.key();
    EXPECT_FALSE(taken["skeleton." + item.key()].requires_grad()) << item.key();
  }
  EXPECT_TRUE(torch::equal(taken["sensor.head.classifier.weight"], given["head.classifier.weight"]));
  const torch::Tensor before = network->named_buffers()["skeleton.input_norm.running_mean"].clone();
  network->forward(example_input(utd_shape(), 4));
  EXPECT_TRUE(torch::equal(network->named_buffers()["skeleton.input_norm.running_mean"], before))
      << "not even its statistics move";
}

TEST(Fused, RefusesATeacherOfAnotherShapeAndNamesTheLayer) {
  config::SkeletonGcnConfig wide;
  wide.width = 32;
  const auto teacher = make_network(wide, utd_shape(), 1);
  const auto network = make_network(config::FusedConfig{}, utd_shape(), 2);
  try {
    start_from(*network, *teacher);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::config);
    EXPECT_THAT(error.what(), HasSubstr("blocks.0"));
  }
}

TEST(Fused, IsItsTeachersBranchInTheSamePrecisionOnly) {
  const auto teacher = make_network(config::SkeletonGcnConfig{}, utd_shape(), 1);
  const auto network = make_network(config::FusedConfig{}, utd_shape(), 2);
  start_from(*network, *teacher);
  const auto& fused = dynamic_cast<const Fused&>(*network);
  EXPECT_TRUE(fused.branch_equals(*teacher));
  teacher->use_bfloat16();
  EXPECT_FALSE(fused.branch_equals(*teacher)) << "its answers are others";
}

TEST(Summary, CountsWhatAHandCountGives) {
  const auto network = make_network(config::SensorCnnConfig{}, utd_shape(), 1);
  const NetworkSummary summary = summarize_network(*network, example_input(utd_shape(), 1));
  // Four convolutions of 7 samples: 3 -> 48 -> 72 -> 96 -> 96 channels at 128, 64, 32 and 16 samples; then 384 -> 300
  // -> 27.
  const std::vector<std::int64_t> macs = {3 * 48 * 7 * 128, 48 * 72 * 7 * 64, 72 * 96 * 7 * 32,
                                          96 * 96 * 7 * 16, 384 * 300,        300 * 27};
  ASSERT_EQ(summary.layers.size(), macs.size());
  for (std::size_t i = 0; i < macs.size(); ++i) EXPECT_EQ(summary.layers[i].macs, macs[i]) << summary.layers[i].name;
  EXPECT_EQ(summary.layers[0].parameters, 3 * 48 * 7);
  EXPECT_EQ(summary.layers[5].parameters, 300 * 27 + 27);
  EXPECT_EQ(summary.layers[0].name, "convolutions.0");
  EXPECT_EQ(summary.parameters, count_parameters(*network));
}

TEST(Summary, RecordsNothingMoreWhereTheNetworkThrows) {
  const auto network = make_network(config::SensorCnnConfig{}, utd_shape(), 1);
  EXPECT_ANY_THROW(summarize_network(*network, {{}, torch::zeros({1, 4, 128})})) << "it has three channels";
  EXPECT_FALSE(at::hasThreadLocalCallbacks());
}

TEST(Summary, CountsTheMixingOfJointsAndNamesItsLayers) {
  const auto network = make_network(config::SkeletonGcnConfig{}, utd_shape(), 1);
  const NetworkSummary summary = summarize_network(*network, example_input(utd_shape(), 1));
  // The first block: 9 channels of 64 frames and 20 joints, by 3 subsets; then 3 * 9 -> 24 channels, and 5 frames of
  // 24 -> 24 channels in every other frame.
  const std::vector<std::int64_t> macs = {9 * 64 * 20 * 3 * 20, 27 * 24 * 64 * 20, 24 * 24 * 5 * 32 * 20};
  const std::vector<std::string> names = {"blocks.0.graph", "blocks.0.graph", "blocks.0.temporal"};
  ASSERT_GE(summary.layers.size(), macs.size());
  for (std::size_t i = 0; i < macs.size(); ++i) {
    EXPECT_EQ(summary.layers[i].macs, macs[i]) << i;
    EXPECT_EQ(summary.layers[i].name, names[i]) << i;
  }
  EXPECT_EQ(summary.layers[1].parameters, 27 * 24);
  // 96 channels, each the mean of 5 parts in 8 segments, written as shares of all 8 frames and 20 joints.
  const auto pooling = std::find_if(summary.layers.begin(), summary.layers.end(),
                                    [](const LayerSummary& layer) { return layer.operation == "pooling"; });
  ASSERT_NE(pooling, summary.layers.end());
  EXPECT_EQ(pooling->macs, 96 * 5 * 8 * 8 * 20);
}

}  // namespace
}  // namespace pskd::model
