// A model as C: one header and one source in C99, which need the standard library only, and no heap.
#pragma once

#include <string>

#include "deploy/model_file.hpp"
#include "deploy/quantized_cnn.hpp"

namespace pskd::deploy {

struct CSource {
  std::string header, source;
};

/// `name` begins the names in it and is that of the files: <name>.h and <name>.c. Throws Error(usage) when it is no
/// identifier in C, or one that is taken; Error(checkpoint) for a network that cannot be written, see fold_sensor_cnn.
CSource c_source(const ModelFile& model, const std::string& name);

/// The same functions in 8-bit integers: `cnn` is the network of `model`.
CSource c_source(const ModelFile& model, const QuantizedCnn& cnn, const std::string& name);

}  // namespace pskd::deploy
