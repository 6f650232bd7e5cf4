#include "deploy/network_weights.hpp"

#include <cmath>
#include <cstring>

#include "pskd/base/error.hpp"
#include "pskd/config/models.hpp"

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

std::vector<double> transposed(const std::vector<double>& matrices, std::size_t count, std::size_t rows,
                               std::size_t columns) {
  std::vector<double> turned(matrices.size());
  for (std::size_t one = 0; one < count; ++one) {
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t column = 0; column < columns; ++column) {
        turned[(one * columns + column) * rows + row] = matrices[(one * rows + row) * columns + column];
      }
    }
  }
  return turned;
}

FoldedWeights fold(const std::vector<double>& layer, const FoldedNorm& norm) {
  FoldedWeights weights{layer, norm.shift};
  const std::size_t inputs = weights.inputs();
  for (std::size_t i = 0; i < layer.size(); ++i) weights.weights[i] *= norm.scale[i / inputs];
  return weights;
}

int whole_number(const nlohmann::json& said, const std::string& whose, const char* name, int least, int most) {
  const auto found = said.find(name);
  if (found != said.end() && found->is_number_integer() && *found >= least && *found <= most) return found->get<int>();
  refuse_network(whose + ": " + name + ": expected a whole number of " + std::to_string(least) + " .. " +
                 std::to_string(most));
}

int network_option(const nlohmann::json& options, const char* name, int most) {
  return whole_number(options, "its network", name, 1, most);
}

int kernel_option(const nlohmann::json& options) {
  const int kernel = network_option(options, "kernel", config::kMaxKernel);
  if (kernel % 2 == 0) refuse_network("its network: kernel: expected an odd number");
  return kernel;
}

}  // namespace pskd::deploy
