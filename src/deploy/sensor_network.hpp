// The 1-D CNN of model/sensor_cnn.hpp as it is used: without LibTorch and gradients, batch norm folded into the
// weights. It computes in float, whatever precision it was trained in.
#pragma once

#include <cstdint>
#include <vector>

#include "deploy/folded_cnn.hpp"
#include "deploy/folded_layer.hpp"

namespace pskd::deploy {

class SensorNetwork {
 public:
  explicit SensorNetwork(const FoldedCnn& cnn);

  int channels() const { return shapes_.front().channels; }
  int frames() const { return shapes_.front().frames; }
  int embedding_size() const { return semantic_.outputs(); }
  int classes() const { return classifier_.outputs(); }

  /// What a call writes on its way. One for each thread.
  struct Workspace {
    std::vector<std::vector<float>> sequences;  ///< [frames, channels] before each convolution, with zeros around
    std::vector<float> features, hidden;        ///< of some clips
  };
  Workspace make_workspace() const;

  /// `windows` [count, channels, frames], standardized, to `embeddings` [count, D] and `logits` [count, K].
  void forward(const float* windows, std::int64_t count, float* embeddings, float* logits, Workspace& work) const;

 private:
  void extract(const float* window, float* features, Workspace& work) const;
  void pool(const std::vector<float>& sequence, float* features) const;

  int segments_, margin_;                 ///< margin: half a kernel
  std::vector<FoldedCnn::Shape> shapes_;  ///< see FoldedCnn
  std::vector<FoldedLayer> blocks_;
  FoldedLayer semantic_, classifier_;
};

}  // namespace pskd::deploy
