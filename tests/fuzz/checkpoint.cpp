// Checkpoints.
#include "train/checkpoint/checkpoint.hpp"

#include "base/sealed_file.hpp"
#include "base/tensor_file.hpp"
#include "base/text.hpp"
#include "pskd/model/registry.hpp"
#include "sealed_tensors.hpp"
#include "train/optimizer/optimizer.hpp"

namespace pskd::fuzz {
namespace {

model::DataShape shape() { return {1, 8, 8, data::topology("kinect-20"), 2}; }
config::ModelConfig model() { return config::SensorCnnConfig{1, 3, 1, 1, 0, 0}; }

train::CheckpointManifest manifest() {
  train::CheckpointManifest result;
  result.stage = "student";
  result.stage_hash = "0123456789ab";
  result.seed = 7;
  result.clips_hash = "feed";
  result.teachers = {{"skeleton/last", "beef"}};
  result.position = {12, 3, 1.0 / 3, 96, 80, {1.25, 0.1}, 4.5, 9, 0.875, 0.5, 3};
  return result;
}

const std::string& sound_file() {
  static const std::string bytes = [] {
    const auto network = model::make_network(model(), shape(), 2);
    const auto optimizer = train::make_optimizer({}, network->parameters());
    network->forward(model::example_input(shape(), 2)).logits.square().sum().backward();
    optimizer->step();
    return written_bytes(
        [&](const auto& path) { train::save_checkpoint(path, manifest(), *network, optimizer.get()); });
  }();
  return bytes;
}

void read(std::string_view input) {
  static const auto network = model::make_network(model(), shape(), 1);
  const auto optimizer = train::make_optimizer({}, network->parameters());
  train::load_checkpoint(sealed_input_file(kCheckpointSeal, sound_file(), input), manifest(), *network,
                         optimizer.get());
}

std::vector<std::string> seeds() { return seeds_of(sound_file()); }

const Registered checkpoint{{"checkpoint", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
