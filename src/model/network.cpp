#include "pskd/model/network.hpp"

namespace pskd {

SemanticHeadImpl::SemanticHeadImpl(int features, int embedding, int classes, double dropout, double classifier_dropout)
    : semantic_(
          register_module("semantic", torch::nn::Linear(torch::nn::LinearOptions(features, embedding).bias(false)))),
      classifier_(register_module("classifier", torch::nn::Linear(embedding, classes))),
      norm_(register_module("norm", torch::nn::BatchNorm1d(embedding))),
      dropout_(register_module("dropout", torch::nn::Dropout(dropout))),
      classifier_dropout_(register_module("classifier_dropout", torch::nn::Dropout(classifier_dropout))) {}

Output SemanticHeadImpl::forward(const torch::Tensor& features) {
  const torch::Tensor embedding = norm_(semantic_(dropout_(features)));
  return {embedding, classify(embedding), {}};
}

torch::Tensor SemanticHeadImpl::classify(const torch::Tensor& embedding) {
  return classifier_(classifier_dropout_(torch::relu(embedding)));
}

void SemanticHeadImpl::copy_classifier(const SemanticHeadImpl& other) {
  const torch::NoGradGuard no_grad;
  classifier_->weight.copy_(other.classifier_->weight);
  classifier_->bias.copy_(other.classifier_->bias);
}

torch::Tensor pool_segments(const torch::Tensor& sequence, int segments) {
  return torch::adaptive_avg_pool1d(sequence, segments).flatten(1);
}

}  // namespace pskd
