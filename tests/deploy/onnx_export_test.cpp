// What `pskd export --format onnx` writes of every network, held to LibTorch.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "deploy/drawn_network.hpp"
#include "deploy/model_file.hpp"
#include "pskd/data/topology.hpp"
#include "signal/skeleton.hpp"
#include "support/onnxruntime.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::deploy {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kClips = 4;
constexpr int kSensorFrames = 41, kPoses = 19;

Json options_of(const config::SkeletonGcnConfig& config) {
  Json streams = Json::array();
  for (const config::SkeletonStream stream : config.streams) streams.push_back(config::word(stream));
  return {{"name", "skeleton-gcn"},       {"streams", streams},      {"width", config.width},
          {"blocks", config.blocks},      {"kernel", config.kernel}, {"segments", config.segments},
          {"embedding", config.embedding}};
}

Json manifest_of_any(const config::ModelConfig& config, const model::DataShape& shape) {
  const auto* fused = std::get_if<config::FusedConfig>(&config);
  const auto* sensor = fused != nullptr ? &fused->sensor : std::get_if<config::SensorCnnConfig>(&config);
  Json manifest = testing::manifest_of(sensor != nullptr ? *sensor : config::SensorCnnConfig{}, shape);
  Json& said = manifest["model"];
  const data::Topology& topology = shape.topology;
  if (fused != nullptr) {
    said["model"] = {{"name", "fused"}, {"skeleton", options_of(fused->skeleton)}, {"sensor", said["model"]}};
  } else if (const auto* gcn = std::get_if<config::SkeletonGcnConfig>(&config)) {
    said["model"] = options_of(*gcn);
    said.erase("sensor");
  }
  if (sensor == nullptr || fused != nullptr) {
    said["skeleton"] = {
        {"frames", shape.skeleton_frames},
        {"topology",
         {{"parents", topology.parents}, {"center", topology.center}, {"dimensions", topology.dimensions}}}};
  }
  return manifest;
}

/// Positions [clips, frames, V, 3] in meters, and the streams that a network sees of them.
struct Poses {
  torch::Tensor positions, streams;
};

Poses drawn_poses(const data::Topology& topology) {
  const auto joints = static_cast<std::int64_t>(topology.joints.size());
  Poses poses{torch::randn({kClips, kPoses, joints, 3}),
              torch::empty({kClips, signal::kStreamChannels, kPoses, joints})};
  for (std::int64_t clip = 0; clip < kClips; ++clip) {
    const torch::Tensor one = poses.positions[clip];
    data::Frames frames = Eigen::Map<const data::Frames>(one.data_ptr<float>(), kPoses, 3 * joints);
    signal::center_poses(frames, topology);
    const torch::Tensor seen = poses.streams[clip];
    signal::write_streams(frames, topology, {seen.data_ptr<float>(), static_cast<std::size_t>(seen.numel())});
  }
  return poses;
}

/// Prints the logits and the embedding of each clip whose inputs lie in the files of their names.
constexpr const char* kScript = R"(
import numpy, onnxruntime
session = onnxruntime.InferenceSession("it.onnx", providers=["CPUExecutionProvider"])
inputs = {one.name: numpy.fromfile(one.name, dtype="<f4").reshape(-1, *one.shape[1:]) for one in session.get_inputs()}
for logits, embedding in zip(*session.run(["logits", "embedding"], inputs)):
    print(*("%.9g" % one for one in (*logits, *embedding)))
)";

void write_floats(const std::filesystem::path& file, const torch::Tensor& tensor) {
  std::ofstream(file, std::ios::binary).write(static_cast<const char*>(tensor.data_ptr()), tensor.numel() * 4);
}

