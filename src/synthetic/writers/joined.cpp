#include "synthetic/writers/joined.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/file.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/windows.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/experiment.hpp"
#include "synthetic/writers/folder.hpp"

namespace pskd::synthetic {
namespace {

namespace fs = std::filesystem;
using data::Clip;
using data::DatasetInfo;
using data::Frames;
using Eigen::Index;
using RecordingKey = std::tuple<Name, Name, Name>;  // subject, trial, scene

// The noise of a sensor that rests, by the unit of its channel.
double noise_of(const std::string& unit) {
  if (unit == "g") return 0.01;
  return unit == "deg/s" ? 1 : 0;
}

// The lines of one file.
class JoinedFile {
 public:
  JoinedFile(const DatasetInfo& info, RandomStream& random) : info_(info), random_(random) {
    text_ = "t";
    for (const std::string& channel : info.channels) text_ += "," + csv_field(channel);
    text_ += ",label\n";
  }

  void add_clip(const Frames& sensor, const std::string& label) {
    for (Index row = 0; row < sensor.rows(); ++row) add(sensor.row(row), csv_field(label));
  }

  void add_rest(const Frames& from, const Frames& to, Index samples) {
    for (Index i = 1; i <= samples; ++i) {
      const float share = static_cast<float>(i) / static_cast<float>(samples + 1);
      Frames values = from + share * (to - from);
      for (Index channel = 0; channel < values.cols(); ++channel) {
        const double noise = noise_of(info_.units[static_cast<std::size_t>(channel)]);
        values(channel) += static_cast<float>(random_.normal(0, noise));
      }
      add(values, "");
    }
  }

  const std::string& text() const { return text_; }

 private:
  template <class Row>
  void add(const Row& values, const std::string& label) {
    text_ += fmt::format("{:.4f}", static_cast<double>(samples_++) / info_.sensor_rate);
    for (Index channel = 0; channel < values.cols(); ++channel) text_ += fmt::format(",{:.7g}", values(channel));
    text_ += "," + label + "\n";
  }

  const DatasetInfo& info_;
  RandomStream& random_;
  std::string text_;
  std::int64_t samples_ = 0;
};

std::string joined(const std::vector<const Clip*>& clips, const DatasetInfo& info, const JoinOptions& options,
                   RandomStream random) {
  JoinedFile file(info, random);
  const auto samples = static_cast<Index>(std::lround(options.rest * info.sensor_rate));
  const std::vector<std::int64_t> order = random.permutation(std::ssize(clips));
  Frames last;  // [1, channels]
  for (const std::int64_t i : order) {
    const Clip& clip = *clips[static_cast<std::size_t>(i)];
    const Frames first = clip.sensor.topRows(1);
    file.add_rest(last.rows() == 0 ? first : last, first, samples);
    file.add_clip(clip.sensor, info.classes[static_cast<std::size_t>(clip.label)]);
    last = clip.sensor.bottomRows(1);
  }
  file.add_rest(last, last, samples);
  return file.text();
}

template <class Texts>
std::string list(const Texts& texts) {
  return nlohmann::json(texts).dump();
}

std::string description(const DatasetInfo& info, const std::set<Name>& subjects, const JoinOptions& options) {
  std::vector<std::string> classes = info.classes;
  classes.emplace_back(data::kOutsideClass);
  std::string train;
  const auto protocol = info.protocols.find(config::kCrossSubject);
  if (protocol != info.protocols.end() && protocol->second.axis == data::SplitAxis::subjects) {
    std::vector<std::string> names;
    for (const Name& subject : protocol->second.train) {
      if (subjects.contains(subject)) names.push_back(subject.text());
    }
    if (!names.empty()) train = "train_subjects: " + list(names) + "\n";
  }
  return fmt::format(
      "# Made by pskd data join of the clips of {}: one recording for each person and trial, with {} s of rest "
      "between\n"
      "# the clips.\n"
      "manifest: clips.csv\nclasses: {}\n{}align: span\n"
      "windows: {{length: {}, step: {}, outside: class}}\n"
      "skeleton: null\nsensors:\n  watch:\n    header: true\n    time: t\n    label: label\n    columns: {}\n"
      "    channels: {}\n    unit: {}\n    rate: {}\n",
      info.name, options.rest, list(classes), train, options.window, options.step, list(info.channels),
      list(info.channels), list(info.units), info.sensor_rate);
}

// Whether another camera saw what `clip` shows: then it has the same sensor.
bool is_other_view(const Clip& clip, const std::vector<const Clip*>& others) {
  return std::any_of(others.begin(), others.end(), [&](const Clip* other) {
    return other->label == clip.label && other->camera != clip.camera && other->sensor.rows() == clip.sensor.rows() &&
           (other->sensor == clip.sensor).all();
  });
}

std::map<RecordingKey, std::vector<const Clip*>> by_recording(const data::Dataset& dataset) {
  std::map<RecordingKey, std::vector<const Clip*>> recordings;
  for (const Clip& clip : dataset.clips) {
    if (clip.sensor.rows() == 0) continue;
    std::vector<const Clip*>& clips = recordings[{clip.subject, clip.trial, clip.scene}];
    if (!is_other_view(clip, clips)) clips.push_back(&clip);
  }
  return recordings;
}

int fill(const fs::path& folder, const data::Dataset& dataset, const JoinOptions& options) {
  const bool has_scenes = !dataset.info.scenes.empty();
  std::string manifest = std::string("id,subject,trial") + (has_scenes ? ",scene" : "") + ",watch\n";
  int count = 0;
  std::set<Name> subjects;
  std::set<std::string> ids;
  for (const auto& [key, clips] : by_recording(dataset)) {
    const auto& [subject, trial, scene] = key;
    std::string id = fmt::format("s{}_t{}", subject.text(), trial.text()) + (has_scenes ? "_c" + scene.text() : "");
    while (!ids.insert(id).second) id += "_";
    subjects.insert(subject);
    const RandomStream random(stream_key(options.seed, "joined", id));
    write_cache_atomically(folder / "watch" / (id + ".csv"), joined(clips, dataset.info, options, random));
    manifest += fmt::format("{},{},{}{},watch/{}.csv\n", id, subject.text(), trial.text(),
                            has_scenes ? "," + scene.text() : "", id);
    ++count;
  }
  write_cache_atomically(folder / "clips.csv", manifest);
  write_cache_atomically(folder / data::readers::kDescriptionName, description(dataset.info, subjects, options));
  return count;
}

}  // namespace

int write_joined(const fs::path& folder, const data::Dataset& dataset, const JoinOptions& options) {
  const DatasetInfo& info = dataset.info;
  const auto refuse = [&](const std::string& problem) {
    throw Error(ErrorKind::data, info.name + ": its clips cannot be joined: " + problem);
  };
  const auto has_sensor = [](const Clip& clip) { return clip.sensor.rows() > 0; };
  const auto has = [](const std::vector<std::string>& names, const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (std::none_of(dataset.clips.begin(), dataset.clips.end(), has_sensor)) refuse("no clip has a sensor");
  if (info.sensor_rate <= 0) refuse("their sensors have no common rate");
  if (has(info.classes, data::kOutsideClass)) refuse("a class is called other, as the rest between clips will be");
  if (has(info.channels, "t") || has(info.channels, "label")) refuse("a channel is called t or label");
  return write_folder_atomically(folder, [&](const fs::path& partial) { return fill(partial, dataset, options); });
}

}  // namespace pskd::synthetic
