// A shipped config's student, freshly drawn, is shown one clip: installed headers and libraries are all that this
// needs.
#include <iostream>

#include "pskd/config/load.hpp"
#include "pskd/model/registry.hpp"

int main(int, char** arguments) {
  const pskd::config::Experiment experiment = pskd::config::load_experiment(arguments[1]);
  const pskd::model::DataShape shape;  // that of UTD-MHAD: 3 channels, 128 frames, 27 classes
  for (const pskd::config::StageConfig& stage : experiment.stages) {
    if (stage.name != "student") continue;
    const auto network = pskd::model::make_network(stage, shape, 1);
    network->eval();
    const torch::Tensor clip = torch::randn({1, shape.sensor_channels, shape.sensor_frames});
    std::cout << "logits " << network->forward({{}, clip}).logits.sizes() << '\n';
  }
}