/// The largest difference of a number of onnxruntime from that of LibTorch.
double difference(const config::ModelConfig& config, const std::string& skeleton) {
  const model::DataShape shape{3, kSensorFrames, kPoses, data::topology(skeleton), 5};
  const auto network = testing::drawn_network(config, shape);
  const testing::TemporaryFolder folder;
  const TensorFile content = testing::content_of(manifest_of_any(config, shape), *network);
  const ModelFile model = model_of(content, "it");
  write_model_file(folder / "it.pskd", model.manifest, model.weights);
  const auto written = testing::run_program("export " + (folder / "it.pskd").string() + " --format onnx --out " +
                                            (folder / "it.onnx").string());
  EXPECT_EQ(written.code, 0) << written.output;
  const Poses poses = drawn_poses(shape.topology);
  const torch::Tensor sensor = torch::randn({kClips, 3, kSensorFrames});
  write_floats(folder / "skeleton", poses.positions);
  write_floats(folder / "sensor", sensor);
  std::ofstream(folder / "script.py") << kScript;
  const auto ran =
      testing::run_command("cd " + folder.path().string() + " && " + testing::python_with_onnxruntime() + " script.py");
  EXPECT_EQ(ran.code, 0) << ran.output;
  const torch::NoGradGuard no_grad;
  const model::Output expected = network->forward({poses.streams, sensor});
  const torch::Tensor numbers = torch::cat({expected.logits, expected.embedding}, 1).contiguous();
  std::istringstream found(ran.output);
  double largest = 0;
  for (std::int64_t i = 0; i < numbers.numel(); ++i) {
    double value = std::nan("");
    found >> value;
    const double gap = std::abs(value - numbers.data_ptr<float>()[i]);
    largest = std::isfinite(gap) ? std::max(largest, gap) : std::numeric_limits<double>::infinity();
  }
  return largest;
}

TEST(OnnxExport, OfEveryNetworkComputesWhatLibTorchComputes) {
  if (testing::python_with_onnxruntime().empty()) {
    GTEST_SKIP() << "python3 with onnxruntime is absent: tools/setup.sh --onnxruntime";
  }
  using config::SkeletonStream;
  constexpr double kTolerance = 1e-4;
  config::SkeletonGcnConfig gcn;
  gcn.width = 6;
  gcn.segments = 3;
  gcn.embedding = 10;
  config::SkeletonGcnConfig other = gcn;
  other.streams = {SkeletonStream::motion, SkeletonStream::joint};
  other.blocks = 2;
  other.kernel = 3;
  other.segments = 7;
  const config::SensorCnnConfig cnn{5, 3, 3, 10, 0, 0};
  EXPECT_LT(difference(gcn, "kinect-20"), kTolerance);
  EXPECT_LT(difference(other, "coco-17"), kTolerance) << "poses in two dimensions, parts of time that overlap";
  EXPECT_LT(difference(cnn, "kinect-20"), kTolerance);
  EXPECT_LT(difference(config::FusedConfig{gcn, cnn}, "mhad-30"), kTolerance);
  EXPECT_EQ(config::model_names().size(), 3U) << "a new one belongs above";
}

TEST(OnnxExport, RefusesWeightsThatAreNotThoseOfTheNetwork) {
  const model::DataShape shape{3, kSensorFrames, kPoses, data::topology("kinect-20"), 5};
  config::SkeletonGcnConfig gcn;
  gcn.width = 6;
  const auto network = testing::drawn_network(gcn, shape);
  Json manifest = manifest_of_any(gcn, shape);
  const testing::TemporaryFolder folder;
  const auto expect = [&](const Json& said, const std::string& message) {
    const ModelFile model = model_of(testing::content_of(said, *network), "it");
    write_model_file(folder / "it.pskd", model.manifest, model.weights);
    const auto refused = testing::run_program("export " + (folder / "it.pskd").string() + " --format onnx --out " +
                                              (folder / "it.onnx").string());
    EXPECT_EQ(refused.code, 5) << refused.output;
    EXPECT_NE(refused.output.find(message), std::string::npos) << refused.output;
    EXPECT_FALSE(std::filesystem::exists(folder / "it.onnx"));
  };
  manifest["model"]["model"]["blocks"] = 5;
  expect(manifest, "holds 'blocks.5.graph.adjacency', which the network does not have");
  manifest["model"]["model"]["blocks"] = 6;
  manifest["model"]["skeleton"]["topology"]["parents"] = {-1, 7};
  expect(manifest, "it.pskd: its skeleton: parents: no such joint");
  manifest["model"].erase("skeleton");
  expect(manifest, "its network is skeleton-gcn: expected model.skeleton, found none");
}

}  // namespace
}  // namespace pskd::deploy
