// A model in the Open Neural Network Exchange format (https://github.com/onnx/onnx/blob/main/docs/IR.md), IR version 8,
// operator set 17.
#pragma once

#include <string>

#include "deploy/model_file.hpp"

namespace pskd::deploy {

/// The bytes of an .onnx file, which the format's own checker and shape inference accept.
///
/// Its inputs are what the network sees: `sensor` [batch, channels, frames], in g and deg/s, and `skeleton` [batch,
/// frames, joints, 3], positions in meters, y up (x, y and the confidence where poses have two dimensions), both
/// resampled to `frames`. The standardization and the skeleton's streams are part of the graph, and batch norm is
/// folded into the weights. A network that was trained in bfloat16 computes in float. Its outputs are `probabilities`
/// [batch, K], `logits` [batch, K] and `embedding` [batch, D]. `batch` may vary. The metadata are JSON texts: classes,
/// channels, units, rate, frames, resampling, skeleton and version, as far as the model file says them, and the whole
/// `manifest` of the model file.
///
/// Throws Error(checkpoint) for a network that cannot be written, see fold_network, and for one that is larger than
/// the 2 GB that the format can hold.
std::string onnx_model(const ModelFile& model);

}  // namespace pskd::deploy
