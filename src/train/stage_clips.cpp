#include "train/stage_clips.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "train/other_runs/other_stage.hpp"

namespace pskd::train {

bool sees_unlabeled(const TrainingSetup& setup, const config::StageConfig& stage) {
  return stage.labeled_share != 1.0 && !setup.split.unlabeled.empty();
}

Modalities shown_modalities(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed) {
  Modalities all = shown_modalities(setup.experiment, stage);
  for (const config::TeacherRef& teacher : stage.teachers) {
    if (!teacher.run.empty()) all = all | modalities(config_of(setup, seed, teacher).sees);
  }
  return all;
}

std::shared_ptr<const data::Split> stage_split(const TrainingSetup& setup, const config::StageConfig& stage,
                                               std::uint64_t seed) {
  const auto seen = seen_split(setup.split, modalities(stage.sees));
  const auto by_all = seen_split(setup.split, shown_modalities(setup, stage, seed));
  const bool same_unlabeled = by_all->unlabeled.size() == seen->unlabeled.size();
  if (by_all.get() == &setup.split || same_unlabeled) return seen;
  data::Split split = *seen;
  split.unlabeled = by_all->unlabeled;
  return std::make_shared<const data::Split>(std::move(split));
}

ClipCounts clip_counts(const TrainingSetup& setup, const config::StageConfig& stage, const data::Split& seen) {
  return {std::ssize(seen.train), sees_unlabeled(setup, stage) ? std::ssize(seen.unlabeled) : 0};
}

bool knows_unlabeled_sensor_only(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed) {
  std::vector<config::StageRef> before;
  if (!stage.starts_from.stage.empty()) before.push_back(stage.starts_from);
  for (const config::TeacherRef& teacher : stage.teachers) before.push_back({teacher.stage, teacher.run});
  return stage.labeled_share == 0.0 &&
         std::all_of(before.begin(), before.end(), [&](const config::StageRef& reference) {
           const config::StageConfig earlier = config_of(setup, seed, {.stage = reference.stage, .run = reference.run});
           if (!modalities(earlier.sees).sensor) return true;
           return reference.run.empty() && knows_unlabeled_sensor_only(setup, earlier, seed);
         });
}

Recordings standardizing_clips(const TrainingSetup& setup, const config::StageConfig& stage, std::uint64_t seed) {
  const bool unlabeled = setup.split.train.empty() || knows_unlabeled_sensor_only(setup, stage, seed);
  return unlabeled ? recordings(setup.split.unlabeled) : recordings(setup.split.train);
}

Sight sight_of(const Recordings& clips, Modalities sees) {
  Sight sight;
  for (std::size_t i = 0; i < clips.size(); ++i) {
    if (has(*clips[i], sees)) sight.clips.push_back(static_cast<std::int64_t>(i));
  }
  sight.all = sight.clips.size() == clips.size();
  return sight;
}

distill::Labels label_tensors(const data::Split& split, std::size_t clips, torch::Device device) {
  const auto count = static_cast<std::int64_t>(clips);
  const torch::Tensor labels = label_tensor(split.train).slice(0, 0, count).to(device);
  if (labels.size(0) == count) return labels;
  return {torch::constant_pad_nd(labels, {0, count - labels.size(0)}), torch::arange(count, device).lt(labels.size(0))};
}

torch::Tensor balanced_weights(const std::vector<data::Clip>& clips) {
  std::map<int, int> counts;
  for (const data::Clip& clip : clips) ++counts[clip.label];
  std::vector<float> weights;
  for (const data::Clip& clip : clips) {
    const double even = static_cast<double>(clips.size()) / static_cast<double>(counts.size());
    weights.push_back(static_cast<float>(even / counts.at(clip.label)));
  }
  return torch::tensor(weights);
}

}  // namespace pskd::train
