#include "deploy/onnx/onnx_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/random.hpp"
#include "deploy/recognizer.hpp"
#include "deploy/small_model.hpp"
#include "support/onnxruntime.hpp"
#include "support/refusal.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::deploy {
namespace {

using ::testing::HasSubstr;
using testing::small_model;

onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  return model;
}

std::string shape_text(const onnx::ValueInfoProto& value) {
  std::string shape;
  for (const auto& one : value.type().tensor_type().shape().dim()) {
    shape += (one.has_dim_param() ? one.dim_param() : std::to_string(one.dim_value())) + " ";
  }
  return shape;
}

TEST(OnnxModelTest, PassesTheCheckerAndHoldsTheShapesThatFollow) {
  const onnx::ModelProto model = parsed(onnx_model(small_model()));
  EXPECT_NO_THROW(onnx::checker::check_model(model));
  std::map<std::string, std::string> shapes;
  for (const auto& value : model.graph().value_info()) shapes[value.name()] = shape_text(value);
  for (const auto& value : model.graph().input()) shapes[value.name()] = shape_text(value);
  for (const auto& value : model.graph().output()) shapes[value.name()] = shape_text(value);
  EXPECT_EQ(shapes["sensor"], "batch 3 37 ");
  EXPECT_EQ(shapes["block0_pooled"], "batch 6 18 ");
  EXPECT_EQ(shapes["block3_rectified"], "batch 12 4 ");
  EXPECT_EQ(shapes["features"], "batch 36 ");
  EXPECT_EQ(shapes["embedding"], "batch 10 ");
  EXPECT_EQ(shapes["probabilities"], "batch 3 ");
}

TEST(OnnxModelTest, HasBatchNormFoldedIntoItsWeights) {
  const onnx::ModelProto model = parsed(onnx_model(small_model()));
  for (const auto& node : model.graph().node()) EXPECT_NE(node.op_type(), "BatchNormalization");
}

TEST(OnnxModelTest, SaysWhatTheModelFileSays) {
  const onnx::ModelProto model = parsed(onnx_model(small_model()));
  EXPECT_EQ(model.opset_import(0).version(), 17);
  EXPECT_EQ(model.producer_name(), "pskd");
  std::map<std::string, nlohmann::json> said;
  for (const auto& entry : model.metadata_props()) said[entry.key()] = nlohmann::json::parse(entry.value());
  EXPECT_EQ(said["channels"], nlohmann::json({"ax", "ay", "az"}));
  EXPECT_EQ(said["rate"], 50);
  EXPECT_EQ(said["frames"], 37);
  EXPECT_EQ(said["units"]["acceleration"], "g");
  EXPECT_EQ(said["classes"], nlohmann::json(small_model().classes));
  EXPECT_EQ(said["manifest"], small_model().manifest);
}

/// Prints the logits of the windows [count, channels, frames] in a file.
constexpr const char* kScript = R"(
import sys, numpy, onnxruntime
session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
_, channels, frames = session.get_inputs()[0].shape
windows = numpy.fromfile("windows", dtype="<f4").reshape(-1, channels, frames)
for batch in windows, windows[:1]:
    for row in session.run(["logits"], {"sensor": batch})[0]:
        print(*("%.9g" % one for one in row))
)";

/// Draws `count` windows, writes them, channel by channel, for the script, and gives the native decisions.
std::vector<Decision> decide_drawn(Recognizer& recognizer, int frames, int count, const std::filesystem::path& file) {
  const std::size_t channels = recognizer.channels().size();
  RandomStream stream(3);
  std::vector<Decision> decisions;
  std::ofstream bytes(file, std::ios::binary);
  for (int window = 0; window < count; ++window) {
    std::vector<float> samples(static_cast<std::size_t>(frames) * channels);
    for (float& value : samples) value = static_cast<float>(stream.normal());
    decisions.push_back(recognizer.classify(samples));
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t t = 0; t < static_cast<std::size_t>(frames); ++t) {
        bytes.write(reinterpret_cast<const char*>(&samples[t * channels + c]), sizeof(float));
      }
    }
  }
  decisions.push_back(decisions.front());  // alone
  return decisions;
}

void expect_the_same_in_onnxruntime(const std::string& python, const ModelFile& model) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "model.onnx", std::ios::binary) << onnx_model(model);
  std::ofstream(folder / "script.py") << kScript;
  Recognizer recognizer = recognizer_of(model, "it");
  const std::vector<Decision> expected = decide_drawn(recognizer, model.sensor->frames, 5, folder / "windows");
  const auto ran = testing::run_command("cd " + folder.path().string() + " && " + python + " script.py");
  ASSERT_EQ(ran.code, 0) << ran.output;
  std::istringstream found(ran.output);
  for (const Decision& one : expected) {
    for (const float logit : one.logits) {
      double value = std::nan("");
      found >> value;
      EXPECT_NEAR(value, logit, 1e-4) << ran.output;
    }
  }
}

/// The small model with another number of parts, which do not divide the frames, and frames.
ModelFile with_parts(int parts, int frames) {
  nlohmann::json manifest = testing::small_manifest();
  manifest["model"]["model"]["segments"] = parts;
  manifest["model"]["sensor"]["frames"] = frames;
  std::map<std::string, StoredTensor> weights = testing::small_weights();
  RandomStream stream(11);
  weights["head.semantic.weight"] = testing::drawn(stream, {10, 12 * parts}, -0.5, 0.5);
  return checked_model(manifest, weights, "it");
}

TEST(OnnxModelTest, IsTheSameInOnnxruntime) {
  const std::string python = testing::python_with_onnxruntime();
  if (python.empty()) GTEST_SKIP() << "python3 with onnxruntime is absent: tools/setup.sh --onnxruntime";
  expect_the_same_in_onnxruntime(python, small_model());
  expect_the_same_in_onnxruntime(python, with_parts(5, 64));
}

TEST(OnnxModelTest, ALayerOrANetworkThatItDoesNotKnowIsRefusedByName) {
  ModelFile more = small_model();
  more.weights["attention.query.weight"] = {Dtype::f32, {1}, std::string(4, '\0')};
  EXPECT_THAT(testing::refusal(ErrorKind::checkpoint, [&] { onnx_model(more); }),
              HasSubstr("holds 'attention.query.weight', which the network does not have"));
  more.network = "transformer";
  EXPECT_THAT(testing::refusal(ErrorKind::checkpoint, [&] { onnx_model(more); }),
              HasSubstr("its network is transformer, which is not known"));
}

}  // namespace
}  // namespace pskd::deploy
