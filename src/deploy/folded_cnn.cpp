#include "deploy/folded_cnn.hpp"

#include <string>
#include <utility>

#include "pskd/config/models.hpp"

namespace pskd::deploy {
namespace {

/// The convolution [out, in, kernel] and the norm behind it; its rows are `kernel` frames of `in` channels.
FoldedWeights take_block(NetworkWeights& weights, const std::string& branch, std::size_t block, int in, int out,
                         int kernel) {
  const std::string number = std::to_string(block);
  const std::vector<double> taps = weights.take(branch + "convolutions." + number + ".weight", {out, in, kernel});
  return fold(transposed(taps, out, in, kernel), take_norm(weights, branch + "norms." + number, out));
}

/// The semantic layer and its norm. Its inputs are the channels of one part of time after the other; in training they
/// are the parts of one channel after the other.
FoldedWeights take_semantic(NetworkWeights& weights, const std::string& branch, int channels, int segments,
                            int embedding) {
  const std::vector<double> rows = weights.take(branch + "head.semantic.weight", {embedding, channels * segments});
  return fold(transposed(rows, embedding, channels, segments), take_norm(weights, branch + "head.norm", embedding));
}

}  // namespace

FoldedWeights take_classifier(NetworkWeights& weights, const std::string& branch, int embedding, int classes) {
  return {weights.take(branch + "head.classifier.weight", {classes, embedding}),
          weights.take(branch + "head.classifier.bias", {classes})};
}

FoldedCnn fold_sensor_branch(NetworkWeights& weights, const std::string& branch, const nlohmann::json& options,
                             const SensorInput& sensor, int classes) {
  const int width = network_option(options, "width", config::kMaxWidth);
  const int embedding = network_option(options, "embedding", config::kMaxEmbedding);
  FoldedCnn cnn;
  cnn.kernel = kernel_option(options);
  cnn.segments = network_option(options, "segments", config::kMaxSegments);
  cnn.shapes.push_back({static_cast<int>(sensor.channels.size()), sensor.frames});
  const auto widths = config::cnn_channels(width);
  for (std::size_t block = 0; block < widths.size(); ++block) {
    const auto [channels, frames] = cnn.shapes.back();
    cnn.blocks.push_back(take_block(weights, branch, block, channels, widths[block], cnn.kernel));
    cnn.shapes.push_back({widths[block], block + 1 < widths.size() ? frames / 2 : frames});
  }
  if (cnn.shapes.back().frames == 0) refuse_network("its sensor: frames: expected at least 8");
  cnn.semantic = take_semantic(weights, branch, cnn.shapes.back().channels, cnn.segments, embedding);
  cnn.classifier = take_classifier(weights, branch, embedding, classes);
  return cnn;
}

FoldedCnn fold_sensor_cnn(const ModelFile& model) {
  if (model.network != config::SensorCnnConfig::kName || !model.sensor) {
    refuse_network(
        "its network is " + model.network + ", and only " + config::SensorCnnConfig::kName +
        " can be used without LibTorch; `pskd predict` asks one that sees the skeleton about a folder of recordings, "
        "and `pskd export --format onnx` writes it for other runtimes");
  }
  NetworkWeights weights(model);
  FoldedCnn cnn = fold_sensor_branch(weights, "", model.options, *model.sensor, static_cast<int>(model.classes.size()));
  weights.require_all_taken();
  return cnn;
}

}  // namespace pskd::deploy
