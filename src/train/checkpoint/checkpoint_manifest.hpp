// The manifest of a checkpoint as text, and that of a model file, which says some of the same.
#pragma once

#include <string>

#include "train/checkpoint/checkpoint.hpp"

namespace pskd::train {

/// JSON. `optimizer_tensors`: how many of the optimizer's the file holds.
std::string manifest_text(const CheckpointManifest& manifest, std::size_t optimizer_tensors);

struct ParsedManifest {
  CheckpointManifest manifest;
  std::size_t optimizer_tensors = 0;
};

/// Throws Error(checkpoint) naming the key that is missing or has no possible value.
ParsedManifest parse_manifest(const std::string& text);
/// That of a model file, which has no position. Throws likewise.
CheckpointManifest parse_model_manifest(const std::string& text);

}  // namespace pskd::train
