// Checkpoints: a sealed file with a JSON manifest and the tensors of network, adapters and optimizer
// (base/tensor_file). Nothing in it is executed, whoever wrote it.
//
// The tensors are named network/<name>, adapters/<name> and optimizer/<name>. The optimizer's may be left out: only
// going on with training needs them.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pskd/model/network.hpp"
#include "train/other_runs/seen.hpp"

namespace pskd::train {

/// Where a stage's training stands. `epoch` epochs are complete and `step` steps of the next; the sums are over those
/// steps.
struct Position {
  int epoch = 0;
  int step = 0;
  double loss_sum = 0;         ///< loss times clips
  std::int64_t clips = 0;      ///< seen
  std::int64_t correct = 0;    ///< of them, classified right
  std::vector<double> shares;  ///< clips that learned from each active teacher, and from the label
  double seconds = 0;          ///< trained so far, over all starts
  int best_epoch = 0;          ///< 1-based; 0: none yet
  double best_accuracy = -1;   ///< on the validation part
  double best_loss = 0;        ///< of the best epoch, mean cross-entropy on the validation part
  int tied_epochs = 0;         ///< epochs with best_accuracy, of which the best has the least loss
};

/// What a checkpoint says about itself.
struct CheckpointManifest {
  std::string stage;
  std::string stage_hash, clips_hash;  ///< what was trained on which clips, see train/stage_key.hpp; empty: not known,
                                       ///< as in files of pskd 0.6.0, which are held to the run's manifest alone
  std::uint64_t seed = 0;
  std::map<std::string, std::string> teachers;  ///< hash of each teacher's weights, by stage and snapshot
  std::string start;                            ///< hash of the weights that it began with; empty: drawn ones
  std::optional<Seen> seen;                     ///< what decided its weights; absent: not known, as in older files
  Position position;
  nlohmann::json model = nlohmann::json::object();  ///< what predicting needs: see train/model_description.hpp
  std::string config;  ///< of a model file: its stage alone, as a config file; empty: of a checkpoint
};

/// Writes atomically. Throws Error(diverged), and leaves the file as it is, where a number is not finite: such a file
/// is never read again. `optimizer` may be null (a snapshot that is only taught from), and so may `adapters`, the
/// layers that the loss trains beside the network.
void save_checkpoint(const std::filesystem::path& file, const CheckpointManifest& manifest,
                     const model::Network& network, const torch::optim::Optimizer* optimizer,
                     const torch::nn::Module* adapters = nullptr);

struct LoadedCheckpoint {
  CheckpointManifest manifest;
  std::string hash;  ///< of the network's weights: names, shapes and numbers
};

/// A checkpoint or, where `expected` is of one, a model file, which has no optimizer and no adapters.
/// Verifies the whole file before it touches `network`, `optimizer` or `adapters` (the latter two may be null). Throws
/// Error(checkpoint) naming the file: damaged, of another version, of another stage, config, seed or clips than
/// `expected`, taught by or begun with other weights than `expected` names (of which nothing else counts), with tensors
/// that are not the network's by name, type and shape, or with numbers that are not finite.
LoadedCheckpoint load_checkpoint(const std::filesystem::path& file, const CheckpointManifest& expected,
                                 model::Network& network, torch::optim::Optimizer* optimizer,
                                 torch::nn::Module* adapters = nullptr);

/// The same without a network: verifies the whole file, and holds it to nothing.
LoadedCheckpoint read_checkpoint(const std::filesystem::path& file);
/// Of a model file (deploy/model_file.hpp). Throws also when an older pskd wrote it, which did not say how the stage
/// was trained.
LoadedCheckpoint read_model_file(const std::filesystem::path& file);

}  // namespace pskd::train
