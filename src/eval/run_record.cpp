#include "pskd/eval/run_record.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "pskd/base/error.hpp"
#include "pskd/data/protocol.hpp"

namespace pskd::eval {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kScoredClasses = "scored_classes";

Json scores_to_json(const Scores& scores) {
  Json per_class = Json::array();
  for (const ClassScore& one : scores.per_class) {
    per_class.push_back({{"name", one.name},
                         {"precision", one.precision},
                         {"recall", one.recall},
                         {"f1", one.f1},
                         {"support", one.support}});
  }
  return {{"accuracy", scores.accuracy},
          {"macro_f1", scores.macro_f1},
          {kScoredClasses, scores.scored_classes},
          {"per_class", std::move(per_class)},
          {"confusion", scores.confusion}};
}

Json stage_to_json(const StageResult& stage) {
  Json json = Json::object();
  if (stage.test) json["test"] = scores_to_json(*stage.test);
  if (stage.val) json["val"] = scores_to_json(*stage.val);
  json["parameters"] = stage.parameters;
  json["epochs"] = stage.epochs;
  json["seconds"] = stage.seconds;
  if (stage.best_epoch) json["best_epoch"] = *stage.best_epoch;
  if (stage.tied_epochs) json["tied_epochs"] = *stage.tied_epochs;
  if (stage.cost) {
    json["cost"] = {{"macs", stage.cost->macs},
                    {"bytes", stage.cost->bytes},
                    {"latency", stage.cost->latency},
                    {"adapters", stage.cost->adapters}};
  }
  json["checkpoint"] = stage.checkpoint;
  json["teachers"] = stage.teachers;
  if (!stage.start.empty()) json["start"] = stage.start;
  if (stage.train_clips) json["train_clips"] = *stage.train_clips;
  if (stage.partly_taught) json["partly_taught"] = *stage.partly_taught;
  if (stage.windows) {
    json["windows"] = {{"recordings", stage.windows->recordings},
                       {"right_recordings", stage.windows->right_recordings},
                       {"events", stage.windows->events},
                       {"predicted_events", stage.windows->predicted_events},
                       {"right_events", stage.windows->right_events},
                       {"tolerance", stage.windows->tolerance}};
  }
  return json;
}

constexpr const char* kChecksum = "checksum";

std::string checksum_of(Json json) {
  json.erase(kChecksum);
  return content_hash(json.dump());
}

/// A value of the file together with its place, so that every complaint names file and key.
class Value {
 public:
  Value(const std::filesystem::path& file, const Json& json, std::string path = "")
      : file_(file), json_(json), path_(std::move(path)) {}

  [[noreturn]] void fail(const std::string& expected) const {
    const std::string text = json_.dump(-1, ' ', false, Json::error_handler_t::replace);
    const std::string found = text.size() > 60 ? json_.type_name() : text;
    throw Error(ErrorKind::data, file_.string() + (path_.empty() ? "" : ": key '" + path_ + "'") + ": expected " +
                                     expected + ", found " + found);
  }

  const Json& object() const {
    if (!json_.is_object()) fail("a map");
    return json_;
  }

  bool has(const char* key) const { return object().contains(key); }

  Value at(const std::string& key) const {
    const std::string path = path_.empty() ? key : path_ + "." + key;
    const auto found = object().find(key);
    if (found == json_.end()) throw Error(ErrorKind::data, file_.string() + ": key '" + path + "' is missing");
    return {file_, *found, path};
  }

  std::vector<Value> elements() const {
    if (!json_.is_array()) fail("a list");
    std::vector<Value> values;
    for (std::size_t index = 0; index < json_.size(); ++index) {
      values.emplace_back(file_, json_[index], path_ + "[" + std::to_string(index) + "]");
    }
    return values;
  }

  std::string text() const {
    if (!json_.is_string()) fail("text");
    return json_.get<std::string>();
  }

  bool flag() const {
    if (!json_.is_boolean()) fail("true or false");
    return json_.get<bool>();
  }

  /// A value that follows from others of the file.
  void require(double expected) const {
    constexpr double kRounding = 1e-9;
    if (json_.is_number() && std::abs(json_.get<double>() - expected) <= kRounding) return;
    fail(Json(expected).dump() + ", as the confusion says");
  }

  std::map<std::string, std::string> texts() const {
    std::map<std::string, std::string> found;
    for (const auto& item : object().items()) found[item.key()] = at(item.key()).text();
    return found;
  }

