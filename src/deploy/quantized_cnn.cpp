#include "deploy/quantized_cnn.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "deploy/sensor_network.hpp"
#include "pskd/base/error.hpp"

namespace pskd::deploy {
namespace {

constexpr int kMostWeight = 127, kMostInput = 127, kMostOutput = 255;
constexpr double kMostBias = 1 << 30;  // and as much again for the products: their sum fits into 32 bits

// ---- From floats ----

/// The largest numbers that the calibration windows give.
struct Ranges {
  double input = 0;            ///< absolute, standardized
  std::vector<double> blocks;  ///< of each convolution, after ReLU
  double hidden = 0;           ///< of the embedding, after ReLU
};

double largest_of(std::span<const float> numbers, double before) {
  for (const float number : numbers) {
    if (!std::isfinite(number)) {
      throw Error(ErrorKind::data,
                  "a calibration window makes the network overflow: it gives numbers that are not finite");
    }
    before = std::max(before, std::abs(static_cast<double>(number)));
  }
  return before;
}

std::vector<float> standardized(std::span<const float> window, const SensorInput& sensor) {
  std::vector<float> x(window.begin(), window.end());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t channel = i / static_cast<std::size_t>(sensor.frames);
    x[i] = (x[i] - sensor.mean[channel]) / sensor.deviation[channel];
  }
  return x;
}

Ranges calibrate(const FoldedCnn& cnn, const SensorInput& sensor, std::span<const float> windows) {
  const SensorNetwork network(cnn);
  SensorNetwork::Workspace work = network.make_workspace();
  std::vector<float> embedding(cnn.semantic.outputs()), logits(cnn.classifier.outputs());
  Ranges ranges;
  ranges.blocks.resize(cnn.blocks.size());
  const std::size_t size = sensor.channels.size() * static_cast<std::size_t>(sensor.frames);
  for (std::size_t first = 0; first < windows.size(); first += size) {
    const std::vector<float> window = standardized(windows.subspan(first, size), sensor);
    network.forward(window.data(), 1, embedding.data(), logits.data(), work);
    ranges.input = largest_of(window, ranges.input);
    for (std::size_t block = 0; block < cnn.blocks.size(); ++block) {
      ranges.blocks[block] = largest_of(work.sequences[block + 1], ranges.blocks[block]);
    }
    ranges.hidden = largest_of(std::span(work.hidden).first(embedding.size()), ranges.hidden);
    largest_of(logits, 0);  // must be finite, too
  }
  return ranges;
}

/// What 1 of `most` is worth; of what is always 0, anything.
double scale_of(double largest, int most) { return largest > 0 ? largest / most : 1; }

/// With what 1 of each sum is worth.
struct ScaledSums {
  QuantizedSums sums;
  std::vector<double> scale;  ///< [outputs]
};

void require_32_bits(const QuantizedSums& sums) {
  for (std::size_t o = 0; o < sums.outputs(); ++o) {
    double most = 0;
    for (std::size_t i = 0; i < sums.inputs(); ++i) most += kMostOutput * std::abs(sums.weights[o * sums.inputs() + i]);
    if (most <= std::numeric_limits<std::int32_t>::max() - kMostBias) continue;
    throw Error(ErrorKind::checkpoint, "a layer of " + std::to_string(sums.inputs()) +
                                           " inputs is too wide for 8-bit integers: its sums need more than 32 bits; "
                                           "leave --quantize out");
  }
}

/// `in`: what 1 of the inputs is worth.
ScaledSums quantized(const FoldedWeights& folded, double in) {
  ScaledSums result;
  const std::size_t inputs = folded.inputs();
  for (std::size_t o = 0; o < folded.outputs(); ++o) {
    const std::span row = std::span(folded.weights).subspan(o * inputs, inputs);
    double largest = std::abs(folded.bias[o]) / in / kMostBias * kMostWeight;  // beside tiny weights, the bias decides
    for (const double weight : row) largest = std::max(largest, std::abs(weight));
    const double scale = scale_of(largest, kMostWeight);
    for (const double weight : row)
      result.sums.weights.push_back(static_cast<std::int8_t>(std::lround(weight / scale)));
    result.scale.push_back(scale * in);
    result.sums.bias.push_back(static_cast<std::int32_t>(std::lround(folded.bias[o] / result.scale[o])));
  }
  require_32_bits(result.sums);
  return result;
}

/// `out`: what 1 of the outputs is worth.
QuantizedLayer layer_of(ScaledSums scaled, double out) {
  QuantizedLayer layer;
  int exponent = 0;  // every multiplier is below 2^30, and the largest not far below it
  std::frexp(*std::max_element(scaled.scale.begin(), scaled.scale.end()) / out, &exponent);
  layer.shift = std::min(30 - exponent, 62);
  if (layer.shift < 1) throw Error(ErrorKind::checkpoint, "its weights are too large for 8-bit integers");
  for (const double scale : scaled.scale) {
    layer.multiplier.push_back(static_cast<std::int32_t>(std::lround(std::ldexp(scale / out, layer.shift))));
  }
  layer.sums = std::move(scaled.sums);
  return layer;
}

// ---- In integers ----

std::uint8_t requantize(std::int32_t sum, std::int32_t multiplier, int shift) {
  if (sum <= 0) return 0;
  const std::int64_t y = (std::int64_t{sum} * multiplier + (std::int64_t{1} << (shift - 1))) >> shift;
  return static_cast<std::uint8_t>(std::min<std::int64_t>(y, kMostOutput));
}

template <class Input>
std::int32_t sum_of(const QuantizedSums& sums, std::size_t o, std::size_t first, std::span<const Input> x) {
  const std::int8_t* weights = sums.weights.data() + o * sums.inputs() + first;
  std::int32_t sum = sums.bias[o];
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::int32_t{weights[i]} * x[i];
  return sum;
}

/// Frames of `channels`; with `pool` the larger of each two.
template <class Input>
std::vector<std::uint8_t> convolve(std::span<const Input> x, int channels, int kernel, const QuantizedLayer& layer,
                                   bool pool) {
  const int frames = static_cast<int>(x.size()) / channels;
  const std::size_t outputs = layer.sums.outputs();
  std::vector<std::uint8_t> y(outputs * (pool ? frames / 2 : frames));
  for (int t = 0; t < (pool ? frames / 2 * 2 : frames); ++t) {
    const int before = t - kernel / 2, first = std::max(before, 0), end = std::min(t + kernel / 2 + 1, frames);
    const std::span seen =
        x.subspan(static_cast<std::size_t>(first) * channels, static_cast<std::size_t>(end - first) * channels);
    const std::size_t skipped = static_cast<std::size_t>(first - before) * channels;
    for (std::size_t o = 0; o < outputs; ++o) {
      std::uint8_t& to = y[(pool ? t / 2 : t) * outputs + o];
      to = std::max(to, requantize(sum_of(layer.sums, o, skipped, seen), layer.multiplier[o], layer.shift));
    }
  }
  return y;
}

/// The mean of each part of time, rounded.
std::vector<std::uint8_t> pool_parts(std::span<const std::uint8_t> x, int channels, int segments) {
  const int frames = static_cast<int>(x.size()) / channels;
  std::vector<std::uint8_t> y;
  for (int part = 0; part < segments; ++part) {
    const int first = part * frames / segments, end = ((part + 1) * frames + segments - 1) / segments;
    for (int c = 0; c < channels; ++c) {
      int sum = 0;
      for (int t = first; t < end; ++t) sum += x[static_cast<std::size_t>(t) * channels + c];
      y.push_back(static_cast<std::uint8_t>((2 * sum + end - first) / (2 * (end - first))));
    }
  }
  return y;
}

/// [frames, channels]
std::vector<std::int8_t> input_of(const QuantizedCnn& cnn, std::span<const float> window) {
  const auto [channels, frames] = cnn.shapes.front();
  std::vector<std::int8_t> input(window.size());
  for (int c = 0; c < channels; ++c) {
    for (int t = 0; t < frames; ++t) {
      const float value = (window[c * frames + t] - cnn.mean[c]) * cnn.factor[c];
      const float within = value > kMostInput ? kMostInput : value > -kMostInput ? value : -kMostInput;
      input[t * channels + c] = static_cast<std::int8_t>(std::lround(within));
    }
  }
  return input;
}

std::size_t bytes_of(const FoldedWeights& folded) {
  return sizeof(float) * (folded.weights.size() + folded.bias.size());
}
std::size_t bytes_of(const QuantizedSums& sums) {
  return sums.weights.size() + sizeof(std::int32_t) * sums.bias.size();
}
std::size_t bytes_of(const QuantizedLayer& layer) {
  return bytes_of(layer.sums) + sizeof(std::int32_t) * layer.multiplier.size();
}

}  // namespace

