#include "predict.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/pace.hpp"
#include "deploy/decision.hpp"
#include "pskd/base/error.hpp"
#include "torch_verbs.hpp"
#include "train/other_runs/asked_folder.hpp"
#include "train/other_runs/unlabeled_folder.hpp"

namespace {

using pskd::Error;
using pskd::ErrorKind;
using pskd::data::Clip;
using pskd::train::AskedFolder;

constexpr std::size_t kBatch = 256;  // clips

void require_folder_options(const PredictOptions& options) {
  const std::pair<const char*, bool> given[] = {{"--reader", !options.reading.format.empty()},
                                                {"--rate", options.reading.rate > 0},
                                                {"--unit", !options.unit.empty()},
                                                {"--window", options.windows.length > 0},
                                                {"--step", options.windows.step > 0},
                                                {"--labels", !options.labels.empty()}};
  for (const auto& [option, is_given] : given) {
    if (!is_given) continue;
    throw Error(ErrorKind::usage,
                std::string(option) + " goes with files; the description of a folder says it for " + "its recordings");
  }
}

bool is_window(const Clip* clip) { return clip->end > clip->begin; }

PredictionForm form_of(const PredictOptions& options, const pskd::deploy::ModelFile& model, const AskedFolder& folder,
                       const std::vector<const Clip*>& clips) {
  PredictionForm form{model.classes, options.top, std::any_of(clips.begin(), clips.end(), is_window), false,
                      model.none.has_value()};
  for (const Clip* clip : clips) {
    form.labels = form.labels || label_of(*clip, folder);
    form.file_width = std::max(form.file_width, clip->id.size());
  }
  return form;
}

std::span<const float> row_of(const torch::Tensor& table, std::size_t row) {
  const auto width = static_cast<std::size_t>(table.size(1));
  return {table.data_ptr<float>() + row * width, width};
}

void decide(const AskedFolder& folder, const std::vector<const Clip*>& clips, const pskd::eval::NoneRule& none,
            DecisionOutput& output) {
  pskd::Pace pace;
  for (std::size_t first = 0; first < clips.size(); first += kBatch) {
    const std::size_t end = std::min(first + kBatch, clips.size());
    const pskd::train::Recordings batch(clips.begin() + static_cast<std::ptrdiff_t>(first),
                                        clips.begin() + static_cast<std::ptrdiff_t>(end));
    const pskd::distill::TeacherOutput said = ask(folder, batch);
    const torch::Tensor logits = said.logits.contiguous(), embedding = said.embedding.contiguous();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Clip& clip = *clips[first + i];
      output.add(
          {clip.id, clip.begin, clip.end, {}, pskd::deploy::decision_of(row_of(logits, i), row_of(embedding, i), none)},
          label_of(clip, folder));
    }
    if (end < clips.size() && pace.is_due()) spdlog::info("{} of {} recordings", end, clips.size());
  }
}

}  // namespace

void predict_folder(const PredictOptions& options) {
  require_folder_options(options);
  prepare(0);
  start_console_log(options.quiet);
  const pskd::deploy::ModelFile model = model_of(options);
  const AskedFolder folder =
      pskd::train::open_folder(options.model, options.files.front(),
                               options.description.empty() ? "" : pskd::train::absolute_path(options.description));
  for (const std::string& warning : folder.warnings) spdlog::warn("recordings: {}", warning);
  const std::vector<const Clip*> clips = seen_clips(folder);
  const std::size_t all = folder.dataset.clips.size();
  const std::string count =
      fmt::format("{} of {} recordings lack what stage {} sees", all - clips.size(), all, model.stage);
  if (clips.empty()) throw Error(ErrorKind::data, options.files.front() + ": " + count);
  if (clips.size() < all) spdlog::warn("{}", count);
  DecisionOutput output(options, form_of(options, model, folder, clips), folder.embedding);
  decide(folder, clips, model.none.value_or(pskd::eval::NoneRule{}), output);
  output.finish();
}
