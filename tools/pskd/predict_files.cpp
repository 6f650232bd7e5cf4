#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>

#include "base/pace.hpp"
#include "deploy/label_file.hpp"
#include "deploy/recognizer.hpp"
#include "predict.hpp"
#include "pskd/base/error.hpp"
#include "verbs.hpp"

namespace {

namespace deploy = pskd::deploy;
namespace fs = std::filesystem;

void require_sensor_alone(const deploy::ModelFile& model, const std::string& found) {
  if (!model.sees_skeleton) return;
  throw pskd::Error(pskd::ErrorKind::usage,
                    "stage " + model.stage +
                        " sees the skeleton: expected the folder of recordings that a description " +
                        "names (docs/own-recordings.md), found " + found);
}

/// Windows are as long as a training clip where only their step is given.
deploy::WindowOptions windows_of(const PredictOptions& options, const deploy::ModelFile& model) {
  deploy::WindowOptions windows = options.windows;
  if (windows.step > 0 && windows.length <= 0) windows.length = deploy::seconds_of_clip(*model.sensor);
  return windows;
}

PredictionForm form_of(const PredictOptions& options, const deploy::ModelFile& model, bool windows) {
  PredictionForm form{model.classes, options.top, windows, !options.labels.empty(), model.none.has_value()};
  for (const std::string& file : options.files) form.file_width = std::max(form.file_width, file.size());
  return form;
}

}  // namespace

void predict_files(const PredictOptions& options) {
  start_console_log(options.quiet);
  const deploy::ModelFile model = model_of(options.model, options.threshold);
  require_sensor_alone(model, options.files.front());
  pskd::Recognizer recognizer = deploy::recognizer_of(model, options.model);
  const deploy::WindowOptions windows = windows_of(options, model);
  std::optional<deploy::LabelFile> labels;
  if (!options.labels.empty()) labels.emplace(options.labels, model.classes);

  DecisionOutput output(options, form_of(options, model, windows.length > 0), recognizer.embedding_size());
  const auto decided = [&](const deploy::FileDecision& one) {
    output.add(one, labels ? labels->label_of(one.file) : std::nullopt);
  };
  const std::vector<fs::path> files(options.files.begin(), options.files.end());
  const auto unusable = [](const pskd::Error& error) { complain(error.what()); };
  const auto progress = [pace = pskd::Pace(), all = files.size()](std::size_t done) mutable {
    if (done < all && pace.is_due()) spdlog::info("{} of {} files", done, all);
  };
  const deploy::PredictionNotes notes =
      deploy::predict_files(model, recognizer, files, options.reading, windows, {decided, unusable, progress});
  warn_of(notes, "files");
  output.finish();
  if (notes.unusable > 0) {
    throw pskd::Error(pskd::ErrorKind::data,
                      fmt::format("{} of {} files could not be used, see above", notes.unusable, notes.files));
  }
}