QuantizedCnn quantize(const FoldedCnn& cnn, const SensorInput& sensor, std::span<const float> windows) {
  if (windows.empty()) throw Error(ErrorKind::data, "there is no window to calibrate on");
  const Ranges ranges = calibrate(cnn, sensor, windows);
  QuantizedCnn result;
  result.kernel = cnn.kernel;
  result.segments = cnn.segments;
  result.shapes = cnn.shapes;
  result.mean = sensor.mean;
  double scale = scale_of(ranges.input, kMostInput);
  for (const float deviation : sensor.deviation) result.factor.push_back(static_cast<float>(1 / (deviation * scale)));
  for (std::size_t block = 0; block < cnn.blocks.size(); ++block) {
    const double out = scale_of(ranges.blocks[block], kMostOutput);
    result.blocks.push_back(layer_of(quantized(cnn.blocks[block], scale), out));
    scale = out;
  }
  const double hidden = scale_of(ranges.hidden, kMostOutput);
  result.semantic = layer_of(quantized(cnn.semantic, scale), hidden);
  ScaledSums classifier = quantized(cnn.classifier, hidden);
  result.classifier = std::move(classifier.sums);
  result.logit_scale.assign(classifier.scale.begin(), classifier.scale.end());
  return result;
}

std::vector<float> logits_of(const QuantizedCnn& cnn, std::span<const float> window) {
  const std::vector<std::int8_t> input = input_of(cnn, window);
  std::vector<std::uint8_t> x =
      convolve<std::int8_t>(input, cnn.shapes[0].channels, cnn.kernel, cnn.blocks[0], cnn.blocks.size() > 1);
  for (std::size_t block = 1; block < cnn.blocks.size(); ++block) {
    x = convolve<std::uint8_t>(x, cnn.shapes[block].channels, cnn.kernel, cnn.blocks[block],
                               block + 1 < cnn.blocks.size());
  }
  x = pool_parts(x, cnn.shapes.back().channels, cnn.segments);
  x = convolve<std::uint8_t>(x, static_cast<int>(x.size()), 1, cnn.semantic, false);  // of one frame
  std::vector<float> logits;
  for (std::size_t k = 0; k < cnn.logit_scale.size(); ++k) {
    logits.push_back(static_cast<float>(sum_of<std::uint8_t>(cnn.classifier, k, 0, x)) * cnn.logit_scale[k]);
  }
  return logits;
}

std::size_t weight_bytes(const FoldedCnn& cnn) {
  std::size_t bytes = bytes_of(cnn.semantic) + bytes_of(cnn.classifier);
  for (const FoldedWeights& block : cnn.blocks) bytes += bytes_of(block);
  return bytes;
}

std::size_t weight_bytes(const QuantizedCnn& cnn) {
  std::size_t bytes = bytes_of(cnn.semantic) + bytes_of(cnn.classifier) + sizeof(float) * cnn.logit_scale.size();
  for (const QuantizedLayer& block : cnn.blocks) bytes += bytes_of(block);
  return bytes;
}

}  // namespace pskd::deploy
