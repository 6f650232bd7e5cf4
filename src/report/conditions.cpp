#include "report/conditions.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "base/run_layout.hpp"
#include "base/text.hpp"
#include "pskd/base/error.hpp"
#include "report/records.hpp"
#include "report/wording.hpp"

namespace pskd::report {
namespace {

namespace fs = std::filesystem;

struct Fact {
  const char* what;
  std::string value;
};

std::string part_and_clips(const eval::StageResult& stage) {
  return std::string("on the ") + shown_part(stage) + " part, " + std::to_string(shown_scores(stage).clips) + " clips";
}

std::vector<Fact> conditions(const Entry& entry) {
  const eval::RunRecord& record = *entry.record;
  const eval::StageResult& stage = *entry.stage;
  if (!stage.test && !stage.val) {
    throw Error(ErrorKind::data, "cannot make a table: stage '" + stage.name + "' of '" + record.experiment +
                                     "' has neither test nor val scores; give the protocol a test or val part");
  }
  std::string classes;
  for (const eval::ClassScore& one : shown_scores(stage).per_class) {
    classes += (classes.empty() ? "" : ", ") + one.name + " " + std::to_string(one.support);
  }
  return {{"data set", record.dataset},
          {"protocol", record.protocol},
          {"selection rule", selection_rule(record.selection)},
          {"sharing of subjects", record.shared_subjects ? kSharedSubjects : "none"},
          {"scores", part_and_clips(stage)},
          {"clips of each class", classes}};
}

/// The folder of the experiment, for a command.
std::string folder_word(const Entry& entry) {
  return shell_word(RunLayout{entry.record->folder}.experiment().lexically_proximate(fs::current_path()).string());
}

constexpr const char* kStageRemedy =
    "; make one table for each stage, with --stage; the report of a run shows all its stages";

/// How to make one table of `group` and one of the others.
template <class InGroup>
std::string remedy(const Column& column, InGroup in_group) {
  constexpr std::size_t kMaxFolders = 12;
  std::vector<std::string> first, others;
  for (const Entry* entry : column) {
    if (entry->record->folder.empty()) return "; make one table for each";
    std::vector<std::string>& folders = in_group(*entry) ? first : others;
    const std::string folder = folder_word(*entry);
    if (std::find(folders.begin(), folders.end(), folder) == folders.end()) folders.push_back(folder);
  }
  const auto is_in_first = [&](const std::string& one) {
    return std::find(first.begin(), first.end(), one) != first.end();
  };
  if (first.empty() || others.empty() || std::any_of(others.begin(), others.end(), is_in_first)) {
    return "; make one table for each";
  }
  if (first.size() + others.size() > kMaxFolders) {
    return "; make one table for each: give the folders of one kind, or the file of their sweep with --config";
  }
  std::string text = "; make one table for each: pskd table";
  for (const std::string& folder : first) text += " " + folder;
  text += "; pskd table";
  for (const std::string& folder : others) text += " " + folder;
  return text;
}

std::vector<const eval::RunRecord*> records_of(const Column& column) {
  std::vector<const eval::RunRecord*> records;
  for (const Entry* entry : column) records.push_back(entry->record);
  return records;
}

/// Throws where entries of the column saw different recordings.
void check_recordings(const Column& column, const std::string& name) {
  const auto differing = differing_recordings(records_of(column));
  if (!differing) return;
  const Entry &first = *column[differing->first], &other = *column[differing->second];
  const auto run = [](const Entry& one) { return "'" + one.row + "', seed " + std::to_string(one.record->seed); };
  throw Error(ErrorKind::data,
              "cannot make a table: column '" + name + "' would mix runs of different recordings: " + run(first) +
                  " saw those with the hash " + first.record->data_hash + ", " + run(other) + " those with " +
                  other.record->data_hash + "; make one table for each, or train on the same recordings");
}

/// Throws where the files that say what the recordings are, or those that one config names, had another content.
void check_inputs(const Column& column, const std::string& name) {
  std::map<std::string, const Entry*> known;  // by config hash; "": the first of all
  for (const Entry* entry : column) {
    if (entry->record->version.empty()) continue;
    for (const std::string& hash : {std::string(), entry->record->config_hash}) {
      const Entry& other = *known.try_emplace(hash, entry).first->second;
      const std::optional<std::string> key = differing_input(*other.record, *entry->record);
      if (!key) continue;
      throw Error(ErrorKind::data, "cannot make a table: column '" + name + "' would mix runs whose file for " + *key +
                                       " had another content: '" + other.row + "' and '" + entry->row +
                                       "'; make one table for each");
    }
  }
}

/// "430" or "52 to 108"; empty where nothing is known.
std::string range(const std::set<std::int64_t>& numbers) {
  if (numbers.empty()) return "";
  const std::string least = std::to_string(*numbers.begin());
  return numbers.size() == 1 ? least : least + " to " + std::to_string(*numbers.rbegin());
}

/// "ax, ay, az": the sensor channels of a stage, its own or those of the data; empty where they are not known.
std::string channels_of(const Settings& settings, const std::string& stage) {
  for (const std::string place : {"1", "2"}) {  // in the list of what it sees
    const auto own = settings.find("stages." + stage + ".sees." + place + ".sensor");
    if (own == settings.end()) continue;
    const std::string& text = own->second;
    return text.starts_with("[") ? text.substr(1, text.size() - 2) : "of " + text;
  }
  const auto common = settings.find("data.channels");
  return common == settings.end() ? "" : common->second.substr(1, common->second.size() - 2);
}

/// "27 classes; channels ax, ay, az; 431 training clips"
std::string inputs_text(const Column& column, const RunSet& runs) {
  std::set<std::string> channels;
  std::set<std::int64_t> clips, partly;
  for (const Entry* entry : column) {
    const std::optional<std::int64_t>& seen = entry->stage->train_clips;
    if (seen || entry->record->train_clips) clips.insert(seen ? *seen : *entry->record->train_clips);
    if (entry->stage->partly_taught) partly.insert(*entry->stage->partly_taught);
    const auto settings = runs.settings.find(entry->record->config_hash);
    if (settings == runs.settings.end()) continue;
    if (const std::string list = channels_of(settings->second, entry->stage->name); !list.empty()) {
      channels.insert(list);
    }
  }
  std::string text = std::to_string(shown_scores(*column.front()->stage).per_class.size()) + " classes";
  if (!channels.empty()) text += "; channels " + joined(channels, " or ");
  if (!clips.empty())
    text += "; " + range(clips) + " training clips" + (column.front()->record->fold.empty() ? "" : " a fold");
  if (!partly.empty()) text += ", of which " + range(partly) + " lack what some teacher sees";
  return text;
}

std::string seeds_of(const Column& column) {
  std::set<std::uint64_t> seeds;
  for (const Entry* entry : column) seeds.insert(entry->record->seed);
  return seeds_text(seeds);
}

/// Of folds, the clips of all of them together.
std::string scores_text(const Column& column) {
  const eval::StageResult& first = *column.front()->stage;
  if (column.front()->record->fold.empty()) return part_and_clips(first);
  std::map<std::string, int> clips;
  for (const Entry* entry : column) clips[entry->record->fold] = shown_scores(*entry->stage).clips;
  int sum = 0;
  for (const auto& [fold, count] : clips) sum += count;
  return std::string("on the ") + shown_part(first) + " part, " + std::to_string(sum) + " clips in " +
         std::to_string(clips.size()) + " folds";
}

}  // namespace

Column column_of(const std::vector<Entry>& entries, const std::string& name) {
  Column column;
  for (const Entry& entry : entries) {
    if (entry.column == name) column.push_back(&entry);
  }
  return column;
}

void check_column(const Column& column, const std::string& name) {
  std::map<std::string, const Entry*> of_fold;
  for (const Entry* entry : column) {
    const Entry& first = *of_fold.try_emplace(entry->record->fold, entry).first->second;
    const std::vector<Fact> expected = conditions(first), found = conditions(*entry);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (expected[i].value == found[i].value) continue;
      std::set<std::string> others;  // config hashes
      for (const Entry* one : column) {
        if (one->record->fold == entry->record->fold && conditions(*one)[i].value != expected[i].value) {
          others.insert(one->record->config_hash);
        }
      }
      const auto is_as_first = [&](const Entry& one) { return !others.contains(one.record->config_hash); };
      const bool is_one_run = first.record == entry->record;
      throw Error(ErrorKind::data, "cannot make a table: column '" + name + "' would mix runs of different " +
                                       expected[i].what + ": '" + first.row + "' has '" + expected[i].value + "', '" +
                                       entry->row + "' has '" + found[i].value + "'" +
                                       (is_one_run ? kStageRemedy : remedy(column, is_as_first)));
    }
  }
  if (of_fold.size() > 1 && of_fold.contains("")) {
    throw Error(ErrorKind::data, "cannot make a table: column '" + name +
                                     "' would mix runs of one split with runs of folds: '" + of_fold.at("")->row +
                                     "' and '" + of_fold.rbegin()->second->row + "'" +
                                     remedy(column, [](const Entry& one) { return one.record->fold.empty(); }));
  }
  check_recordings(column, name);
  check_inputs(column, name);
}

std::vector<std::string> condition_notes(const Column& column, const std::string& name, const RunSet& runs) {
  const std::vector<const eval::RunRecord*> records = records_of(column);
  const eval::RunRecord& first = *records.front();
  std::vector<std::string> notes = {
      name + ": protocol: " + protocol_of(records) + "; selection rule: " + selection_rule(first.selection) + "; " +
      inputs_text(column, runs) + "; scores " + scores_text(column) + "; " + seeds_of(column)};
  if (first.shared_subjects) notes.push_back(name + ": " + kSharedSubjects);
  if (!all_say_recordings(records)) notes.push_back(name + ": " + kUnknownRecordings);
  return notes;
}

}  // namespace pskd::report
