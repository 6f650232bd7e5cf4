#include "pskd/train/evaluation.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/run_layout.hpp"
#include "data/windows.hpp"
#include "eval/window_scores.hpp"
#include "model/summary.hpp"
#include "train/cost.hpp"
#include "train/manifest.hpp"
#include "train/stage_clips.hpp"
#include "train/stage_setup.hpp"

namespace pskd::train {
namespace {

/// What the test part's windows of continuous recordings say together; nothing where it has none.
std::optional<eval::WindowScores> window_scores(const data::Split& split,
                                                const std::vector<eval::Prediction>& predictions) {
  std::map<std::string_view, const data::Clip*> clips;
  for (const data::Clip& clip : split.test) clips[clip.id] = &clip;
  std::vector<eval::Window> windows;
  for (const eval::Prediction& one : predictions) {
    const data::Clip& clip = *clips.at(one.clip);
    if (clip.end > clip.begin) windows.push_back({clip.source, clip.begin, clip.end, one.label, one.predicted});
  }
  if (windows.empty()) return std::nullopt;
  const auto outside = std::find(split.classes.begin(), split.classes.end(), data::kOutsideClass);
  const bool has_outside = outside != split.classes.end();
  return eval::score_windows(std::move(windows), has_outside
                                                     ? std::optional(static_cast<int>(outside - split.classes.begin()))
                                                     : std::nullopt);
}

/// The scores of the stage on a part of the protocol, whose predictions are written; nothing where the part is empty.
std::optional<eval::Scores> score_part(const TrainingSetup& setup, const std::vector<eval::Prediction>& predictions,
                                       const std::filesystem::path& file) {
  if (predictions.empty()) return std::nullopt;
  eval::write_predictions(file, predictions, setup.split.classes);
  return eval::score(predictions, setup.split.classes);
}

}  // namespace

TrainedStage load_stage(const TrainingSetup& setup, std::uint64_t seed, const std::string& stage) {
  return load_snapshot(setup, seed, stage, selected_snapshot(setup.experiment));
}

std::vector<eval::Prediction> predict(const TrainedStage& stage, const std::vector<data::Clip>& clips) {
  std::vector<eval::Prediction> predictions;
  std::vector<const data::Clip*> seen;
  for (const data::Clip& clip : clips) {
    if (has(clip, stage.sees)) seen.push_back(&clip);
  }
  if (seen.empty()) return predictions;
  const torch::Tensor logits = output_of(stage, Recordings(seen.begin(), seen.end())).logits.cpu();
  const torch::Tensor probabilities = torch::softmax(logits, 1).contiguous();
  const torch::Tensor classes = probabilities.argmax(1);
  const std::int64_t width = probabilities.size(1);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const float* row = probabilities.data_ptr<float>() + static_cast<std::int64_t>(i) * width;
    predictions.push_back({seen[i]->id, seen[i]->subject, seen[i]->label,
                           classes[static_cast<std::int64_t>(i)].item<int>(), std::vector<float>(row, row + width)});
  }
  return predictions;
}

eval::StageResult evaluate_stage(const TrainingSetup& setup, std::uint64_t seed, const config::StageConfig& stage,
                                 int epochs, double seconds) {
  const Snapshot scored = load_snapshot(setup, seed, stage.name, selected_snapshot(setup.experiment));
  const StageLayout folder = stage_layout(setup, seed, stage.name);
  eval::StageResult result;
  result.name = stage.name;
  const std::vector<eval::Prediction> tested = predict(scored, setup.split.test);
  result.test = score_part(setup, tested, folder.test_predictions());
  result.windows = window_scores(setup.split, tested);
  result.val = score_part(setup, predict(scored, setup.split.val), folder.val_predictions());
  result.parameters = model::count_parameters(*scored.network);
  result.epochs = epochs;
  result.seconds = seconds;
  const auto trained_on = stage_split(setup, stage, seed);
  const Recordings one = {training_clips(*trained_on, sees_unlabeled(setup, stage)).front()};
  scored.network->to(torch::kCPU);  // what it costs in use is told of one core
  result.cost = measure_cost(*scored.network, render_plain(scored.renderer, one, scored.sees));
  if (const auto adapters = stage_adapters(setup, stage, seed)) {
    result.cost->adapters = model::count_parameters(*adapters);
  }
  result.checkpoint = scored.hash;
  result.teachers = scored.manifest.teachers;
  result.start = scored.manifest.start;
  const auto by_all = seen_split(setup.split, shown_modalities(setup, stage, seed));
  if (trained_on->train.size() != setup.split.train.size()) result.train_clips = std::ssize(trained_on->train);
  if (by_all->train.size() != trained_on->train.size()) {
    result.partly_taught = std::ssize(trained_on->train) - std::ssize(by_all->train);
  }
  note_checkpoint(RunLayout{run_folder(setup, seed)}.manifest(), stage.name, scored.hash);
  return result;
}

}  // namespace pskd::train
