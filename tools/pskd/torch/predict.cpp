#include "predict.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "base/file.hpp"
#include "base/pace.hpp"
#include "deploy/decision.hpp"
#include "pskd/base/error.hpp"
#include "torch_verbs.hpp"
#include "train/other_runs/asked_folder.hpp"

namespace {

namespace data = pskd::data;
namespace deploy = pskd::deploy;
namespace fs = std::filesystem;
using pskd::Error;
using pskd::ErrorKind;
using pskd::data::Clip;
using pskd::deploy::Doubt;
using pskd::deploy::ModelFile;
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
                std::string(option) + " goes with files; of a folder, its description or its data set says it");
  }
}

bool is_window(const Clip* clip) { return clip->end > clip->begin; }

/// A window by its recording, whose clock it is on.
fs::path name_of(const Clip& clip) { return is_window(&clip) ? clip.source : clip.id; }

/// The folder, with the description that was named.
AskedFolder open(const PredictOptions& options) {
  const fs::path folder = pskd::full_path(options.files.front());
  if (options.description.empty()) return pskd::train::open_folder(options.model, folder, "");
  const fs::path description = pskd::full_path(options.description);
  const fs::path inside = fs::weakly_canonical(description).lexically_relative(fs::weakly_canonical(folder));
  if (!inside.empty() && *inside.begin() != "..") {
    return pskd::train::open_folder(options.model, folder, description.string());
  }
  throw Error(ErrorKind::usage,
              "--description: expected a file in " + folder.string() + ", found " + description.string());
}

PredictionForm form_of(const PredictOptions& options, const ModelFile& model, const AskedFolder& folder,
                       const std::vector<const Clip*>& clips) {
  PredictionForm form{model.classes, options.top, std::any_of(clips.begin(), clips.end(), is_window), false,
                      model.none.has_value()};
  for (const Clip* clip : clips) {
    form.labels = form.labels || label_of(*clip, folder).index;
    form.file_width = std::max(form.file_width, name_of(*clip).string().size());
  }
  return form;
}

void warn_of_other_classes(const std::vector<const Clip*>& clips, const AskedFolder& folder) {
  std::set<std::string> others;
  std::size_t count = 0;
  for (const Clip* clip : clips) {
    const std::string other = label_of(*clip, folder).other;
    if (other.empty()) continue;
    others.insert(other);
    ++count;
  }
  if (count == 0) return;
  spdlog::warn(
      "{} of {} recordings have the label of a class that the model does not know ({}); the score is without them",
      count, clips.size(), fmt::join(others, ", "));
}

void warn_of_known(const std::vector<const Clip*>& clips, const AskedFolder& folder) {
  const auto& seen = folder.stage.manifest.seen;  // older files do not say it
  const auto known =
      std::count_if(clips.begin(), clips.end(), [&](const Clip* clip) { return seen && knows(*seen, *clip); });
  if (known == 0) return;
  spdlog::warn("the model has learned from {} of {} recordings; it knows new ones less well", known, clips.size());
}

/// Of the sensor, where the network sees it.
std::vector<Doubt> doubts_about(const Clip& clip, const ModelFile& model, const AskedFolder& folder) {
  if (!model.sensor) return {};
  const data::Frames samples = clip.sensor(Eigen::all, folder.stage.renderer.sensor_columns);
  return deploy::doubts_about({samples, 0, false}, *model.sensor);
}

std::span<const float> row_of(const torch::Tensor& table, std::size_t row) {
  const auto width = static_cast<std::size_t>(table.size(1));
  return {table.data_ptr<float>() + row * width, width};
}

deploy::PredictionNotes decide(const AskedFolder& folder, const std::vector<const Clip*>& clips, const ModelFile& model,
                               DecisionOutput& output) {
  const pskd::eval::NoneRule none = model.none.value_or(pskd::eval::NoneRule{});
  deploy::PredictionNotes notes;
  pskd::Pace pace;
  for (std::size_t first = 0; first < clips.size(); first += kBatch) {
    const std::size_t end = std::min(first + kBatch, clips.size());
    const pskd::train::Recordings batch(clips.begin() + static_cast<std::ptrdiff_t>(first),
                                        clips.begin() + static_cast<std::ptrdiff_t>(end));
    const pskd::distill::TeacherOutput said = ask(folder, batch);
    const torch::Tensor logits = said.logits.contiguous(), embedding = said.embedding.contiguous();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Clip& clip = *clips[first + i];
      const std::vector<Doubt> doubts = doubts_about(clip, model, folder);
      note(notes, clip.id, doubts);
      output.add({name_of(clip), clip.begin, clip.end, doubts,
                  deploy::decision_of(row_of(logits, i), row_of(embedding, i), none)},
                 label_of(clip, folder).index);
    }
    notes.files = static_cast<std::int64_t>(end);
    if (end < clips.size() && pace.is_due()) spdlog::info("{} of {} recordings", end, clips.size());
  }
  return notes;
}

}  // namespace

void predict_folder(const PredictOptions& options) {
  require_folder_options(options);
  prepare(0);
  start_console_log(options.quiet);
  const ModelFile model = model_of(options.model, options.threshold);
  const AskedFolder folder = open(options);
  for (const std::string& warning : folder.warnings) spdlog::warn("recordings: {}", warning);
  const std::vector<const Clip*> clips = seen_clips(folder);
  const std::size_t all = folder.dataset.clips.size();
  const std::string count =
      fmt::format("{} of {} recordings lack what stage {} sees", all - clips.size(), all, model.stage);
  if (clips.empty()) throw Error(ErrorKind::data, options.files.front() + ": " + count);
  if (clips.size() < all) spdlog::warn("{}", count);
  warn_of_other_classes(clips, folder);
  warn_of_known(clips, folder);
  DecisionOutput output(options, form_of(options, model, folder, clips),
                        static_cast<std::size_t>(folder.stage.embedding));
  warn_of(decide(folder, clips, model, output), "recordings");
  output.finish();
}
