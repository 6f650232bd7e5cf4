#include "deploy/c/c_layers.hpp"

namespace pskd::deploy {
namespace {

constexpr const char* kRequantize = R"(
/* What a sum is as a number of the next layer: ReLU, rounded, at most 255. */
static uint8_t requantize(int32_t sum, int32_t multiplier, int shift) {
  const int64_t y = sum > 0 ? ((int64_t)sum * multiplier + ((int64_t)1 << (shift - 1))) >> shift : 0;
  return (uint8_t)(y < 255 ? y : 255);
}
)";

// Twice: the network's input has signs, what layers give has none.
constexpr const char* kConvolve = R"(
/* Frames of `out` channels from frames of `in`, zeros around; ReLU; with `pool` the larger of each two. */
static void @convolve@(const @input@ *x, int frames, int in, const int8_t *weights, const int32_t *bias,
                     const int32_t *multiplier, int shift, int out, int pool, uint8_t *y) {
  int t, o, i;
  for (t = 0; t < (pool ? frames / 2 * 2 : frames); ++t) {
    const int before = t - @kernel@ / 2, first = before < 0 ? 0 : before;
    const int end = t + @kernel@ / 2 + 1 < frames ? t + @kernel@ / 2 + 1 : frames;
    uint8_t *to = y + (pool ? t / 2 : t) * out;
    for (o = 0; o < out; ++o) {
      const int8_t *w = weights + o * @kernel@ * in + (first - before) * in;
      const @input@ *from = x + first * in;
      int32_t sum = bias[o];
      uint8_t value;
      for (i = 0; i < (end - first) * in; ++i) sum += w[i] * from[i];
      value = requantize(sum, multiplier[o], shift);
      if (!pool || t % 2 == 0 || value > to[o]) to[o] = value;
    }
  }
}
)";

constexpr const char* kFunctions = R"(
/* The mean of each part of time, rounded. */
static void pool_parts(const uint8_t *x, int frames, int channels, uint8_t *y) {
  int part, t, c;
  for (part = 0; part < @segments@; ++part) {
    const int first = part * frames / @segments@, end = ((part + 1) * frames + @segments@ - 1) / @segments@;
    for (c = 0; c < channels; ++c) {
      int32_t sum = 0;
      for (t = first; t < end; ++t) sum += x[t * channels + c];
      y[part * channels + c] = (uint8_t)((2 * sum + end - first) / (2 * (end - first)));
    }
  }
}

static void multiply(const uint8_t *x, int in, const int8_t *weights, const int32_t *bias, const int32_t *multiplier,
                     int shift, int out, uint8_t *y) {
  int o, i;
  for (o = 0; o < out; ++o) {
    int32_t sum = bias[o];
    for (i = 0; i < in; ++i) sum += weights[o * in + i] * x[i];
    y[o] = requantize(sum, multiplier[o], shift);
  }
}

int @name@_logits(const float sensor[@NAME@_CHANNELS * @NAME@_FRAMES], float logit[@NAME@_CLASSES]) {
  static uint8_t a[@a@], b[@b@];
  int8_t *input = (int8_t *)a;
  int c, t, o, i, best = 0;
  for (c = 0; c < @NAME@_CHANNELS; ++c) {
    for (t = 0; t < @NAME@_FRAMES; ++t) {
      const float value = (sensor[c * @NAME@_FRAMES + t] - mean[c]) * factor[c];
      input[t * @NAME@_CHANNELS + c] = (int8_t)lroundf(value > 127 ? 127 : value > -127 ? value : -127);
    }
  }
@calls@  for (o = 0; o < @NAME@_CLASSES; ++o) {
    int32_t sum = classifier_bias[o];
    for (i = 0; i < @embedding@; ++i) sum += classifier_weights[o * @embedding@ + i] * a[i];
    logit[o] = (float)sum * logit_scale[o];
    if (logit[o] > logit[best]) best = o;
  }
  return best;
}
)";

std::string constants_of(const std::string& name, const QuantizedSums& sums) {
  return c_array(name + "_weights", sums.weights) + c_array(name + "_bias", sums.bias);
}
std::string constants_of(const std::string& name, const QuantizedLayer& layer) {
  return constants_of(name, layer.sums) + c_array(name + "_multiplier", layer.multiplier) + "enum { " + name +
         "_shift = " + std::to_string(layer.shift) + " };\n";
}

std::string convolve_of(const std::string& name, const std::string& input, Replacements values) {
  values["convolve"] = name;
  values["input"] = input;
  return filled(kConvolve, values);
}

}  // namespace

CLayers int8_layers(const QuantizedCnn& cnn, Replacements values) {
  const CPlan plan = plan_of(
      cnn.shapes, cnn.segments, cnn.semantic.sums.outputs(), "convolve_input(input", [](const std::string& layer) {
        return layer + "_weights, " + layer + "_bias, " + layer + "_multiplier, " + layer + "_shift";
      });
  values["a"] = std::to_string(plan.sizes[0]);
  values["b"] = std::to_string(plan.sizes[1]);
  values["calls"] = plan.calls;
  std::string text = c_array("mean", cnn.mean) + c_array("factor", cnn.factor);
  for (std::size_t block = 0; block < cnn.blocks.size(); ++block) {
    text += constants_of("block" + std::to_string(block), cnn.blocks[block]);
  }
  text += constants_of("semantic", cnn.semantic) + constants_of("classifier", cnn.classifier) +
          c_array("logit_scale", cnn.logit_scale);
  text += kRequantize + convolve_of("convolve_input", "int8_t", values) + convolve_of("convolve", "uint8_t", values);
  return {text + filled(kFunctions, values), plan.sizes[0] + plan.sizes[1]};
}

}  // namespace pskd::deploy
