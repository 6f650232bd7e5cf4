// The 1-D CNN on sensor time series: the student when narrow, the sensor teacher when wide.
#pragma once

#include "pskd/config/experiment.hpp"
#include "pskd/model/network.hpp"

namespace pskd::model {

/// Four blocks of convolution, batch norm and ReLU with max pooling by 2 after the first three; channels grow as
/// width * (1, 1.5, 2, 2). Then the mean over `segments` parts of time and the semantic head.
class SensorCnn : public Network {
 public:
  SensorCnn(const config::SensorCnnConfig& config, const DataShape& shape);
  /// Sees input.sensor [N, S, T].
  Output forward(const Input& input) override;
  SemanticHead head() { return head_; }

 private:
  torch::nn::ModuleList convolutions_, norms_;
  SemanticHead head_{nullptr};
  int segments_;
};

}  // namespace pskd::model
