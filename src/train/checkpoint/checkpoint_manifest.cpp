#include "train/checkpoint/checkpoint_manifest.hpp"

#include <cmath>
#include <limits>

#include "pskd/base/error.hpp"

namespace pskd::train {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const char* key, const char* expected) {
  throw Error(ErrorKind::checkpoint, std::string("its manifest: ") + key + ": expected " + expected);
}

const Json& at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) refuse(key, "a value, found none");
  return *found;
}

template <class Number>
Number whole(const Json& object, const char* key) {
  const Json& value = at(object, key);
  const bool fits = value.is_number_unsigned() &&
                    value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
  if (!fits) refuse(key, "a whole number >= 0");
  return value.get<Number>();
}

double finite(const Json& value, const char* key) {
  const double number = value.is_number() ? value.get<double>() : std::nan("");
  if (!std::isfinite(number)) refuse(key, "a finite number");
  return number;
}

std::string text(const Json& value, const char* key) {
  if (!value.is_string()) refuse(key, "a text");
  return value.get<std::string>();
}

const Json& object(const Json& parent, const char* key) {
  const Json& value = at(parent, key);
  if (!value.is_object()) refuse(key, "a map");
  return value;
}

Json to_json(const Position& position) {
  return {{"epoch", position.epoch},
          {"step", position.step},
          {"loss_sum", position.loss_sum},
          {"clips", position.clips},
          {"correct", position.correct},
          {"shares", position.shares},
          {"seconds", position.seconds},
          {"best_epoch", position.best_epoch},
          {"best_accuracy", position.best_accuracy},
          {"best_loss", position.best_loss},
          {"tied_epochs", position.tied_epochs}};
}

Json to_json(const SeenRecordings& seen) {
  std::string clips;
  for (const std::string& clip : seen.clips) clips += clip;
  return {{"clips", clips}, {"subjects", seen.subjects}};
}

SeenRecordings parse_seen(const Json& json) {
  constexpr std::size_t kDigits = 16;
  SeenRecordings seen;
  const std::string clips = text(at(json, "clips"), "clips");
  if (clips.size() % kDigits != 0) refuse("clips", "16 digits for each clip");
  for (std::size_t i = 0; i < clips.size(); i += kDigits) seen.clips.insert(clips.substr(i, kDigits));
  if (!at(json, "subjects").is_array()) refuse("subjects", "a list of texts");
  for (const Json& subject : at(json, "subjects")) seen.subjects.insert(text(subject, "subjects"));
  return seen;
}

Position parse_position(const Json& json) {
  Position position;
  position.epoch = whole<int>(json, "epoch");
  position.step = whole<int>(json, "step");
  position.loss_sum = finite(at(json, "loss_sum"), "loss_sum");
  position.clips = whole<std::int64_t>(json, "clips");
  position.correct = whole<std::int64_t>(json, "correct");
  if (!at(json, "shares").is_array()) refuse("shares", "a list of numbers");
  for (const Json& share : at(json, "shares")) position.shares.push_back(finite(share, "shares"));
  position.seconds = finite(at(json, "seconds"), "seconds");
  position.best_epoch = whole<int>(json, "best_epoch");
  position.best_accuracy = finite(at(json, "best_accuracy"), "best_accuracy");
  if (json.contains("best_loss")) position.best_loss = finite(json["best_loss"], "best_loss");  // not in 0.6.0
  if (json.contains("tied_epochs")) position.tied_epochs = whole<int>(json, "tied_epochs");
  if (position.step > 0 && position.clips == 0) refuse("clips", "some, where steps were taken");
  if (position.correct > position.clips) refuse("correct", "at most clips");
  return position;
}

Json parse_object(const std::string& json_text) {
  Json json = Json::parse(json_text, nullptr, false);
  if (!json.is_object()) throw Error(ErrorKind::checkpoint, "its manifest is no JSON object");
  return json;
}

/// What checkpoints and model files both say.
CheckpointManifest parse_common(const Json& json) {
  CheckpointManifest manifest;
  manifest.stage = text(at(json, "stage"), "stage");
  const bool of_older_version = json.contains("data_hash");  // 0.6.0: its stage_hash counts the whole protocol
  if (!of_older_version) {
    manifest.stage_hash = text(at(json, "stage_hash"), "stage_hash");
    manifest.clips_hash = text(at(json, "clips_hash"), "clips_hash");
  }
  manifest.seed = whole<std::uint64_t>(json, "seed");
  for (const auto& [teacher, hash] : object(json, "teachers").items())
    manifest.teachers[teacher] = text(hash, "teachers");
  if (json.contains("start")) manifest.start = text(json["start"], "start");
  if (json.contains("seen")) {
    const Json& seen = object(json, "seen");
    manifest.seen = {parse_seen(object(seen, "labeled")), parse_seen(object(seen, "unlabeled"))};
  }
  manifest.model = object(json, "model");
  return manifest;
}

}  // namespace

std::string manifest_text(const CheckpointManifest& manifest, std::size_t optimizer_tensors) {
  Json json = {{"stage", manifest.stage},
               {"stage_hash", manifest.stage_hash},
               {"seed", manifest.seed},
               {"clips_hash", manifest.clips_hash},
               {"teachers", manifest.teachers},
               {"position", to_json(manifest.position)},
               {"optimizer_tensors", optimizer_tensors},
               {"model", manifest.model}};
  if (!manifest.start.empty()) json["start"] = manifest.start;
  if (manifest.seen) {
    json["seen"] = {{"labeled", to_json(manifest.seen->labeled)}, {"unlabeled", to_json(manifest.seen->unlabeled)}};
  }
  return json.dump();
}

ParsedManifest parse_manifest(const std::string& json_text) {
  const Json json = parse_object(json_text);
  ParsedManifest parsed{parse_common(json)};
  parsed.manifest.position = parse_position(object(json, "position"));
  parsed.optimizer_tensors = whole<std::size_t>(json, "optimizer_tensors");
  return parsed;
}

CheckpointManifest parse_model_manifest(const std::string& json_text) {
  const Json json = parse_object(json_text);
  if (!json.contains("config")) {
    throw Error(ErrorKind::checkpoint,
                "does not say how its stage was trained, as an older pskd wrote it; export the run again");
  }
  CheckpointManifest manifest = parse_common(json);
  manifest.config = text(json["config"], "config");
  if (manifest.config.empty()) refuse("config", "a config file");
  return manifest;
}

}  // namespace pskd::train
