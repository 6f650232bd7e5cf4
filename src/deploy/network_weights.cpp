#include "deploy/network_weights.hpp"

#include <cmath>
#include <cstring>

#include "pskd/base/error.hpp"

namespace pskd::deploy {

void refuse_network(const std::string& problem) { throw Error(ErrorKind::checkpoint, problem); }

std::vector<double> NetworkWeights::take(const std::string& name, const std::vector<std::int64_t>& shape) {
  const auto found = all_.find(name);
  if (found == all_.end() || found->second.dtype != Dtype::f32 || found->second.shape != shape) {
    refuse_network("holds no '" + name + "' of the network's shape");
  }
  taken_.insert(name);
  std::vector<float> numbers(found->second.bytes.size() / sizeof(float));
  if (!numbers.empty()) std::memcpy(numbers.data(), found->second.bytes.data(), found->second.bytes.size());
  return {numbers.begin(), numbers.end()};
}

std::int64_t NetworkWeights::last_size(const std::string& name) const {
  const auto found = all_.find(name);
  return found == all_.end() || found->second.shape.empty() ? 0 : found->second.shape.back();
}

void NetworkWeights::require_all_taken() const {
  for (const auto& [name, tensor] : all_) {
    const bool counter = name.ends_with(".num_batches_tracked");  // of training
    if (!counter && !taken_.contains(name)) refuse_network("holds '" + name + "', which the network does not have");
  }
}

FoldedNorm take_norm(NetworkWeights& weights, const std::string& name, std::int64_t size, double epsilon) {
  FoldedNorm norm{weights.take(name + ".weight", {size}), weights.take(name + ".bias", {size})};
  const std::vector<double> mean = weights.take(name + ".running_mean", {size});
  const std::vector<double> variance = weights.take(name + ".running_var", {size});
  for (std::size_t i = 0; i < norm.scale.size(); ++i) {
    if (variance[i] < 0) refuse_network("'" + name + ".running_var' holds a negative number");
    norm.scale[i] /= std::sqrt(variance[i] + epsilon);
    norm.shift[i] -= mean[i] * norm.scale[i];
  }
  return norm;
}

FoldedWeights fold(const std::vector<double>& layer, const FoldedNorm& norm) {
  FoldedWeights weights{layer, norm.shift};
  const std::size_t inputs = weights.inputs();
  for (std::size_t i = 0; i < layer.size(); ++i) weights.weights[i] *= norm.scale[i / inputs];
  return weights;
}

int network_option(const nlohmann::json& options, const char* name, int most) {
  const auto found = options.find(name);
  const bool fits = found != options.end() && found->is_number_unsigned() && found->get<std::uint64_t>() >= 1 &&
                    found->get<std::uint64_t>() <= static_cast<std::uint64_t>(most);
  if (!fits)
    refuse_network(std::string("its network: ") + name + ": expected a whole number of 1 .. " + std::to_string(most));
  return found->get<int>();
}

int kernel_option(const nlohmann::json& options) {
  const int kernel = network_option(options, "kernel", kMostKernel);
  if (kernel % 2 == 0) refuse_network("its network: kernel: expected an odd number");
  return kernel;
}

}  // namespace pskd::deploy
