#include "train/checkpoint/checkpoint.hpp"

#include <functional>
#include <utility>

#include "base/checkpoint_format.hpp"
#include "model/stored_tensors.hpp"
#include "pskd/base/error.hpp"
#include "train/checkpoint/checkpoint_manifest.hpp"
#include "train/optimizer/optimizer_state.hpp"

namespace pskd::train {
namespace {

const std::string kNetwork = kNetworkPart, kAdapters = "adapters/", kOptimizer = "optimizer/";

using Tensors = std::map<std::string, torch::Tensor>;

/// Parameters and buffers, by name.
Tensors tensors_of(const torch::nn::Module& module) {
  Tensors tensors;
  for (const auto& item : module.named_parameters()) tensors[item.key()] = item.value();
  for (const auto& item : module.named_buffers()) tensors[item.key()] = item.value();
  return tensors;
}

bool is_finite(const torch::Tensor& tensor) {
  return !tensor.is_floating_point() || tensor.isfinite().all().item<bool>();
}

void add_part(TensorFile& file, const std::string& part, const Tensors& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (!is_finite(tensor)) throw Error(ErrorKind::diverged, "'" + part + name + "' has numbers that are not finite");
    file.tensors[part + name] = model::to_stored(tensor);
  }
}

/// The tensors of a part, under their names in it.
Tensors part_of(const TensorFile& file, const std::string& part) {
  Tensors tensors;
  for (const auto& [name, stored] : file.tensors) {
    if (!name.starts_with(part)) continue;
    const torch::Tensor tensor = model::from_stored(stored);
    if (!is_finite(tensor)) {
      throw Error(ErrorKind::checkpoint, "'" + name +
                                             "' holds numbers that are not finite: its training diverged; "
                                             "train the stage again with a lower optimizer.lr");
    }
    tensors[name.substr(part.size())] = tensor;
  }
  return tensors;
}

void require_known_parts(const TensorFile& file) {
  for (const auto& [name, tensor] : file.tensors) {
    const bool known = name.starts_with(kNetwork) || name.starts_with(kAdapters) || name.starts_with(kOptimizer);
    if (!known) throw Error(ErrorKind::checkpoint, "holds '" + name + "', which is no part of a checkpoint");
  }
}

/// Throws unless `stored` are the tensors of `module`: all of them, no other, of the same type and shape.
void require_tensors_of(const torch::nn::Module& module, const Tensors& stored, const std::string& part) {
  const Tensors wanted = tensors_of(module);
  for (const auto& [name, tensor] : wanted) {
    const auto found = stored.find(name);
    if (found == stored.end() || found->second.sizes() != tensor.sizes() ||
        found->second.scalar_type() != tensor.scalar_type()) {
      throw Error(ErrorKind::checkpoint, "holds no '" + part + name + "' of the model's shape");
    }
  }
  for (const auto& [name, tensor] : stored) {
    if (!wanted.contains(name)) {
      throw Error(ErrorKind::checkpoint, "holds '" + part + name + "', which the model does not have");
    }
  }
}

void copy_to(const torch::nn::Module& module, const Tensors& stored) {
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : tensors_of(module)) torch::Tensor(tensor).copy_(stored.at(name));
}

void require_same(const std::string& what, const std::string& expected, const std::string& found) {
  if (expected == found || found.empty()) return;
  throw Error(ErrorKind::checkpoint, "made with another " + what + ": expected " + expected + ", found " + found +
                                         "; use the config, seed and data it was trained with");
}

void require_expected(const CheckpointManifest& manifest, const CheckpointManifest& expected) {
  require_same("stage", expected.stage, manifest.stage);
  require_same("config", expected.stage_hash, manifest.stage_hash);
  require_same("seed", std::to_string(expected.seed), std::to_string(manifest.seed));
  require_same("set of training clips", expected.clips_hash, manifest.clips_hash);
  if (!expected.start.empty()) require_same("start", expected.start, manifest.start);
  for (const auto& [teacher, hash] : expected.teachers) {
    const auto found = manifest.teachers.find(teacher);
    const std::string taught = found == manifest.teachers.end() ? "none" : found->second;
    if (taught == hash) continue;
    throw Error(ErrorKind::checkpoint, "it learned from other weights of " + teacher + " (hash " + taught +
                                           ") than lie there now (" + hash + "); restore them or train again with " +
                                           "--overwrite");
  }
}

