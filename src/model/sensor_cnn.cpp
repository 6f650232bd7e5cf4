#include "pskd/model/sensor_cnn.hpp"

#include <array>

namespace pskd {

SensorCnn::SensorCnn(const SensorCnnConfig& config, int channels, int classes) : segments_(config.segments) {
  const std::array widths{config.width, config.width * 3 / 2, config.width * 2, config.width * 2};
  register_module("convolutions", convolutions_);
  register_module("norms", norms_);
  int in = channels;
  for (const int out : widths) {
    convolutions_->push_back(
        torch::nn::Conv1d(torch::nn::Conv1dOptions(in, out, config.kernel).padding(config.kernel / 2).bias(false)));
    norms_->push_back(torch::nn::BatchNorm1d(out));
    in = out;
  }
  head_ = register_module(
      "head", SemanticHead(in * config.segments, config.embedding, classes, config.dropout, config.classifier_dropout));
}

Output SensorCnn::forward(const Input& input) {
  torch::Tensor x = input.sensor;
  for (std::size_t i = 0; i < convolutions_->size(); ++i) {
    x = convolutions_->ptr<torch::nn::Conv1dImpl>(i)->forward(x);
    x = torch::relu(norms_->ptr<torch::nn::BatchNorm1dImpl>(i)->forward(x));
    if (i + 1 < convolutions_->size()) x = torch::max_pool1d(x, 2);
  }
  return head_(pool_segments(x, segments_));
}

}  // namespace pskd
