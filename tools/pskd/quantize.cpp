#include "quantize.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "data/reader.hpp"
#include "data/readers/registry.hpp"
#include "deploy/recognizer.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/clip.hpp"
#include "pskd/data/protocol.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "signal/augmentation.hpp"

namespace {

namespace data = pskd::data;
namespace deploy = pskd::deploy;
using pskd::Error;
using pskd::ErrorKind;

struct Recordings {
  data::Split split;
  std::vector<int> columns;             ///< of the model's channels
  bool learned_from_unlabeled = false;  ///< and from no others
};

std::vector<int> columns_of(const deploy::SensorInput& sensor, const data::DatasetInfo& info) {
  return data::channel_columns(sensor.channels, info.channels, [](const std::string& channel) {
    throw Error(ErrorKind::checkpoint, "the recordings of the run have no channel " + channel);
  });
}

/// The split of the fold that the run is of.
Recordings read_recordings(const pskd::RunLayout& run, const deploy::ModelFile& model) {
  const pskd::config::Experiment experiment = pskd::config::load_experiment(run.config());
  const data::Reader reader = data::readers::make_reader(experiment.data);
  const std::string name = model.manifest.at("run").value("fold", "");
  const std::vector<data::Fold> folds = data::resolve_folds(experiment.protocol, reader.info);
  const auto fold = std::find_if(folds.begin(), folds.end(), [&](const data::Fold& one) { return one.name == name; });
  if (fold == folds.end()) {
    throw Error(ErrorKind::usage,
                run.folder.string() + ": expected a run of a fold of its protocol, in fold-<name>/seed-<n>");
  }
  data::Dataset dataset = data::store::load_dataset(reader, experiment.data);
  const std::string trained_on = model.manifest.at("run").at("data_hash");
  if (!trained_on.empty() && dataset.hash != trained_on) {
    throw Error(ErrorKind::checkpoint, run.folder.string() + ": the run was trained on other recordings (hash " +
                                           trained_on + ", now " + dataset.hash + "); restore them");
  }
  return {data::make_split(std::move(dataset), fold->protocol), columns_of(*model.sensor, reader.info),
          pskd::config::find_stage(experiment, model.stage).labeled_share == 0.0};
}

Recordings recordings_of(const pskd::RunLayout& run, const deploy::ModelFile& model) {
  try {
    return read_recordings(run, model);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    throw Error(ErrorKind::data, "--quantize needs the recordings of the run: " + std::string(error.what()));
  }
}

/// Appends the recording as the network's input before it is standardized: [channels, frames].
void append_window(const data::Recording& recording, const std::vector<int>& columns, int frames,
                   std::vector<float>& windows) {
  const std::vector<float> zeros(columns.size(), 0), ones(columns.size(), 1);
  const std::size_t size = columns.size() * static_cast<std::size_t>(frames);
  windows.resize(windows.size() + size);
  pskd::signal::render_sensor(recording, {}, columns, {zeros, ones}, frames, std::span(windows).last(size));
}

/// Of the clips that the stage has learned from: the labeled ones; the unlabeled ones where it had no others.
std::vector<float> calibration_windows(const Recordings& recordings, int frames) {
  std::vector<float> windows;
  const auto append = [&](const auto& clips) {
    for (const data::Recording& clip : clips) {
      if (clip.sensor.rows() > 0) append_window(clip, recordings.columns, frames, windows);
    }
  };
  if (!recordings.learned_from_unlabeled) append(recordings.split.train);
  if (windows.empty()) append(recordings.split.unlabeled);
  return windows;
}

void score(const Recordings& recordings, const deploy::ModelFile& model, QuantizedStudent& student) {
  pskd::Recognizer recognizer = deploy::recognizer_of(model, "the student");
  for (const data::Clip& clip : recordings.split.test) {
    if (clip.sensor.rows() == 0) continue;
    const data::Frames samples = clip.sensor(Eigen::all, recordings.columns);
    std::vector<float> window;
    append_window(clip, recordings.columns, model.sensor->frames, window);
    const std::vector<float> logits = deploy::logits_of(student.cnn, window);
    const auto in_int8 = std::max_element(logits.begin(), logits.end()) - logits.begin();
    const int in_floats = recognizer.classify({samples.data(), static_cast<std::size_t>(samples.size())}).label;
    ++student.tested;
    student.float_right += in_floats == clip.label ? 1 : 0;
    student.int8_right += in_int8 == clip.label ? 1 : 0;
    student.same += in_int8 == in_floats ? 1 : 0;
  }
}

}  // namespace

QuantizedStudent quantize_student(const pskd::RunLayout& run, const deploy::ModelFile& model) {
  const deploy::FoldedCnn cnn = deploy::fold_sensor_cnn(model);
  const Recordings recordings = recordings_of(run, model);
  const std::vector<float> windows = calibration_windows(recordings, model.sensor->frames);
  QuantizedStudent student;
  student.cnn = deploy::quantize(cnn, *model.sensor, windows);
  student.calibrated_on = windows.size() / (recordings.columns.size() * static_cast<std::size_t>(model.sensor->frames));
  student.float_bytes = deploy::weight_bytes(cnn);
  student.int8_bytes = deploy::weight_bytes(student.cnn);
  score(recordings, model, student);
  return student;
}
