#include "eval/finished_run.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "pskd/base/error.hpp"
#include "pskd/eval/predictions.hpp"

namespace pskd::eval {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRemedy = "; restore it, or train the run anew with --overwrite";

[[noreturn]] void refuse(const fs::path& file, const std::string& problem) {
  throw Error(ErrorKind::data, file.string() + ": " + problem);
}

std::vector<fs::path> known_files(const RunLayout& run, const std::vector<StageResult>& stages) {
  std::vector<fs::path> files = {run.config(), run.manifest()};
  for (const StageResult& one : stages) {
    const StageLayout stage = run.stage(one.name);
    files.insert(files.end(), {stage.metrics(), stage.test_predictions(), stage.val_predictions()});
  }
  std::erase_if(files, [](const fs::path& file) { return !fs::exists(file); });
  return files;
}

std::string name_in(const RunLayout& run, const fs::path& file) {
  return file.lexically_relative(run.folder).generic_string();
}

void check_names(const RunLayout& run, const RunRecord& record) {
  const std::optional<std::uint64_t> seed = run.named_seed();
  if (seed && *seed != record.seed) {
    refuse(run.result(), "key 'seed': expected that of its folder, " + std::to_string(*seed) + ", found " +
                             std::to_string(record.seed) + kRemedy);
  }
  const ExperimentLayout experiment{run.experiment()};
  const bool says_fold = !run.fold().empty() || (seed && experiment.is_named_by_hash());
  if (says_fold && run.fold() != record.fold) {
    refuse(run.result(),
           "key 'fold': expected that of its folder, '" + run.fold() + "', found '" + record.fold + "'" + kRemedy);
  }
  if (experiment.is_named_by_hash() && experiment.config_hash() != record.config_hash) {
    refuse(run.result(), "key 'config_hash': expected that of its folder, " + experiment.config_hash() + ", found " +
                             record.config_hash + kRemedy);
  }
}

void check_files(const RunLayout& run, const RunRecord& record) {
  for (const fs::path& file : known_files(run, record.stages)) {
    const auto noted = record.files.find(name_in(run, file));
    if (noted == record.files.end()) refuse(file, "result.json does not know this file; move it elsewhere");
    if (noted->second == content_hash(read_file(file))) continue;
    refuse(file, std::string("not the file that result.json was written beside") + kRemedy);
  }
}

void check_confusion(const fs::path& file, const std::optional<Scores>& scores) {
  if (!scores || !fs::exists(file)) return;
  std::vector<std::string> classes;
  for (const ClassScore& one : scores->per_class) classes.push_back(one.name);
  const std::vector<Prediction> predictions = read_predictions(file, classes);
  if (!predictions.empty() && score(predictions, classes).confusion == scores->confusion) return;
  refuse(file, std::string("gives another confusion than result.json has") + kRemedy);
}

/// Null where it is not there or cannot be read: then the table says what is not known.
nlohmann::json manifest_of(const RunLayout& run) {
  if (!fs::exists(run.manifest())) return nullptr;
  const auto json = nlohmann::json::parse(read_file(run.manifest()), nullptr, false);
  return json.is_object() ? json : nlohmann::json();
}

void check_recordings(const RunLayout& run, const nlohmann::json& manifest, RunRecord& record) {
  const auto found = manifest.find("data_hash");
  const std::string noted = found != manifest.end() && found->is_string() ? found->get<std::string>() : "";
  if (record.data_hash.empty()) record.data_hash = noted;
  if (noted.empty() || noted == record.data_hash) return;
  refuse(run.manifest(),
         "key 'data_hash': expected that of result.json, " + record.data_hash + ", found " + noted + kRemedy);
}

}  // namespace

RunRecord read_finished_run(const RunLayout& given) {
  const RunLayout run{full_path(given.folder)};
  RunRecord record = read_run_record(given.result());
  check_names(run, record);
  if (!record.files.empty()) {
    check_files(run, record);
  } else {
    for (const StageResult& stage : record.stages) {
      check_confusion(run.stage(stage.name).test_predictions(), stage.test);
      check_confusion(run.stage(stage.name).val_predictions(), stage.val);
    }
  }
  const nlohmann::json manifest = manifest_of(run);
  check_recordings(run, manifest, record);
  const auto clips = manifest.find("train_clips");
  if (!record.train_clips && clips != manifest.end() && clips->is_number_unsigned())
    record.train_clips = clips->get<std::int64_t>();
  record.folder = run.folder;
  return record;
}

Hashes hash_files(const RunLayout& run, const std::vector<StageResult>& stages) {
  Hashes hashes;
  for (const fs::path& file : known_files(run, stages)) hashes[name_in(run, file)] = content_hash(read_file(file));
  return hashes;
}

}  // namespace pskd::eval
