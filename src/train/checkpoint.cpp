#include "train/checkpoint.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/checksum.hpp"
#include "base/sealed_file.hpp"
#include "pskd/base/error.hpp"

namespace pskd::train {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Position, epoch, step, loss_sum, clips, correct, shares, seconds, best_epoch,
                                   best_accuracy)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CheckpointManifest, stage, config_hash, seed, data_hash, teachers, position)

namespace {

const Seal kSeal{"checkpoint", 1};

void require_same(const std::filesystem::path& file, const std::string& what, const std::string& expected,
                  const std::string& found) {
  if (expected == found) return;
  throw Error(ErrorKind::checkpoint, file.string() + ": made with another " + what + ": expected " + expected +
                                         ", found " + found + "; use the config, seed and data it was trained with");
}

using Copies = std::vector<std::pair<torch::Tensor, torch::Tensor>>;  ///< to, from

/// The tensors of `module` and those that the archive holds for them under `name`. Throws where one is missing or of
/// another shape; nothing is copied before all have been compared.
void collect(torch::nn::Module& module, torch::serialize::InputArchive& archive, const std::string& name,
             const std::filesystem::path& file, Copies& copies) {
  torch::serialize::InputArchive tensors;
  archive.read(name, tensors);
  const auto add = [&](const auto& items) {
    for (const auto& item : items) {
      torch::Tensor stored;
      if (!tensors.try_read(item.key(), stored) || stored.sizes() != item.value().sizes()) {
        throw Error(ErrorKind::checkpoint, file.string() + ": holds no '" + item.key() + "' of the model's shape");
      }
      copies.emplace_back(item.value(), stored);
    }
  };
  add(module.named_parameters());
  add(module.named_buffers());
}

void write_module(torch::serialize::OutputArchive& archive, const std::string& name, const torch::nn::Module& module) {
  torch::serialize::OutputArchive tensors;
  for (const auto& item : module.named_parameters()) tensors.write(item.key(), item.value());
  for (const auto& item : module.named_buffers()) tensors.write(item.key(), item.value(), true);
  archive.write(name, tensors);
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const CheckpointManifest& manifest,
                     const model::Network& network, const torch::optim::Optimizer* optimizer,
                     const torch::nn::Module* adapters) {
  torch::serialize::OutputArchive archive;
  write_module(archive, "network", network);
  if (adapters != nullptr) write_module(archive, "adapters", *adapters);
  if (optimizer != nullptr) {
    torch::serialize::OutputArchive state;
    optimizer->save(state);
    archive.write("optimizer", state);
  }
  std::ostringstream payload;
  nlohmann::json header = manifest;
  header["stage_hash"] = manifest.stage_hash;
  payload << header.dump() << '\n';
  archive.save_to(payload);
  write_sealed_file(file, kSeal, payload.str());
}

LoadedCheckpoint load_checkpoint(const std::filesystem::path& file, const CheckpointManifest& expected,
                                 model::Network& network, torch::optim::Optimizer* optimizer,
                                 torch::nn::Module* adapters) {
  const std::string bytes = read_sealed_file(file, kSeal, ErrorKind::checkpoint);
  try {
    const std::size_t manifest_end = bytes.find('\n', kSealBytes);
    const auto header = nlohmann::json::parse(bytes.substr(kSealBytes, manifest_end - kSealBytes));
    auto manifest = header.get<CheckpointManifest>();
    manifest.stage_hash = header.value("stage_hash", "");
    require_same(file, "stage", expected.stage, manifest.stage);
    if (manifest.stage_hash.empty()) {
      require_same(file, "config", expected.config_hash, manifest.config_hash);
    } else {
      require_same(file, "config", expected.stage_hash, manifest.stage_hash);
    }
    require_same(file, "seed", std::to_string(expected.seed), std::to_string(manifest.seed));
    require_same(file, "data set", expected.data_hash, manifest.data_hash);
    torch::serialize::InputArchive archive;
    archive.load_from(bytes.data() + manifest_end + 1, bytes.size() - manifest_end - 1);
    Copies copies;
    collect(network, archive, "network", file, copies);
    if (adapters != nullptr) collect(*adapters, archive, "adapters", file, copies);
    {
      const torch::NoGradGuard no_grad;
      for (auto& [target, source] : copies) target.copy_(source);
    }
    if (optimizer != nullptr) {
      torch::serialize::InputArchive state;
      archive.read("optimizer", state);
      optimizer->load(state);
    }
    return {manifest, content_hash(bytes)};
  } catch (const nlohmann::json::exception& problem) {
    throw Error(ErrorKind::checkpoint, file.string() + ": its manifest cannot be read: " + problem.what());
  } catch (const c10::Error& problem) {
    throw Error(ErrorKind::checkpoint, file.string() + ": " + problem.what_without_backtrace());
  } catch (const Error&) {
    throw;
  } catch (const std::exception& problem) {  // torch's unpickler throws std::out_of_range and others too
    throw Error(ErrorKind::checkpoint, file.string() + ": its archive cannot be read: " + problem.what());
  }
}

}  // namespace pskd::train
