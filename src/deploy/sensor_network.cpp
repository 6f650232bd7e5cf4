#include "deploy/sensor_network.hpp"

#include <algorithm>

namespace pskd::deploy {
namespace {

constexpr std::int64_t kClips = 8;  // whose heads are computed together, so that weights are read once for them

FoldedLayer packed(const FoldedWeights& weights) { return {weights.weights, weights.bias}; }

void relu(const float* from, std::int64_t count, float* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = std::max(from[i], 0.0F);
}

}  // namespace

SensorNetwork::SensorNetwork(const FoldedCnn& cnn)
    : segments_(cnn.segments),
      margin_(cnn.kernel / 2),
      shapes_(cnn.shapes),
      semantic_(packed(cnn.semantic)),
      classifier_(packed(cnn.classifier)) {
  for (const FoldedWeights& block : cnn.blocks) blocks_.push_back(packed(block));
}

SensorNetwork::Workspace SensorNetwork::make_workspace() const {
  Workspace work;
  for (const auto& [channels, frames] : shapes_) {
    work.sequences.emplace_back(static_cast<std::size_t>(channels) * (frames + 2 * margin_));
  }
  work.features.resize(static_cast<std::size_t>(kClips) * semantic_.inputs());
  work.hidden.resize(static_cast<std::size_t>(kClips) * semantic_.outputs());
  return work;
}

void SensorNetwork::forward(const float* windows, std::int64_t count, float* embeddings, float* logits,
                            Workspace& work) const {
  const std::int64_t window = static_cast<std::int64_t>(channels()) * frames();
  const std::int64_t features = semantic_.inputs(), embedding = embedding_size();
  for (std::int64_t first = 0; first < count; first += kClips) {
    const std::int64_t clips = std::min(kClips, count - first);
    for (std::int64_t i = 0; i < clips; ++i) {
      extract(windows + (first + i) * window, work.features.data() + i * features, work);
    }
    float* embedded = embeddings + first * embedding;
    semantic_.apply(work.features.data(), features, clips, Finish::nothing, embedded);
    relu(embedded, clips * embedding, work.hidden.data());
    classifier_.apply(work.hidden.data(), embedding, clips, Finish::nothing, logits + first * classes());
  }
}

/// One window through the convolutions. The frames of a sequence lie one after the other, between zeros that no layer
/// writes to.
void SensorNetwork::extract(const float* window, float* features, Workspace& work) const {
  const auto [channels, frames] = shapes_.front();
  float* input = work.sequences.front().data() + static_cast<std::size_t>(margin_) * channels;
  for (int c = 0; c < channels; ++c) {
    for (int t = 0; t < frames; ++t) input[t * channels + c] = window[c * frames + t];
  }
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    const auto [in, rows] = shapes_[block];
    float* output = work.sequences[block + 1].data() + static_cast<std::size_t>(margin_) * blocks_[block].outputs();
    blocks_[block].apply(work.sequences[block].data(), in, rows,
                         block + 1 < blocks_.size() ? Finish::relu_pool : Finish::relu, output);
  }
  pool(work.sequences.back(), features);
}

/// The mean of each part of time. Parts may overlap where they do not divide it, as in LibTorch's adaptive pooling.
void SensorNetwork::pool(const std::vector<float>& sequence, float* features) const {
  const auto [channels, frames] = shapes_.back();
  for (int segment = 0; segment < segments_; ++segment) {
    const int begin = segment * frames / segments_, end = ((segment + 1) * frames + segments_ - 1) / segments_;
    float* mean = features + static_cast<std::size_t>(segment) * channels;
    std::fill(mean, mean + channels, 0.0F);
    for (int t = begin; t < end; ++t) {
      const float* frame = sequence.data() + static_cast<std::size_t>(margin_ + t) * channels;
      for (int c = 0; c < channels; ++c) mean[c] += frame[c];
    }
    for (int c = 0; c < channels; ++c) mean[c] /= static_cast<float>(end - begin);
  }
}

}  // namespace pskd::deploy
