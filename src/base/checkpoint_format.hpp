// What checkpoints and model files are as files: which seal they have, and what their parts are called. Training writes
// checkpoints, and what exports a trained model reads them without LibTorch; the model file that it writes may teach.
#pragma once

#include <string>

#include "base/sealed_file.hpp"
#include "base/tensor_file.hpp"

namespace pskd {

extern const Seal kCheckpointSeal;
extern const Seal kModelSeal;  ///< deploy/model_file.hpp

/// The text in the metadata that says what the file is: train/checkpoint_manifest.hpp, deploy/model_file.hpp.
inline constexpr const char* kManifestText = "manifest";
/// What the names of the network's tensors begin with.
inline constexpr const char* kNetworkPart = "network/";

/// Content hash of the network's weights: names, shapes and numbers.
std::string weights_hash(const TensorFile& file);

}  // namespace pskd
