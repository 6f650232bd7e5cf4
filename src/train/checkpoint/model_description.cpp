#include "train/checkpoint/model_description.hpp"

#include <cmath>
#include <set>

#include "base/quantile.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "train/environment.hpp"
#include "train/stage_clips.hpp"

namespace pskd::train {
namespace {

using Json = nlohmann::json;

/// Writes described options as JSON, with the words of a config file.
class OptionsWriter {
 public:
  template <class T, class... Rules>
  void operator()(const config::Key& key, T& value, const Rules&...) {
    options[std::string(key.name)] = json_of(value);
  }

  Json options = Json::object();

 private:
  template <class T>
  static Json json_of(T& value) {
    if constexpr (std::is_enum_v<T>) {
      return config::word(value);
    } else if constexpr (std::is_arithmetic_v<T>) {
      return value;
    } else {
      OptionsWriter inner;
      describe(inner, value);
      return inner.options;
    }
  }
  template <class T>
  static Json json_of(std::vector<T>& values) {
    Json list = Json::array();
    for (T& value : values) list.push_back(json_of(value));
    return list;
  }
};

Json describe_sensor(const TrainingSetup& setup, const std::vector<std::string>& channels) {
  Json sensor = {{"channels", channels},
                 {"units", {{"acceleration", "g"}, {"angular_rate", "deg/s"}}},
                 {"frames", setup.renderer.augmentation.sensor.frames}};
  // Of several sensors, the names of the channels say whose they are.
  const std::vector<std::string> sensors = data::readers::sensors_of(setup.experiment.data);
  if (sensors.size() == 1) sensor["sensors"] = sensors;
  if (setup.info.sensor_rate > 0) sensor["rate"] = setup.info.sensor_rate;
  if (setup.info.units.empty()) return sensor;
  for (const int column : sensor_columns(channels, setup.info, "sensor channels")) {
    sensor["channel_units"].push_back(setup.info.units.at(static_cast<std::size_t>(column)));
  }
  return sensor;
}

Json describe_skeleton(const TrainingSetup& setup) {
  Json skeleton = {{"units", {{"position", "m"}}},
                   {"frames", setup.renderer.augmentation.skeleton.frames},
                   {"topology", describe_topology(setup.renderer.topology)}};
  if (setup.info.skeleton_rate > 0) skeleton["rate"] = setup.info.skeleton_rate;
  return skeleton;
}

/// Median length of those clips that have a sensor.
double median_samples(const Recordings& clips) {
  std::vector<double> samples;
  for (const data::Recording* clip : clips) {
    if (clip->sensor.rows() > 0) samples.push_back(static_cast<double>(clip->sensor.rows()));
  }
  return quantile(samples, 0.5);
}

std::vector<std::string> channel_names(const Json& list) {
  std::vector<std::string> names;
  for (const Json& name : list) names.push_back(name.is_string() ? name.get<std::string>() : name.dump());
  return names;
}

/// One finite number for each channel.
std::vector<float> channel_numbers(const Json& sensor, const char* key, std::size_t channels) {
  const Json list = sensor.is_object() ? sensor.value(key, Json()) : Json();
  std::vector<float> numbers;
  for (const Json& one : list.is_array() ? list : Json::array()) {
    const float number = one.is_number() ? one.get<float>() : std::nanf("");
    if (std::isfinite(number)) numbers.push_back(number);
  }
  if (numbers.size() == channels && list.size() == channels) return numbers;
  throw Error(ErrorKind::checkpoint, std::string("its manifest: ") + key + ": expected a number for each of the " +
                                         std::to_string(channels) + " sensor channels, found " + list.dump());
}

}  // namespace

Json describe_options(config::ModelConfig model) {  // descriptions take fields they may fill
  OptionsWriter writer;
  std::visit([&](auto& one) { describe(writer, one); }, model);
  writer.options["name"] = config::model_name(model);
  return writer.options;
}

Json describe_topology(const data::Topology& topology) {
  return {{"name", topology.name},     {"joints", topology.joints},        {"parents", topology.parents},
          {"center", topology.center}, {"parts", topology.parts},          {"mirrored", topology.mirrored},
          {"wrist", topology.wrist},   {"dimensions", topology.dimensions}};
}

Json describe_input(const TrainingSetup& setup, const config::StageConfig& stage) {
  const Modalities seen = modalities(stage.sees);
  Json description = {{"classes", setup.split.classes}, {"data", setup.info.name}};
  if (seen.sensor) {
    description["sensor"] = describe_sensor(setup, sensor_channels(setup.experiment, stage, setup.info));
  }
  if (seen.skeleton) description["skeleton"] = describe_skeleton(setup);
  return description;
}

Json describe_model(const TrainingSetup& setup, const Renderer& renderer, const config::StageConfig& stage,
                    std::uint64_t seed) {
  std::set<Name> subjects;
  for (const data::Clip& clip : setup.split.train) subjects.insert(clip.subject);
  const Environment here = environment();
  Json description = describe_input(setup, stage);
  description.update({{"model", describe_options(stage.model)},
                      {"precision", config::word(stage.precision)},
                      {"train_subjects", subjects},
                      {"version", here.version},
                      {"git_revision", here.git_revision}});
  if (!modalities(stage.sees).sensor) return description;
  description["sensor"].update({{"mean", renderer.statistics.mean},
                                {"deviation", renderer.statistics.deviation},
                                {"median_samples", median_samples(standardizing_clips(setup, stage, seed))}});
  return description;
}

Renderer described_renderer(const TrainingSetup& setup, const Json& description) {
  Renderer renderer = setup.renderer;
  const auto sensor = description.find("sensor");
  if (sensor == description.end()) return renderer;
  if (const auto names = sensor->find("channels"); names != sensor->end() && names->is_array()) {
    renderer.sensor_columns = sensor_columns(channel_names(*names), setup.info, "its manifest: channels");
  }
  const std::size_t channels = renderer.sensor_columns.size();
  renderer.statistics = {channel_numbers(*sensor, "mean", channels), channel_numbers(*sensor, "deviation", channels)};
  for (const float deviation : renderer.statistics.deviation) {
    if (deviation > 0) continue;
    throw Error(ErrorKind::checkpoint,
                "its manifest: deviation: expected numbers > 0, found " + std::to_string(deviation));
  }
  return renderer;
}

}  // namespace pskd::train
