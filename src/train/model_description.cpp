#include "train/model_description.hpp"

#include <set>

#include "base/quantile.hpp"
#include "train/environment.hpp"

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

Json describe_options(config::ModelConfig model) {  // descriptions take fields they may fill
  OptionsWriter writer;
  std::visit([&](auto& one) { describe(writer, one); }, model);
  writer.options["name"] = config::model_name(model);
  return writer.options;
}

Json describe_sensor(const TrainingSetup& setup) {
  std::vector<double> samples;
  for (const data::Clip& clip : setup.split.train) samples.push_back(static_cast<double>(clip.sensor.rows()));
  return {{"channels", setup.experiment.data.channels},
          {"units", {{"acceleration", "g"}, {"angular_rate", "deg/s"}}},
          {"frames", setup.renderer.augmentation.sensor.frames},
          {"mean", setup.renderer.statistics.mean},
          {"deviation", setup.renderer.statistics.deviation},
          {"median_samples", quantile(samples, 0.5)}};
}

Json describe_skeleton(const TrainingSetup& setup) {
  return {{"units", {{"position", "m"}}},
          {"frames", setup.renderer.augmentation.skeleton.frames},
          {"topology", describe_topology(setup.renderer.topology)}};
}

}  // namespace

Json describe_topology(const data::Topology& topology) {
  return {{"name", topology.name},     {"joints", topology.joints},        {"parents", topology.parents},
          {"center", topology.center}, {"parts", topology.parts},          {"mirrored", topology.mirrored},
          {"wrist", topology.wrist},   {"dimensions", topology.dimensions}};
}

Json describe_model(const TrainingSetup& setup, const config::StageConfig& stage) {
  std::set<Name> subjects;
  for (const data::Clip& clip : setup.split.train) subjects.insert(clip.subject);
  const Environment here = environment();
  Json description = {{"model", describe_options(stage.model)},
                      {"precision", config::word(stage.precision)},
                      {"classes", setup.split.classes},
                      {"data", setup.info.name},
                      {"train_subjects", subjects},
                      {"version", here.version},
                      {"git_revision", here.git_revision}};
  const Modalities seen = modalities(stage.sees);
  if (seen.sensor) description["sensor"] = describe_sensor(setup);
  if (seen.skeleton) description["skeleton"] = describe_skeleton(setup);
  return description;
}

}  // namespace pskd::train
