#include "deploy/model_file.hpp"

#include <cmath>
#include <cstring>
#include <set>
#include <utility>

#include "base/checkpoint_format.hpp"
#include "base/text.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/models.hpp"

namespace pskd::deploy {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& key, const std::string& expected) {
  throw Error(ErrorKind::checkpoint, "its description: " + key + ": expected " + expected);
}

const Json& at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) refuse(key, "a value, found none");
  return *found;
}

const Json& map_at(const Json& parent, const char* key) {
  const Json& value = at(parent, key);
  if (!value.is_object()) refuse(key, "a map");
  return value;
}

std::string text_at(const Json& parent, const char* key) {
  const Json& value = at(parent, key);
  if (!value.is_string()) refuse(key, "a text");
  return value.get<std::string>();
}

double number_at(const Json& parent, const char* key) {
  const Json& value = at(parent, key);
  const double number = value.is_number() ? value.get<double>() : std::nan("");
  if (!std::isfinite(number) || number < 0) refuse(key, "a finite number >= 0");
  return number;
}

std::vector<std::string> names_at(const Json& parent, const char* key) {
  const Json& list = at(parent, key);
  std::vector<std::string> names;
  if (list.is_array()) {
    for (const Json& one : list) {
      if (one.is_string() && !has_control_characters(one.get<std::string>())) names.push_back(one.get<std::string>());
    }
  }
  const std::set<std::string> distinct(names.begin(), names.end());
  if (names.empty() || names.size() != list.size() || distinct.size() != names.size() || distinct.contains("")) {
    refuse(key, "a list of distinct names");
  }
  return names;
}

std::vector<float> floats_at(const Json& parent, const char* key, std::size_t count) {
  const Json& list = at(parent, key);
  std::vector<float> numbers;
  if (list.is_array()) {
    for (const Json& one : list) {
      if (one.is_number() && std::isfinite(one.get<float>())) numbers.push_back(one.get<float>());
    }
  }
  if (numbers.size() != count || list.size() != count) refuse(key, "a finite number for each channel");
  return numbers;
}

/// What a channel is in by its name: ..ax is an acceleration, ..gx an angular rate.
std::string usual_unit(const std::string& channel) {
  const bool axis = channel.size() >= 2 && channel.back() >= 'x' && channel.back() <= 'z';
  const char kind = axis ? channel[channel.size() - 2] : ' ';
  if (kind == 'a') return "g";
  return kind == 'g' ? "deg/s" : "none";
}

/// Files of before 0.10 do not say them.
std::vector<std::string> units_of(const Json& sensor, const std::vector<std::string>& channels) {
  std::vector<std::string> units;
  const auto said = sensor.find("channel_units");
  if (said == sensor.end()) {
    for (const std::string& channel : channels) units.push_back(usual_unit(channel));
    return units;
  }
  for (const Json& one : said->is_array() ? *said : Json::array()) {
    if (one.is_string()) units.push_back(one.get<std::string>());
  }
  if (units.size() != channels.size() || said->size() != units.size()) refuse("channel_units", "one for each channel");
  return units;
}

SensorInput sensor_of(const Json& said) {
  SensorInput sensor;
  sensor.channels = names_at(said, "channels");
  sensor.units = units_of(said, sensor.channels);
  sensor.rate = said.contains("rate") ? number_at(said, "rate") : 0;
  const double frames = number_at(said, "frames");
  if (frames < 1 || frames > config::kMaxFrames || frames != std::floor(frames)) {
    refuse("frames", "a whole number of 1 .. " + std::to_string(config::kMaxFrames));
  }
  sensor.frames = static_cast<int>(frames);
  sensor.mean = floats_at(said, "mean", sensor.channels.size());
  sensor.deviation = floats_at(said, "deviation", sensor.channels.size());
  for (const float deviation : sensor.deviation) {
    if (deviation <= 0) refuse("deviation", "numbers > 0");
  }
  sensor.median_samples = number_at(said, "median_samples");
  if (at(said, "sensors") != Json::array()) sensor.sensors = names_at(said, "sensors");
  return sensor;
}