const std::string& manifest_text_of(const TensorFile& file) {
  const auto text = file.metadata.find(kManifestText);
  if (text == file.metadata.end()) throw Error(ErrorKind::checkpoint, "holds no manifest");
  return text->second;
}

bool is_model_file(const CheckpointManifest& manifest) { return !manifest.config.empty(); }

LoadedCheckpoint load(const TensorFile& file, const CheckpointManifest& expected, model::Network& network,
                      torch::optim::Optimizer* optimizer, torch::nn::Module* adapters) {
  const std::string& text = manifest_text_of(file);
  ParsedManifest parsed = is_model_file(expected) ? ParsedManifest{parse_model_manifest(text)} : parse_manifest(text);
  require_expected(parsed.manifest, expected);
  require_known_parts(file);
  const Tensors weights = part_of(file, kNetwork), beside = part_of(file, kAdapters), state = part_of(file, kOptimizer);
  require_tensors_of(network, weights, kNetwork);
  if (adapters != nullptr) require_tensors_of(*adapters, beside, kAdapters);
  if (optimizer != nullptr) {
    if (state.size() != parsed.optimizer_tensors) {
      throw Error(ErrorKind::checkpoint, "holds " + std::to_string(state.size()) + " of the optimizer's " +
                                             std::to_string(parsed.optimizer_tensors) +
                                             " tensors; training cannot go on from it");
    }
    set_optimizer_state(*optimizer, state);
  }
  copy_to(network, weights);
  if (adapters != nullptr) copy_to(*adapters, beside);
  return {std::move(parsed.manifest), weights_hash(file)};
}

/// Reads the verified file; what `use` then throws is told of it.
LoadedCheckpoint use_file(const std::filesystem::path& file, const Seal& seal,
                          const std::function<LoadedCheckpoint(const TensorFile& content)>& use) {
  const std::string bytes = read_sealed_file(file, seal, ErrorKind::checkpoint);
  const TensorFile content =
      read_tensors(std::string_view(bytes).substr(kSealBytes), file.string(), ErrorKind::checkpoint);
  try {
    return use(content);
  } catch (const Error& error) {
    throw Error(error.kind(), file.string() + ": " + error.what());
  }
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const CheckpointManifest& manifest,
                     const model::Network& network, const torch::optim::Optimizer* optimizer,
                     const torch::nn::Module* adapters) {
  TensorFile content;
  add_part(content, kNetwork, tensors_of(network));
  if (adapters != nullptr) add_part(content, kAdapters, tensors_of(*adapters));
  const OptimizerState state = optimizer != nullptr ? optimizer_state(*optimizer) : OptimizerState{};
  add_part(content, kOptimizer, state);
  content.metadata = {{"format", "pskd"}, {kManifestText, manifest_text(manifest, state.size())}};
  write_sealed_file(file, kCheckpointSeal, tensor_file_bytes(content));
}

LoadedCheckpoint load_checkpoint(const std::filesystem::path& file, const CheckpointManifest& expected,
                                 model::Network& network, torch::optim::Optimizer* optimizer,
                                 torch::nn::Module* adapters) {
  return use_file(file, is_model_file(expected) ? kModelSeal : kCheckpointSeal,
                  [&](const TensorFile& content) { return load(content, expected, network, optimizer, adapters); });
}

LoadedCheckpoint read_checkpoint(const std::filesystem::path& file) {
  return use_file(file, kCheckpointSeal, [](const TensorFile& content) {
    return LoadedCheckpoint{parse_manifest(manifest_text_of(content)).manifest, weights_hash(content)};
  });
}

LoadedCheckpoint read_model_file(const std::filesystem::path& file) {
  return use_file(file, kModelSeal, [](const TensorFile& content) {
    return LoadedCheckpoint{parse_model_manifest(manifest_text_of(content)), weights_hash(content)};
  });
}

}  // namespace pskd::train
