#include "report/records.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "pskd/base/error.hpp"
#include "pskd/base/name.hpp"

namespace pskd::report {
namespace {

[[noreturn]] void refuse(const eval::RunRecord& first, const eval::RunRecord& other, const std::string& what,
                         const std::string& expected, const std::string& found) {
  throw Error(ErrorKind::data, "cannot summarize runs of different experiments in one table: seed " +
                                   std::to_string(first.seed) + " has " + what + " '" + expected + "', seed " +
                                   std::to_string(other.seed) + " has '" + found +
                                   "'; make one table for each experiment");
}

/// Stage names, the part whose scores are shown, and classes: whatever rows and columns are made of.
std::string layout(const eval::RunRecord& record) {
  std::string text;
  for (const eval::StageResult& stage : record.stages) {
    if (!stage.test && !stage.val) {
      throw Error(ErrorKind::data, "seed " + std::to_string(record.seed) + ": stage '" + stage.name +
                                       "' has neither test nor val scores; give the protocol a test or val part");
    }
    text += (text.empty() ? "" : ", ") + stage.name + (stage.test ? " on test" : " on val") + " (";
    for (const eval::ClassScore& one : shown_scores(stage).per_class) text += " " + one.name;
    text += " )";
  }
  return text;
}

std::string hash_of(const eval::RunRecord& record, const std::string& key) {
  const auto found = record.inputs.find(key);
  return found == record.inputs.end() ? "none" : found->second;
}

std::string classes_without_clips(const eval::Scores& scores) {
  std::string text;
  for (const eval::ClassScore& one : scores.per_class) {
    if (one.support == 0) text += (text.empty() ? "" : ", ") + one.name;
  }
  return text;
}

/// Throws Error(data) when a file that the config names had another content in one of the records.
void check_same_inputs(const std::vector<eval::RunRecord>& records) {
  const auto says = [](const eval::RunRecord& record) { return !record.version.empty(); };
  const auto first = std::find_if(records.begin(), records.end(), says);
  for (auto other = first; other != records.end(); ++other) {
    const std::optional<std::string> key = differing_input(*first, *other);
    if (key)
      refuse(*first, *other, "a file for " + *key + " with the hash", hash_of(*first, *key), hash_of(*other, *key));
  }
}

/// Throws Error(data) when there are two of different recordings.
void check_same_recordings(const std::vector<eval::RunRecord>& records) {
  const auto differing = differing_recordings(pointers_to(records));
  if (!differing) return;
  const eval::RunRecord &first = records[differing->first], &other = records[differing->second];
  refuse(first, other, "recordings with the hash", first.data_hash, other.data_hash);
}

/// "seed 2", "fold 3 seed 2"
std::string run_text(const eval::RunKey& run) {
  return (run.fold.empty() ? "seed " : "fold " + run.fold + " seed ") + std::to_string(run.seed);
}

}  // namespace

std::vector<const eval::RunRecord*> pointers_to(const std::vector<eval::RunRecord>& records) {
  std::vector<const eval::RunRecord*> pointers;
  for (const eval::RunRecord& record : records) pointers.push_back(&record);
  return pointers;
}

void check_same_experiment(const std::vector<eval::RunRecord>& records) {
  if (records.empty()) throw Error(ErrorKind::data, "cannot make a table: there is no finished run");
  const eval::RunRecord& first = records.front();
  if (first.stages.empty()) throw Error(ErrorKind::data, "cannot make a table: the runs have no stage");
  std::set<eval::RunKey> runs;
  std::map<std::string, const eval::RunRecord*> of_fold;
  for (const eval::RunRecord& record : records) {
    if (!runs.insert({record.fold, record.seed}).second) {
      throw Error(ErrorKind::data, "cannot make a table: " + run_text({record.fold, record.seed}) + " is there twice");
    }
    const eval::RunRecord& same_fold = *of_fold.try_emplace(record.fold, &record).first->second;
    if (record.config_hash != first.config_hash) {
      refuse(first, record, "config hash", first.config_hash, record.config_hash);
    }
    if (record.protocol != same_fold.protocol) {
      refuse(same_fold, record, "protocol", same_fold.protocol, record.protocol);
    }
    if (record.selection != first.selection) {
      refuse(first, record, "selection rule", first.selection, record.selection);
    }
    if (layout(record) != layout(first)) refuse(first, record, "stages", layout(first), layout(record));
  }
  check_same_recordings(records);
  check_same_inputs(records);
}

std::optional<std::string> differing_input(const eval::RunRecord& first, const eval::RunRecord& other) {
  if (first.version.empty() || other.version.empty()) return std::nullopt;
  std::set<std::string> keys = {eval::kDescription};
  if (first.config_hash == other.config_hash) {
    for (const auto* inputs : {&first.inputs, &other.inputs}) {
      for (const auto& [key, hash] : *inputs) keys.insert(key);
    }
  }
  const auto differs = [&](const std::string& key) { return hash_of(first, key) != hash_of(other, key); };
  const auto found = std::find_if(keys.begin(), keys.end(), differs);
  return found == keys.end() ? std::nullopt : std::optional(*found);
}

void check_comparable(const eval::RunRecord& first, const eval::RunRecord& other) {
  if (first.protocol != other.protocol) refuse(first, other, "protocol", first.protocol, other.protocol);
  if (first.selection != other.selection) refuse(first, other, "selection rule", first.selection, other.selection);
  check_same_recordings({first, other});
  check_same_inputs({first, other});
}

std::string note_on_versions(const std::vector<const eval::RunRecord*>& records) {
  std::set<std::string> versions;
  for (const eval::RunRecord* record : records) {
    versions.insert(record->version.empty() ? "before 0.6.0 (records without a checksum)" : record->version);
  }
  if (versions.size() == 1 && !records.front()->version.empty()) return "";
  std::string text;
  for (const std::string& version : versions) text += (text.empty() ? "made by pskd " : " and ") + version;
  return text;
}

std::optional<std::pair<std::size_t, std::size_t>> differing_recordings(
    const std::vector<const eval::RunRecord*>& records) {
  std::optional<std::size_t> known;
  for (std::size_t index = 0; index < records.size(); ++index) {
    if (records[index]->data_hash.empty()) continue;
    if (!known) known = index;
    if (records[index]->data_hash != records[*known]->data_hash) return std::pair(*known, index);
  }
  return std::nullopt;
}

bool all_say_recordings(const std::vector<const eval::RunRecord*>& records) {
  return std::none_of(records.begin(), records.end(), [](const auto* record) { return record->data_hash.empty(); });
}

const eval::Scores& shown_scores(const eval::StageResult& stage) { return stage.test ? *stage.test : *stage.val; }

const char* shown_part(const eval::StageResult& stage) { return stage.test ? "test" : "val"; }

std::string protocol_of(const std::vector<const eval::RunRecord*>& records) {
  const eval::RunRecord& first = *records.front();
  if (first.fold.empty()) return first.protocol;
  std::set<Name> folds;
  for (const eval::RunRecord* record : records) folds.insert(Name(record->fold));
  std::string text =
      first.protocol.substr(0, first.protocol.find(',')) + ", " + std::to_string(folds.size()) + " folds:";
  for (const Name& fold : folds) text += " " + fold.text();
  return text;
}

std::string note_on_classes(const std::vector<const eval::StageResult*>& stages, const std::string& what) {
  std::set<std::string> without;
  std::set<int> counts;
  for (const eval::StageResult* stage : stages) {
    without.insert(classes_without_clips(shown_scores(*stage)));
    counts.insert(shown_scores(*stage).scored_classes);
  }
  if (without == std::set<std::string>{""}) return "";
  const std::string all = std::to_string(shown_scores(*stages.front()).per_class.size()) + " classes";
  const std::string part = shown_part(*stages.front());
  if (without.size() == 1) {
    return what + " over " + std::to_string(*counts.begin()) + " of " + all + ": no " + part + " clip of " +
           *without.begin();
  }
  return what + " of each fold over its classes with " + part + " clips: " + std::to_string(*counts.begin()) + " to " +
         std::to_string(*counts.rbegin()) + " of " + all;
}

std::string best_epoch_text(const eval::StageResult& stage) {
  if (!stage.best_epoch) return "";
  const std::string text = std::to_string(*stage.best_epoch) + " of " + std::to_string(stage.epochs);
  const int ties = stage.tied_epochs.value_or(1);
  return ties > 1 ? text + " (" + std::to_string(ties) + " are as accurate)" : text;
}

std::string missing_runs(const std::set<eval::RunKey>& runs, const std::set<eval::RunKey>& every) {
  std::vector<eval::RunKey> missing;
  std::set_difference(every.begin(), every.end(), runs.begin(), runs.end(), std::back_inserter(missing));
  std::string text;
  for (const eval::RunKey& run : missing) text += (text.empty() ? "" : ", ") + run_text(run);
  return text;
}

std::set<eval::RunKey> every_run(const std::set<eval::RunKey>& runs) {
  std::set<eval::RunKey> every;
  for (const eval::RunKey& one : runs) {
    for (const eval::RunKey& other : runs) every.insert({one.fold, other.seed});
  }
  return every;
}

std::vector<std::vector<std::int64_t>> summed_confusion(const std::vector<eval::RunRecord>& records,
                                                        std::size_t stage) {
  std::vector<std::vector<std::int64_t>> sum;
  for (const eval::RunRecord& record : records) {
    const auto& confusion = shown_scores(record.stages[stage]).confusion;
    sum.resize(confusion.size(), std::vector<std::int64_t>(confusion.size(), 0));
    for (std::size_t truth = 0; truth < confusion.size(); ++truth) {
      for (std::size_t predicted = 0; predicted < confusion.size(); ++predicted) {
        sum[truth][predicted] += confusion[truth][predicted];
      }
    }
  }
  return sum;
}

std::vector<eval::Scores> pooled_scores(const std::vector<eval::RunRecord>& records, std::size_t stage) {
  struct Pool {
    std::size_t folds = 0;
    std::vector<std::vector<int>> confusion;
  };
  std::map<std::uint64_t, Pool> pools;  // by seed
  std::size_t most = 0;
  for (const eval::RunRecord& record : records) {
    Pool& pool = pools[record.seed];
    const auto& confusion = shown_scores(record.stages[stage]).confusion;
    pool.confusion.resize(confusion.size(), std::vector<int>(confusion.size(), 0));
    for (std::size_t i = 0; i < confusion.size(); ++i) {
      for (std::size_t j = 0; j < confusion.size(); ++j) pool.confusion[i][j] += confusion[i][j];
    }
    most = std::max(most, ++pool.folds);
  }
  std::vector<std::string> classes;
  for (const eval::ClassScore& one : shown_scores(records.front().stages[stage]).per_class) classes.push_back(one.name);
  std::vector<eval::Scores> scores;
  for (const auto& [seed, pool] : pools) {
    if (pool.folds == most) scores.push_back(eval::scores_of(pool.confusion, classes));
  }
  return scores;
}

std::optional<double> mean_f1(const std::vector<eval::Scores>& scores, std::size_t label) {
  std::vector<double> values;
  for (const eval::Scores& one : scores) {
    if (one.per_class[label].support > 0) values.push_back(one.per_class[label].f1);
  }
  return values.empty() ? std::nullopt : std::optional(eval::summarize(values).mean);
}

std::size_t student_stage(const std::vector<eval::StageResult>& stages) {
  for (std::size_t index = 0; index < stages.size(); ++index) {
    if (stages[index].name == "student") return index;
  }
  return stages.size() - 1;
}

}  // namespace pskd::report
