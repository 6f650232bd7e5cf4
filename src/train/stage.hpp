// Training of one stage.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "distill/objective.hpp"
#include "distill/teacher_output_cache.hpp"
#include "pskd/train/run.hpp"
#include "train/checkpoint.hpp"
#include "train/logging/metrics_log.hpp"
#include "train/logging/progress.hpp"

namespace pskd {

/// <stage folder>/<snapshot>.ckpt; `snapshot` is last, best or epoch-<n>.
std::filesystem::path checkpoint_path(const std::filesystem::path& stage, const std::string& snapshot);

/// runs/<experiment>/<config hash>/seed-<n>/stages/<stage>
std::filesystem::path stage_folder(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage);

inline constexpr const char* kAnswersFolder = "answers";
/// Where the answers of frozen teachers lie while learners ask for them: in the stage store, else in the run's folder.
std::filesystem::path answers_folder(const TrainingSetup& setup, std::uint64_t seed);

/// The layers that the loss of `stage` trains beside it, freshly drawn; null where it needs none.
std::shared_ptr<Adapters> stage_adapters(const Experiment& experiment, const StageConfig& stage, std::uint64_t seed);

/// What the loss of `stage` needs beside a batch; layers are drawn, word vectors read. Throws Error(data).
LossContext loss_context(const TrainingSetup& setup, const StageConfig& stage, std::uint64_t seed);

/// What every checkpoint of this stage must say about itself.
CheckpointManifest stage_manifest(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage);

/// A stage's network with the parameters of one of its snapshots, and the content hash of that checkpoint.
struct Snapshot {
  std::shared_ptr<Network> network;
  std::string hash;
};
Snapshot load_snapshot(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage,
                       const std::string& snapshot);

class StageTrainer {
 public:
  /// Draws the parameters, loads the teachers from the run's folder, and goes on from `folder`/last.ckpt when there is
  /// one. What training leaves goes to `folder`.
  StageTrainer(const TrainingSetup& setup, const StageConfig& stage, std::uint64_t seed,
               const std::filesystem::path& folder);

  /// Trains the epochs that are left. last.ckpt is written after each; a stop signal writes it after the current step
  /// and throws Stopped.
  void train();

  Network& network() { return *network_; }
  const Position& position() const { return manifest_.position; }

 private:
  /// What an epoch trains on: every clip's view, and what the active teachers say about it.
  struct Epoch {
    Input views;
    std::vector<std::size_t> teachers;
    std::vector<TeacherOutput> answers;
    torch::Tensor order;  ///< [N] int64
  };

  void start_network();
  void load_teachers();
  void resume();
  Modalities needed(const std::vector<std::size_t>& silent) const;
  Epoch prepare_epoch();
  void train_epoch(StageProgress& progress, MetricsLog& metrics);
  void train_step(const Epoch& epoch);
  void require_finite(double loss, const torch::Tensor& rows) const;
  void finish_epoch(const Epoch& epoch, StageProgress& progress, MetricsLog& metrics);
  double validate();
  void save(const std::string& snapshot) const;

  const TrainingSetup& setup_;
  const StageConfig& stage_;
  std::uint64_t seed_, key_ = 0, view_key_;
  std::filesystem::path folder_;
  std::shared_ptr<Network> network_;
  LossContext context_;
  std::vector<torch::Tensor> parameters_;  ///< all that are trained
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  std::unique_ptr<TeacherOutputCache> bank_;
  std::optional<std::size_t> branch_;  ///< the teacher that is the learner's own frozen branch
  CheckpointManifest manifest_;
  std::vector<int> snapshots_;
  torch::Tensor labels_;
  Input validation_;
  torch::Tensor validation_labels_;
  int steps_ = 1;
};

}  // namespace pskd