eval::NoneRule none_rule_of(const Json& said) {
  const eval::NoneRule rule{number_at(said, "temperature"), number_at(said, "threshold")};
  if (rule.temperature <= 0) refuse("temperature", "a number > 0");
  if (rule.threshold > 1) refuse("threshold", "a number of 0 .. 1");
  return rule;
}

bool is_finite(const StoredTensor& tensor) {
  if (tensor.dtype != Dtype::f32) return true;
  for (std::size_t at = 0; at < tensor.bytes.size(); at += sizeof(float)) {
    float number = 0;
    std::memcpy(&number, tensor.bytes.data() + at, sizeof(float));
    if (!std::isfinite(number)) return false;
  }
  return true;
}

std::map<std::string, StoredTensor> weights_of(TensorFile& file) {
  const std::string part = kNetworkPart;
  std::map<std::string, StoredTensor> weights;
  for (auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(part)) throw Error(ErrorKind::checkpoint, "holds '" + name + "', which is no weight");
    if (!is_finite(tensor)) throw Error(ErrorKind::checkpoint, "'" + name + "' holds numbers that are not finite");
    weights.emplace(name.substr(part.size()), std::move(tensor));
  }
  return weights;
}

ModelFile checked(TensorFile file) {
  const auto text = file.metadata.find(kManifestText);
  if (text == file.metadata.end()) throw Error(ErrorKind::checkpoint, "holds no description of the model");
  ModelFile model;
  model.manifest = Json::parse(text->second, nullptr, false);
  if (!model.manifest.is_object()) throw Error(ErrorKind::checkpoint, "its description is no JSON object");
  model.stage = text_at(model.manifest, "stage");
  const Json& said = map_at(model.manifest, "model");
  model.options = map_at(said, "model");
  model.network = text_at(model.options, "name");
  if (said.contains("data")) model.data_set = text_at(said, "data");
  model.classes = names_at(said, "classes");
  if (said.contains("sensor")) model.sensor = sensor_of(map_at(said, "sensor"));
  model.sees_skeleton = said.contains("skeleton");
  if (model.manifest.contains("none")) model.none = none_rule_of(map_at(model.manifest, "none"));
  model.weights = weights_of(file);
  return model;
}

TensorFile content_of(const Json& manifest, const std::map<std::string, StoredTensor>& weights) {
  TensorFile content;
  content.metadata = {{"format", "pskd"}, {kManifestText, manifest.dump()}};
  for (const auto& [name, tensor] : weights) content.tensors[kNetworkPart + name] = tensor;
  return content;
}

}  // namespace

void require_replaceable(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file) || is_sealed_as(file, kModelSeal.kind)) return;
  throw Error(ErrorKind::usage, file.string() +
                                    ": there is another file of that name, which is no model file; give "
                                    "another name, or remove it");
}

ModelFile model_of(TensorFile file, const std::string& where) {
  try {
    return checked(std::move(file));
  } catch (const Error& error) {
    throw Error(error.kind(), where + ": " + error.what());
  } catch (const Json::exception& problem) {
    throw Error(ErrorKind::checkpoint, where + ": its description: " + problem.what());
  }
}

ModelFile read_model_file(const std::filesystem::path& file) {
  const std::string bytes = read_sealed_file(file, kModelSeal, ErrorKind::checkpoint);
  return model_of(read_tensors(std::string_view(bytes).substr(kSealBytes), file.string(), ErrorKind::checkpoint),
                  file.string());
}

ModelFile checked_model(const Json& manifest, const std::map<std::string, StoredTensor>& weights,
                        const std::string& where) {
  return model_of(content_of(manifest, weights), where);
}

void write_model_file(const std::filesystem::path& file, const Json& manifest,
                      const std::map<std::string, StoredTensor>& weights) {
  const TensorFile content = content_of(manifest, weights);
  model_of(content, file.string());
  require_replaceable(file);
  write_sealed_file(file, kModelSeal, tensor_file_bytes(content));
}

}  // namespace pskd::deploy
