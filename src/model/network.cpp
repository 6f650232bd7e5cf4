#include "pskd/model/network.hpp"

namespace pskd {

SemanticHeadImpl::SemanticHeadImpl(int features, int embedding, int classes, double dropout)
    : semantic_(register_module("semantic", torch::nn::Linear(torch::nn::LinearOptions(features, embedding).bias(false)))),
      classifier_(register_module("classifier", torch::nn::Linear(embedding, classes))),
      norm_(register_module("norm", torch::nn::BatchNorm1d(embedding))),
      dropout_(register_module("dropout", torch::nn::Dropout(dropout))) {}

Output SemanticHeadImpl::forward(const torch::Tensor& features) {
  const torch::Tensor embedding = torch::relu(norm_(semantic_(dropout_(features))));
  return {embedding, classify(embedding), {}};
}

torch::Tensor SemanticHeadImpl::classify(const torch::Tensor& embedding) { return classifier_(dropout_(embedding)); }

torch::Tensor pool_segments(const torch::Tensor& sequence, int segments) {
  return torch::adaptive_avg_pool1d(sequence, segments).flatten(1);
}

}  // namespace pskd
