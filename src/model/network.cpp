#include "pskd/model/network.hpp"

namespace pskd::model {
namespace {

template <class Select>
Input select(const Input& input, Select some) {
  const auto of = [&](const torch::Tensor& tensor) { return tensor.defined() ? some(tensor) : tensor; };
  return {of(input.skeleton), of(input.sensor), of(input.skeleton_embedding)};
}

/// Each number with probability p set to 0, the others scaled by 1 / (1 - p). Drawing uniform numbers is several times
/// as fast as LibTorch's own drawing of yes or no.
torch::Tensor drop(const torch::Tensor& x, double p) {
  return p == 0 ? x : x * torch::rand_like(x).ge_(p).mul_(1 / (1 - p));
}

}  // namespace

Input narrow(const Input& input, std::int64_t first, std::int64_t count) {
  return select(input, [&](const torch::Tensor& tensor) { return tensor.narrow(0, first, count); });
}

Input select_clips(const Input& input, const torch::Tensor& rows) {
  return select(input, [&](const torch::Tensor& tensor) { return tensor.index_select(0, rows); });
}

Input on_device(const Input& input, torch::Device device) {
  return select(input, [&](const torch::Tensor& tensor) { return tensor.to(device); });
}

SemanticHeadImpl::SemanticHeadImpl(int features, int embedding, int classes, double dropout, double classifier_dropout)
    : semantic_(
          register_module("semantic", torch::nn::Linear(torch::nn::LinearOptions(features, embedding).bias(false)))),
      classifier_(register_module("classifier", torch::nn::Linear(embedding, classes))),
      norm_(register_module("norm", torch::nn::BatchNorm1d(embedding))),
      dropout_(dropout),
      classifier_dropout_(classifier_dropout) {}

Output SemanticHeadImpl::forward(const torch::Tensor& features) {
  const torch::Tensor embedding = norm_(semantic_(drop(features, is_training() ? dropout_ : 0)));
  return {embedding, classify(embedding), {}};
}

torch::Tensor SemanticHeadImpl::classify(const torch::Tensor& embedding) {
  return classifier_(drop(torch::relu(embedding), is_training() ? classifier_dropout_ : 0));
}

void SemanticHeadImpl::copy_classifier(const SemanticHeadImpl& other) {
  const torch::NoGradGuard no_grad;
  classifier_->weight.copy_(other.classifier_->weight);
  classifier_->bias.copy_(other.classifier_->bias);
}

torch::Tensor segment_means(const torch::Tensor& sequence, std::int64_t segments) {
  if (sequence.is_cpu()) return torch::adaptive_avg_pool1d(sequence, segments);
  // On a card the gradient of that is summed in no fixed order; that of a product is.
  const torch::Tensor frames = torch::eye(sequence.size(2), sequence.options()).unsqueeze(0);
  return torch::matmul(sequence, torch::adaptive_avg_pool1d(frames, segments)[0]);
}

torch::Tensor pool_segments(const torch::Tensor& sequence, int segments) {
  return segment_means(sequence, segments).flatten(1);
}

}  // namespace pskd::model
