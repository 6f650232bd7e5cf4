#include "distill/adapters.hpp"

#include "distill/losses/registry.hpp"

namespace pskd::distill {

Adapters::Adapters(const std::vector<AdapterLayer>& layers) {
  for (const AdapterLayer& layer : layers) {
    layers_.emplace(layer.name, register_module(layer.name, torch::nn::Linear(layer.in, layer.out)));
  }
}

torch::Tensor Adapters::project(const std::string& name, const torch::Tensor& features) {
  return layers_.at(name)(features);
}

std::shared_ptr<Adapters> make_adapters(const config::LossConfig& loss, int student, const TeacherSizes& teachers,
                                        std::uint64_t key) {
  if (teachers.empty()) return nullptr;
  std::vector<AdapterLayer> layers;
  const auto add = [&](const std::vector<AdapterLayer>& more) {
    layers.insert(layers.end(), more.begin(), more.end());
  };
  for (const losses::TeacherLoss& one : losses::teacher_losses()) add(one.student_layers(loss, student));
  for (const auto& [stage, size] : teachers) {
    for (const losses::TeacherLoss& one : losses::teacher_losses())
      add(one.teacher_layers(loss, student, {stage, size}));
  }
  if (layers.empty()) return nullptr;
  torch::manual_seed(key);
  return std::make_shared<Adapters>(layers);
}

}  // namespace pskd::distill
