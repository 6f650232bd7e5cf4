#include "deploy/c/c_layers.hpp"

namespace pskd::deploy {
namespace {

constexpr const char* kFunctions = R"(
/* Frames of `out` channels from frames of `in`, zeros around; ReLU; with `pool` the larger of each two. NaN stays NaN. */
static void convolve(const float *x, int frames, int in, const float *weights, const float *bias, int out, int pool,
                     float *y) {
  int t, o, i;
  for (t = 0; t < (pool ? frames / 2 * 2 : frames); ++t) {
    const int before = t - @kernel@ / 2, first = before < 0 ? 0 : before;
    const int end = t + @kernel@ / 2 + 1 < frames ? t + @kernel@ / 2 + 1 : frames;
    float *to = y + (pool ? t / 2 : t) * out;
    for (o = 0; o < out; ++o) {
      const float *w = weights + o * @kernel@ * in + (first - before) * in, *from = x + first * in;
      float sum = bias[o];
      for (i = 0; i < (end - first) * in; ++i) sum += w[i] * from[i];
      if (sum < 0) sum = 0;
      if (!pool || t % 2 == 0 || sum > to[o] || sum != sum) to[o] = sum;
    }
  }
}

/* The mean of each part of time. */
static void pool_parts(const float *x, int frames, int channels, float *y) {
  int part, t, c;
  for (part = 0; part < @segments@; ++part) {
    const int first = part * frames / @segments@, end = ((part + 1) * frames + @segments@ - 1) / @segments@;
    for (c = 0; c < channels; ++c) {
      float sum = 0;
      for (t = first; t < end; ++t) sum += x[t * channels + c];
      y[part * channels + c] = sum / (float)(end - first);
    }
  }
}

static void multiply(const float *x, int in, const float *weights, const float *bias, int out, float *y) {
  int o, i;
  for (o = 0; o < out; ++o) {
    float sum = bias[o];
    for (i = 0; i < in; ++i) sum += weights[o * in + i] * x[i];
    y[o] = sum;
  }
}

int @name@_logits(const float sensor[@NAME@_CHANNELS * @NAME@_FRAMES], float logit[@NAME@_CLASSES]) {
  static float a[@a@], b[@b@];
  int c, t, i, best = 0;
  for (c = 0; c < @NAME@_CHANNELS; ++c) {
    for (t = 0; t < @NAME@_FRAMES; ++t) {
      a[t * @NAME@_CHANNELS + c] = (sensor[c * @NAME@_FRAMES + t] - mean[c]) / deviation[c];
    }
  }
@calls@  for (i = 0; i < @embedding@; ++i) {
    if (a[i] < 0) a[i] = 0;
  }
  multiply(a, @embedding@, classifier_weights, classifier_bias, @NAME@_CLASSES, logit);
  for (i = 1; i < @NAME@_CLASSES; ++i) {
    if (logit[i] > logit[best]) best = i;
  }
  return best;
}
)";

std::string constants_of(const std::string& name, const FoldedWeights& folded) {
  return c_array(name + "_weights", folded.weights) + c_array(name + "_bias", folded.bias);
}

}  // namespace

CLayers float_layers(const FoldedCnn& cnn, const SensorInput& sensor, Replacements values) {
  const CPlan plan = plan_of(cnn.shapes, cnn.segments, cnn.semantic.outputs(), "convolve(a",
                             [](const std::string& layer) { return layer + "_weights, " + layer + "_bias"; });
  values["a"] = std::to_string(plan.sizes[0]);
  values["b"] = std::to_string(plan.sizes[1]);
  values["calls"] = plan.calls;
  std::string text = c_array("mean", sensor.mean) + c_array("deviation", sensor.deviation);
  for (std::size_t block = 0; block < cnn.blocks.size(); ++block) {
    text += constants_of("block" + std::to_string(block), cnn.blocks[block]);
  }
  text += constants_of("semantic", cnn.semantic) + constants_of("classifier", cnn.classifier);
  return {text + filled(kFunctions, values), sizeof(float) * (plan.sizes[0] + plan.sizes[1])};
}

}  // namespace pskd::deploy
