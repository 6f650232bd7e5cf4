#include "pskd/config/models.hpp"

namespace pskd::config {
namespace {

template <class... Models>
std::vector<std::string> names(const std::variant<Models...>&) {
  return {Models::kName...};
}

}  // namespace

std::string model_name(const ModelConfig& model) {
  return std::visit([](const auto& one) { return one.kName; }, model);
}

std::vector<std::string> model_names() { return names(ModelConfig{}); }

std::vector<Modality> seen_modalities(const ModelConfig& model) {
  return std::visit([](const auto& one) { return std::vector<Modality>(one.kSees.begin(), one.kSees.end()); }, model);
}

}  // namespace pskd::config