  double seconds() const {
    if (json_.is_number() && json_.get<double>() >= 0) return json_.get<double>();
    fail("seconds, at least 0");
  }

  /// The parser holds every whole number that is not negative as unsigned.
  template <class Integer>
  Integer count() const {
    if (json_.is_number_unsigned() && std::in_range<Integer>(json_.get<std::uint64_t>())) return json_.get<Integer>();
    fail("a whole number from 0 to " + std::to_string(std::numeric_limits<Integer>::max()));
  }

 private:
  const std::filesystem::path& file_;
  const Json& json_;
  std::string path_;
};

/// A row of the confusion: one count for each of `classes`, summing to `support`.
std::vector<int> read_confusion_row(const Value& value, std::size_t classes, int support) {
  std::vector<int> counts;
  for (const Value& cell : value.elements()) counts.push_back(cell.count<int>());
  if (counts.size() != classes) value.fail("one count for each class of per_class");
  if (std::accumulate(counts.begin(), counts.end(), std::int64_t{0}) != support) {
    value.fail("counts that sum to the class's support, " + std::to_string(support));
  }
  return counts;
}

/// The definition of versions before 0.7.0: over the classes with clips and those that were predicted.
double former_macro_f1(const Scores& scores) {
  double sum = 0;
  int classes = 0;
  for (std::size_t index = 0; index < scores.per_class.size(); ++index) {
    const auto is_predicted = [&](const std::vector<int>& row) { return row[index] > 0; };
    if (scores.per_class[index].support == 0 &&
        std::none_of(scores.confusion.begin(), scores.confusion.end(), is_predicted))
      continue;
    sum += scores.per_class[index].f1;
    ++classes;
  }
  return classes == 0 ? 0 : sum / classes;
}

/// What is shown is computed from the confusion; what the file says must be the same.
void require_scores(const Value& value, const Scores& scores) {
  value.at("accuracy").require(scores.accuracy);
  if (value.has(kScoredClasses)) {
    value.at(kScoredClasses).require(scores.scored_classes);
    value.at("macro_f1").require(scores.macro_f1);
  } else {
    value.at("macro_f1").require(former_macro_f1(scores));
  }
  const std::vector<Value> classes = value.at("per_class").elements();
  for (std::size_t i = 0; i < classes.size(); ++i) {
    classes[i].at("precision").require(scores.per_class[i].precision);
    classes[i].at("recall").require(scores.per_class[i].recall);
    classes[i].at("f1").require(scores.per_class[i].f1);
  }
}

Scores read_scores(const Value& value) {
  std::vector<std::string> classes;
  std::vector<int> supports;
  for (const Value& one : value.at("per_class").elements()) {
    classes.push_back(one.at("name").text());
    supports.push_back(one.at("support").count<int>());
  }
  const Value confusion = value.at("confusion");
  const std::vector<Value> rows = confusion.elements();
  if (rows.size() != classes.size()) confusion.fail("one row for each class of per_class");
  std::vector<std::vector<int>> counts;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    counts.push_back(read_confusion_row(rows[row], rows.size(), supports[row]));
  }
  if (!std::in_range<int>(std::accumulate(supports.begin(), supports.end(), std::int64_t{0}))) {
    confusion.fail("fewer clips");
  }
  Scores scores = scores_of(std::move(counts), classes);
  require_scores(value, scores);
  return scores;
}

StageResult read_stage(const std::string& name, const Value& value) {
  StageResult stage;
  stage.name = name;
  if (value.has("test")) stage.test = read_scores(value.at("test"));
  if (value.has("val")) stage.val = read_scores(value.at("val"));
  stage.parameters = value.at("parameters").count<std::int64_t>();
  stage.epochs = value.at("epochs").count<int>();
  stage.seconds = value.at("seconds").seconds();
  if (value.has("best_epoch")) stage.best_epoch = value.at("best_epoch").count<int>();
  if (value.has("tied_epochs")) stage.tied_epochs = value.at("tied_epochs").count<int>();
  if (value.has("cost")) {
    const Value cost = value.at("cost");
    stage.cost = {.macs = cost.at("macs").count<std::int64_t>(),
                  .bytes = cost.at("bytes").count<std::int64_t>(),
                  .latency = cost.at("latency").seconds(),
                  .adapters = cost.at("adapters").count<std::int64_t>()};
  }
  if (value.has("checkpoint")) stage.checkpoint = value.at("checkpoint").text();
  if (value.has("teachers")) stage.teachers = value.at("teachers").texts();
  if (value.has("start")) stage.start = value.at("start").text();
  if (value.has("train_clips")) stage.train_clips = value.at("train_clips").count<std::int64_t>();
  if (value.has("partly_taught")) stage.partly_taught = value.at("partly_taught").count<std::int64_t>();
  if (value.has("windows")) {
    const Value windows = value.at("windows");
    stage.windows = {.recordings = windows.at("recordings").count<int>(),
                     .right_recordings = windows.at("right_recordings").count<int>(),
                     .events = windows.at("events").count<int>(),
                     .predicted_events = windows.at("predicted_events").count<int>(),
                     .right_events = windows.at("right_events").count<int>(),
                     .tolerance = windows.at("tolerance").seconds()};
  }
  return stage;
}

