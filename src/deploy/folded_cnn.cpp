#include "deploy/folded_cnn.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "pskd/base/error.hpp"
#include "pskd/config/models.hpp"

namespace pskd::deploy {
namespace {

constexpr double kNormEpsilon = 1e-5;  // of LibTorch's batch norm
constexpr int kBlocks = 4;

[[noreturn]] void refuse(const std::string& problem) { throw Error(ErrorKind::checkpoint, problem); }

int option(const ModelFile& model, const char* name, int most) {
  const auto found = model.options.find(name);
  const bool fits = found != model.options.end() && found->is_number_unsigned() && found->get<std::uint64_t>() >= 1 &&
                    found->get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
  if (!fits) refuse(std::string("its network: ") + name + ": expected a whole number of 1 .. " + std::to_string(most));
  return found->get<int>();
}

config::SensorCnnConfig options_of(const ModelFile& model) {
  if (model.network != config::SensorCnnConfig::kName || !model.sensor) {
    refuse("its network is " + model.network + ", and only " + config::SensorCnnConfig::kName +
           " can be used without its run: `pskd eval RUN --stage " + model.stage + "` uses the others");
  }
  config::SensorCnnConfig options;
  options.width = option(model, "width", 4096);
  options.kernel = option(model, "kernel", 999);
  options.segments = option(model, "segments", 1000);
  options.embedding = option(model, "embedding", 65536);
  if (options.kernel % 2 == 0) refuse("its network: kernel: expected an odd number");
  return options;
}

/// Takes weights by name, of the shape that they must have, and knows which were taken.
class Weights {
 public:
  explicit Weights(const ModelFile& model) : all_(model.weights) {}

  std::vector<double> take(const std::string& name, const std::vector<std::int64_t>& shape) {
    const auto found = all_.find(name);
    if (found == all_.end() || found->second.dtype != Dtype::f32 || found->second.shape != shape) {
      refuse("holds no '" + name + "' of the network's shape");
    }
    taken_.insert(name);
    std::vector<float> numbers(found->second.bytes.size() / sizeof(float));
    if (!numbers.empty()) std::memcpy(numbers.data(), found->second.bytes.data(), found->second.bytes.size());
    return {numbers.begin(), numbers.end()};
  }

  void require_all_taken() const {
    for (const auto& [name, tensor] : all_) {
      const bool counter = name.ends_with(".num_batches_tracked");  // of training
      if (!counter && !taken_.contains(name)) refuse("holds '" + name + "', which the network does not have");
    }
  }

 private:
  const std::map<std::string, StoredTensor>& all_;
  std::set<std::string> taken_;
};

/// Batch norm in use: y = scale x + shift.
struct Norm {
  std::vector<double> scale, shift;
};

Norm take_norm(Weights& weights, const std::string& name, std::int64_t size) {
  Norm norm{weights.take(name + ".weight", {size}), weights.take(name + ".bias", {size})};
  const std::vector<double> mean = weights.take(name + ".running_mean", {size});
  const std::vector<double> variance = weights.take(name + ".running_var", {size});
  for (std::size_t i = 0; i < norm.scale.size(); ++i) {
    if (variance[i] < 0) refuse("'" + name + ".running_var' holds a negative number");
    norm.scale[i] /= std::sqrt(variance[i] + kNormEpsilon);
    norm.shift[i] -= mean[i] * norm.scale[i];
  }
  return norm;
}

/// The convolution [out, in, kernel] and the norm behind it; its rows are `kernel` frames of `in` channels.
FoldedWeights take_block(Weights& weights, int block, int in, int out, int kernel) {
  const std::string number = std::to_string(block);
  const std::vector<double> taps = weights.take("convolutions." + number + ".weight", {out, in, kernel});
  const Norm norm = take_norm(weights, "norms." + number, out);
  std::vector<double> folded(taps.size());
  for (int o = 0; o < out; ++o) {
    for (int c = 0; c < in; ++c) {
      for (int k = 0; k < kernel; ++k) {
        const auto row = static_cast<std::size_t>(o) * in * kernel;
        folded[row + static_cast<std::size_t>(k) * in + c] =
            norm.scale[o] * taps[row + static_cast<std::size_t>(c) * kernel + k];
      }
    }
  }
  return {std::move(folded), norm.shift};
}

/// The semantic layer and its norm. Its inputs are the channels of one part of time after the other; in training they
/// are the parts of one channel after the other.
FoldedWeights take_semantic(Weights& weights, int channels, int segments, int embedding) {
  const std::size_t features = static_cast<std::size_t>(channels) * segments;
  const std::vector<double> rows =
      weights.take("head.semantic.weight", {embedding, static_cast<std::int64_t>(features)});
  const Norm norm = take_norm(weights, "head.norm", embedding);
  std::vector<double> folded(rows.size());
  for (int e = 0; e < embedding; ++e) {
    for (int c = 0; c < channels; ++c) {
      for (int s = 0; s < segments; ++s) {
        folded[e * features + static_cast<std::size_t>(s) * channels + c] =
            norm.scale[e] * rows[e * features + static_cast<std::size_t>(c) * segments + s];
      }
    }
  }
  return {std::move(folded), norm.shift};
}

FoldedWeights take_classifier(Weights& weights, int embedding, int classes) {
  return {weights.take("head.classifier.weight", {classes, embedding}),
          weights.take("head.classifier.bias", {classes})};
}

}  // namespace

FoldedCnn fold_sensor_cnn(const ModelFile& model) {
  const config::SensorCnnConfig options = options_of(model);
  FoldedCnn cnn;
  cnn.kernel = options.kernel;
  cnn.segments = options.segments;
  cnn.shapes.push_back({static_cast<int>(model.sensor->channels.size()), model.sensor->frames});
  Weights weights(model);
  const std::array<int, kBlocks> widths{options.width, options.width * 3 / 2, options.width * 2, options.width * 2};
  for (int block = 0; block < kBlocks; ++block) {
    const auto [channels, frames] = cnn.shapes.back();
    cnn.blocks.push_back(take_block(weights, block, channels, widths[block], options.kernel));
    cnn.shapes.push_back({widths[block], block + 1 < kBlocks ? frames / 2 : frames});
  }
  if (cnn.shapes.back().frames == 0) refuse("its sensor: frames: expected at least 8");
  cnn.semantic = take_semantic(weights, cnn.shapes.back().channels, cnn.segments, options.embedding);
  cnn.classifier = take_classifier(weights, options.embedding, static_cast<int>(model.classes.size()));
  weights.require_all_taken();
  return cnn;
}

}  // namespace pskd::deploy
