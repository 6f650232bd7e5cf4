// The weights of a model file, taken by name for a network that is folded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "deploy/model_file.hpp"

namespace pskd::deploy {

/// y[o] = bias[o] + sum_i weights[o, i] x[i]
struct FoldedWeights {
  std::vector<double> weights;  ///< [outputs, inputs]
  std::vector<double> bias;     ///< [outputs]

  std::size_t outputs() const { return bias.size(); }
  std::size_t inputs() const { return weights.size() / bias.size(); }
};

/// Throws Error(checkpoint).
[[noreturn]] void refuse_network(const std::string& problem);

/// Takes weights by name, of the shape that they must have, and knows which were taken.
class NetworkWeights {
 public:
  explicit NetworkWeights(const ModelFile& model) : all_(model.weights) {}

  /// The numbers of a weight. Throws Error(checkpoint) naming it, where it is missing or of another shape.
  std::vector<double> take(const std::string& name, const std::vector<std::int64_t>& shape);
  /// The size of its last dimension; 0 where it is missing.
  std::int64_t last_size(const std::string& name) const;
  /// Throws Error(checkpoint) naming a weight that the network does not have.
  void require_all_taken() const;

 private:
  const std::map<std::string, StoredTensor>& all_;
  std::set<std::string> taken_;
};

/// Batch norm in use: y = scale x + shift.
struct FoldedNorm {
  std::vector<double> scale, shift;
};

inline constexpr double kNormEpsilon = 1e-5;  ///< of LibTorch's batch norm, unless it is made with another

FoldedNorm take_norm(NetworkWeights& weights, const std::string& name, std::int64_t size,
                     double epsilon = kNormEpsilon);

/// Of each of `count` matrices [rows, columns], its transpose.
std::vector<double> transposed(const std::vector<double>& matrices, std::size_t count, std::size_t rows,
                               std::size_t columns);

/// A layer without bias, [outputs, inputs], and the norm behind it.
FoldedWeights fold(const std::vector<double>& layer, const FoldedNorm& norm);

/// A number that `said` has, least .. most. Throws Error(checkpoint) that begins with `whose` and names it.
int whole_number(const nlohmann::json& said, const std::string& whose, const char* name, int least, int most);
/// That of an option, 1 .. `most`, which configs have, too: a file from a stranger must not ask for any amount of
/// memory.
int network_option(const nlohmann::json& options, const char* name, int most);

/// An odd number of frames.
int kernel_option(const nlohmann::json& options);

}  // namespace pskd::deploy
