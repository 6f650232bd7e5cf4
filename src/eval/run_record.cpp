#include "pskd/eval/run_record.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "base/file.hpp"
#include "pskd/base/error.hpp"

namespace pskd::eval {

namespace {

using Json = nlohmann::ordered_json;

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
  if (stage.cost) {
    json["cost"] = {{"macs", stage.cost->macs},
                    {"bytes", stage.cost->bytes},
                    {"latency", stage.cost->latency},
                    {"adapters", stage.cost->adapters}};
  }
  return json;
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

  double share() const {
    if (json_.is_number() && json_.get<double>() >= 0 && json_.get<double>() <= 1) return json_.get<double>();
    fail("a number from 0 to 1");
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

ClassScore read_class(const Value& value) {
  return {.name = value.at("name").text(),
          .precision = value.at("precision").share(),
          .recall = value.at("recall").share(),
          .f1 = value.at("f1").share(),
          .support = value.at("support").count<int>()};
}

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

Scores read_scores(const Value& value) {
  Scores scores;
  scores.accuracy = value.at("accuracy").share();
  scores.macro_f1 = value.at("macro_f1").share();
  for (const Value& one : value.at("per_class").elements()) scores.per_class.push_back(read_class(one));
  const Value confusion = value.at("confusion");
  const std::vector<Value> rows = confusion.elements();
  if (rows.size() != scores.per_class.size()) confusion.fail("one row for each class of per_class");
  std::int64_t clips = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const int support = scores.per_class[row].support;
    scores.confusion.push_back(read_confusion_row(rows[row], rows.size(), support));
    clips += support;
  }
  if (!std::in_range<int>(clips)) confusion.fail("fewer clips");
  scores.clips = static_cast<int>(clips);
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
  if (value.has("cost")) {
    const Value cost = value.at("cost");
    stage.cost = {.macs = cost.at("macs").count<std::int64_t>(),
                  .bytes = cost.at("bytes").count<std::int64_t>(),
                  .latency = cost.at("latency").seconds(),
                  .adapters = cost.at("adapters").count<std::int64_t>()};
  }
  return stage;
}

Json parse(const std::filesystem::path& file) {
  try {
    return Json::parse(read_file(file));
  } catch (const Json::exception& error) {  // a number too large for a double is no parse_error
    throw Error(ErrorKind::data, file.string() + ": expected the JSON object of a finished run: " + error.what());
  }
}

}  // namespace

void write_run_record(const std::filesystem::path& file, const RunRecord& record) {
  Json stages = Json::object();
  for (const StageResult& stage : record.stages) stages[stage.name] = stage_to_json(stage);
  const Json json = {{"experiment", record.experiment},
                     {"dataset", record.dataset},
                     {"config_hash", record.config_hash},
                     {"protocol", record.protocol},
                     {"selection", record.selection},
                     {"shared_subjects", record.shared_subjects},
                     {"seed", record.seed},
                     {"stages", std::move(stages)}};
  write_file_atomically(file, json.dump(1) + "\n");
}

RunRecord read_run_record(const std::filesystem::path& file) {
  const Json json = parse(file);
  const Value root(file, json);
  RunRecord record;
  record.experiment = root.at("experiment").text();
  if (root.has("dataset")) record.dataset = root.at("dataset").text();
  record.config_hash = root.at("config_hash").text();
  record.protocol = root.at("protocol").text();
  record.selection = root.at("selection").text();
  record.shared_subjects = root.at("shared_subjects").flag();
  record.seed = root.at("seed").count<std::uint64_t>();
  const Value stages = root.at("stages");
  for (const auto& item : stages.object().items()) {
    record.stages.push_back(read_stage(item.key(), stages.at(item.key())));
  }
  return record;
}

}  // namespace pskd::eval
