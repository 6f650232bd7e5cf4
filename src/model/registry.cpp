#include "pskd/model/registry.hpp"

#include <tuple>

#include "model/fused.hpp"
#include "pskd/base/error.hpp"
#include "signal/skeleton.hpp"

namespace pskd::model {
namespace {

template <class Built, class Config>
std::shared_ptr<Network> build(const Config& config, const DataShape& shape) {
  return std::make_shared<Built>(config, shape);
}

/// A model of which pskd/config/models.hpp has the config.
template <class Config>
struct Model {
  int (*embedding_size)(const Config&);
  std::shared_ptr<Network> (*build)(const Config&, const DataShape&);
};

constexpr std::tuple kModels{
    Model<config::SkeletonGcnConfig>{[](const auto& config) { return config.embedding; }, build<SkeletonGcn>},
    Model<config::SensorCnnConfig>{[](const auto& config) { return config.embedding; }, build<SensorCnn>},
    Model<config::FusedConfig>{[](const auto& config) { return config.skeleton.embedding; }, build<Fused>},
};

template <class Config>
constexpr const Model<Config>& model_of(const Config&) {
  return std::get<Model<Config>>(kModels);
}

void copy_tensors(const torch::OrderedDict<std::string, torch::Tensor>& to,
                  const torch::OrderedDict<std::string, torch::Tensor>& from) {
  for (const auto& item : to) {
    const torch::Tensor* source = from.find(item.key());
    if (source == nullptr || source->sizes() != item.value().sizes()) {
      throw Error(ErrorKind::config,
                  "starts_from: '" + item.key() +
                      "' has another shape in the stage to start from; give both models the same options");
    }
    torch::Tensor(item.value()).copy_(*source);
  }
}

}  // namespace

std::shared_ptr<Network> make_network(const config::ModelConfig& model, const DataShape& shape, std::uint64_t key) {
  torch::manual_seed(key);
  return std::visit([&](const auto& config) { return model_of(config).build(config, shape); }, model);
}

std::shared_ptr<Network> make_network(const config::StageConfig& stage, const DataShape& shape, std::uint64_t key) {
  auto network = make_network(stage.model, shape, key);
  if (stage.precision == config::Precision::bf16) network->use_bfloat16();
  return network;
}

int embedding_size(const config::ModelConfig& model) {
  return std::visit([](const auto& config) { return model_of(config).embedding_size(config); }, model);
}

void copy_parameters(Network& target, const Network& source) {
  const torch::NoGradGuard no_grad;
  copy_tensors(target.named_parameters(), source.named_parameters());
  copy_tensors(target.named_buffers(), source.named_buffers());
}

void start_from(Network& target, const Network& source) {
  auto* fused = dynamic_cast<Fused*>(&target);
  if (fused == nullptr || dynamic_cast<const Fused*>(&source) != nullptr) return copy_parameters(target, source);
  if (dynamic_cast<const SkeletonGcn*>(&source) != nullptr) return fused->start_from_skeleton(source);
  copy_parameters(fused->sensor(), source);
}

Input example_input(const DataShape& shape, int n) {
  const auto joints = static_cast<std::int64_t>(shape.topology.joints.size());
  return {torch::randn({n, signal::kStreamChannels, shape.skeleton_frames, joints}),
          torch::randn({n, shape.sensor_channels, shape.sensor_frames})};
}

}  // namespace pskd::model