Json parse(const std::filesystem::path& file) {
  constexpr int kDepth = 16;  // a record has 7 levels; far deeper ones would overflow the stack
  const auto bounded = [&](int depth, Json::parse_event_t, const Json&) {
    if (depth <= kDepth) return true;
    throw Error(ErrorKind::data, file.string() + ": expected the JSON object of a finished run, found one too deep");
  };
  try {
    return Json::parse(read_file(file), bounded);
  } catch (const Json::exception& error) {  // a number too large for a double is no parse_error
    throw Error(ErrorKind::data, file.string() + ": expected the JSON object of a finished run: " + error.what());
  }
}

/// Every record with a version has a checksum.
void check_seal(const Value& root) {
  if (!root.has("version") && !root.has(kChecksum)) return;
  const std::string expected = checksum_of(root.object());
  const Value found = root.at(kChecksum);
  if (found.text() == expected) return;
  found.fail(expected +
             " (the file was changed or damaged after it was written: restore it, or train the run anew "
             "with --overwrite)");
}

}  // namespace

std::string selected_snapshot(const std::string& selection) { return selection == "val" ? "best" : "last"; }

void write_run_record(const std::filesystem::path& file, const RunRecord& record) {
  Json stages = Json::object();
  for (const StageResult& stage : record.stages) stages[stage.name] = stage_to_json(stage);
  Json json = {{"experiment", record.experiment},
               {"dataset", record.dataset},
               {"data_hash", record.data_hash},
               {"config_hash", record.config_hash},
               {"protocol", record.protocol},
               {"selection", record.selection},
               {"shared_subjects", record.shared_subjects},
               {"fold", record.fold},
               {"seed", record.seed},
               {"version", record.version},
               {"git_revision", record.git_revision},
               {"inputs", record.inputs},
               {"stages", std::move(stages)},
               {"files", record.files}};
  if (record.train_clips) json["train_clips"] = *record.train_clips;
  json[kChecksum] = checksum_of(json);
  write_file_atomically(file, json.dump(1) + "\n");
}

RunRecord read_run_record(const std::filesystem::path& file) {
  const Json json = parse(file);
  const Value root(file, json);
  check_seal(root);
  RunRecord record;
  record.experiment = root.at("experiment").text();
  if (root.has("dataset")) record.dataset = root.at("dataset").text();
  if (root.has("data_hash")) record.data_hash = root.at("data_hash").text();
  record.config_hash = root.at("config_hash").text();
  record.protocol = data::sorted_description(root.at("protocol").text());
  record.selection = root.at("selection").text();
  record.shared_subjects = root.at("shared_subjects").flag();
  if (root.has("fold")) record.fold = root.at("fold").text();
  record.seed = root.at("seed").count<std::uint64_t>();
  if (root.has("version")) record.version = root.at("version").text();
  if (root.has("git_revision")) record.git_revision = root.at("git_revision").text();
  if (root.has("inputs")) record.inputs = root.at("inputs").texts();
  if (root.has("train_clips")) record.train_clips = root.at("train_clips").count<std::int64_t>();
  if (root.has("files")) record.files = root.at("files").texts();
  const Value stages = root.at("stages");
  for (const auto& item : stages.object().items()) {
    if (item.key().find('/') != std::string::npos)
      stages.fail("names of stages, which are names of folders, without /");
    record.stages.push_back(read_stage(item.key(), stages.at(item.key())));
  }
  return record;
}

}  // namespace pskd::eval
