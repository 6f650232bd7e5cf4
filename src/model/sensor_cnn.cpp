#include "model/sensor_cnn.hpp"

#include "ops/norm_relu.hpp"
#include "ops/temporal_convolution.hpp"

namespace pskd::model {

SensorCnn::SensorCnn(const config::SensorCnnConfig& config, const DataShape& shape) : segments_(config.segments) {
  register_module("convolutions", convolutions_);
  register_module("norms", norms_);
  int in = shape.sensor_channels;
  for (const int out : config::cnn_channels(config.width)) {
    convolutions_->push_back(torch::nn::Conv1d(torch::nn::Conv1dOptions(in, out, config.kernel).bias(false)));
    norms_->push_back(torch::nn::BatchNorm2d(out));
    in = out;
  }
  head_ = register_module("head", SemanticHead(in * config.segments, config.embedding, shape.classes, config.dropout,
                                               config.classifier_dropout));
}

Output SensorCnn::forward(const Input& input) {
  // As images of one line, channels-last: the layout in which convolutions need no copy.
  torch::Tensor x = input.sensor.unsqueeze(2).contiguous(torch::MemoryFormat::ChannelsLast);
  if (uses_bfloat16()) x = x.to(torch::kBFloat16);
  for (std::size_t i = 0; i < convolutions_->size(); ++i) {
    const auto& convolution = *convolutions_->ptr<torch::nn::Conv1dImpl>(i);
    auto& norm = *norms_->ptr<torch::nn::BatchNorm2dImpl>(i);
    x = ops::temporal_convolution(x.transpose(2, 3), convolution.weight).transpose(2, 3);
    x = i + 1 < convolutions_->size() ? ops::norm_relu_pool(x, norm) : ops::norm_relu(x, norm);
  }
  x = x.squeeze(2).to(input.sensor.scalar_type());
  Output output = head_(pool_segments(x, segments_));
  output.features = x;
  return output;
}

}  // namespace pskd::model
