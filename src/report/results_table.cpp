#include "report/results_table.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/text.hpp"
#include "pskd/base/name.hpp"
#include "report/records.hpp"
#include "report/wording.hpp"

namespace pskd::report {
namespace {

bool has_windows(const std::vector<eval::RunRecord>& records) {
  return std::any_of(records.front().stages.begin(), records.front().stages.end(),
                     [](const eval::StageResult& stage) { return stage.windows.has_value(); });
}

/// Mean and deviation of a score of all runs' windows; a dash where there are none.
std::string by_windows(const std::vector<eval::RunRecord>& records, std::size_t stage,
                       double (eval::WindowScores::*score)() const) {
  eval::ScoreByRun scores;
  for (const eval::RunRecord& one : records) {
    const auto& windows = one.stages[stage].windows;
    if (!windows) return kEnDash;
    scores[{one.fold, one.seed}] = ((*windows).*score)();
  }
  return mean_and_deviation(eval::unit_values(scores));
}

bool has_folds(const std::vector<eval::RunRecord>& records) { return !records.front().fold.empty(); }

/// The values of the stage's scores that means are over.
std::vector<double> values_of(const std::vector<eval::RunRecord>& records, std::size_t stage,
                              double eval::Scores::*score) {
  eval::ScoreByRun scores;
  for (const eval::RunRecord& one : records) scores[{one.fold, one.seed}] = shown_scores(one.stages[stage]).*score;
  return eval::unit_values(scores);
}

std::vector<double> pooled_accuracies(const std::vector<eval::RunRecord>& records, std::size_t stage) {
  std::vector<double> values;
  for (const eval::Scores& one : pooled_scores(records, stage)) values.push_back(one.accuracy);
  return values;
}

std::vector<std::string> header_of(const std::vector<eval::RunRecord>& records) {
  std::vector<std::string> header = {"stage", "accuracy %", "balanced accuracy %", "macro F1 %"};
  if (has_folds(records)) header.emplace_back("pooled accuracy %");
  if (has_windows(records)) header.insert(header.end(), {"recordings %", "event F1 %"});
  header.insert(header.end(), {"n", "parameters", "epochs", "training s"});
  return header;
}

/// The cells under header_of.
std::vector<std::string> row_of(const std::vector<eval::RunRecord>& records, std::size_t index) {
  const eval::StageResult& stage = records.front().stages[index];
  const std::vector<double> accuracy = values_of(records, index, &eval::Scores::accuracy);
  std::vector<double> seconds;
  for (const eval::RunRecord& record : records) seconds.push_back(record.stages[index].seconds);
  std::vector<std::string> row = {stage.name, mean_and_deviation(accuracy)};
  for (const auto score : {&eval::Scores::balanced_accuracy, &eval::Scores::macro_f1}) {
    row.push_back(mean_and_deviation(values_of(records, index, score)));
  }
  if (has_folds(records)) row.push_back(mean_and_deviation(pooled_accuracies(records, index)));
  if (has_windows(records)) {
    row.push_back(by_windows(records, index, &eval::WindowScores::accuracy));
    row.push_back(by_windows(records, index, &eval::WindowScores::f1));
  }
  for (const std::string& cell : {std::to_string(accuracy.size()), std::to_string(stage.parameters),
                                  std::to_string(stage.epochs), fixed(eval::summarize(seconds).mean, 1)}) {
    row.push_back(cell);
  }
  return row;
}

/// "student 6 of 30 (25 are as accurate), 9 of 30"; empty where no record says.
std::string best_epochs(const std::vector<eval::RunRecord>& records) {
  std::vector<std::string> stages;
  for (std::size_t index = 0; index < records.front().stages.size(); ++index) {
    std::vector<std::string> epochs;
    for (const eval::RunRecord& record : records) epochs.push_back(best_epoch_text(record.stages[index]));
    std::erase(epochs, "");
    if (!epochs.empty()) stages.push_back(records.front().stages[index].name + " " + joined(epochs));
  }
  return joined(stages, "; ");
}

std::string seeds_of(const std::vector<eval::RunRecord>& records) {
  std::set<std::uint64_t> seeds;
  for (const eval::RunRecord& record : records) seeds.insert(record.seed);
  return seeds_text(seeds);
}

/// What the numbers are means of.
std::vector<std::string> notes_on_means(const std::vector<eval::RunRecord>& records) {
  const std::string n = std::to_string(values_of(records, 0, &eval::Scores::accuracy).size());
  if (!has_folds(records)) {
    return {"mean \u00b1 standard deviation (n - 1) over seeds; n = " + n + ", " + seeds_of(records)};
  }
  std::vector<std::string> notes = {
      "mean \u00b1 standard deviation (n - 1) over folds, each the mean over its seeds; n = " + n + " folds, " +
          seeds_of(records),
      "pooled: the clips of all folds together, mean \u00b1 standard deviation over seeds"};
  std::set<eval::RunKey> runs;
  for (const eval::RunRecord& record : records) runs.insert({record.fold, record.seed});
  if (const std::string missing = missing_runs(runs, every_run(runs)); !missing.empty()) {
    notes.push_back("not finished: " + missing + "; pooled over the seeds with the most folds");
  }
  return notes;
}

/// How many recordings and events there are in all folds of the first seed.
std::string note_on_windows(const std::vector<eval::RunRecord>& records) {
  eval::WindowScores windows;
  for (const eval::RunRecord& record : records) {
    const auto stage = std::find_if(record.stages.begin(), record.stages.end(),
                                    [](const eval::StageResult& one) { return one.windows.has_value(); });
    if (record.seed != records.front().seed || stage == record.stages.end()) continue;
    windows.recordings += stage->windows->recordings;
    windows.events += stage->windows->events;
    windows.tolerance = std::max(windows.tolerance, stage->windows->tolerance);
  }
  return "recordings: the class of most windows, " + std::to_string(windows.recordings) +
         " of them; events: runs of windows of one class, " + std::to_string(windows.events) +
         " by the labels; one is found where an event of its class is predicted to begin within " +
         fixed(windows.tolerance, 2) + " s";
}

/// "430 clips"; "skeleton 304, student 430 clips" where not every stage sees all of them.
std::string scored_clips(const std::vector<eval::RunRecord>& records) {
  std::set<int> counts;
  std::string by_stage;
  for (std::size_t stage = 0; stage < records.front().stages.size(); ++stage) {
    const int clips = pooled_scores(records, stage).front().clips;
    counts.insert(clips);
    by_stage += (stage > 0 ? ", " : "") + records.front().stages[stage].name + " " + std::to_string(clips);
  }
  return (counts.size() == 1 ? std::to_string(*counts.begin()) : by_stage) + " clips";
}

std::vector<std::string> notes_of(const std::vector<eval::RunRecord>& records) {
  const eval::RunRecord& first = records.front();
  const std::vector<const eval::RunRecord*> all = pointers_to(records);
  std::vector<std::string> notes = {"protocol: " + protocol_of(all),
                                    "selection rule: " + selection_rule(first.selection),
                                    "scores: on the " + std::string(shown_part(first.stages.front())) + " part, " +
                                        scored_clips(records) + (has_folds(records) ? " in all folds" : "")};
  for (const std::string& note : notes_on_means(records)) notes.push_back(note);
  if (has_windows(records)) notes.push_back(note_on_windows(records));
  notes.emplace_back(kReconstruction);
  std::vector<const eval::StageResult*> scored;
  for (const eval::RunRecord& record : records) scored.push_back(&record.stages.front());
  if (const std::string classes = note_on_classes(scored, "macro F1"); !classes.empty()) notes.push_back(classes);
  if (const std::string epochs = best_epochs(records); !epochs.empty()) {
    notes.push_back(kBestEpochs + epochs + kTiesOfEpochs);
  }
  if (first.shared_subjects) {
    notes.emplace_back(kSharedSubjects);
  }
  if (!all_say_recordings(all)) notes.emplace_back(kUnknownRecordings);
  if (const std::string versions = note_on_versions(all); !versions.empty()) notes.push_back(versions);
  return notes;
}

/// What a fold is tested on, as the line of its protocol says it: "subjects 3".
std::string tested_on(const eval::RunRecord& record) {
  const std::string word = std::string(", ") + shown_part(record.stages.front()) + " ";
  const std::size_t at = record.protocol.find(word);
  if (at == std::string::npos) return kEnDash;
  const std::size_t begin = at + word.size();
  return record.protocol.substr(begin, record.protocol.find(", ", begin) - begin);
}

}  // namespace

Table results_table(const std::vector<eval::RunRecord>& records) {
  check_same_experiment(records);
  Table table;
  table.notes = notes_of(records);
  table.header = header_of(records);
  for (std::size_t index = 0; index < records.front().stages.size(); ++index) {
    table.rows.push_back(row_of(records, index));
  }
  return table;
}

Table folds_table(const std::vector<eval::RunRecord>& records) {
  check_same_experiment(records);
  Table table;
  table.header = {"fold", "tested on", "clips"};
  for (const eval::StageResult& stage : records.front().stages) table.header.push_back(stage.name);
  std::map<Name, std::vector<const eval::RunRecord*>> folds;
  for (const eval::RunRecord& record : records) {
    if (!record.fold.empty()) folds[Name(record.fold)].push_back(&record);
  }
  for (const auto& [fold, seeds] : folds) {
    const eval::RunRecord& first = *seeds.front();
    std::vector<std::string>& row = table.rows.emplace_back();
    row = {fold.text(), tested_on(first), std::to_string(shown_scores(first.stages.front()).clips)};
    for (std::size_t stage = 0; stage < first.stages.size(); ++stage) {
      std::vector<double> accuracies;
      for (const eval::RunRecord* one : seeds) accuracies.push_back(shown_scores(one->stages[stage]).accuracy);
      row.push_back(mean_and_deviation(accuracies));
    }
  }
  return table;
}

Table per_class_table(const std::vector<eval::RunRecord>& records) {
  const std::vector<eval::StageResult>& stages = records.front().stages;
  Table table;
  table.header = {"class", "clips"};
  for (const eval::StageResult& stage : stages) table.header.push_back(stage.name);
  std::vector<std::vector<eval::Scores>> pooled;
  for (std::size_t stage = 0; stage < stages.size(); ++stage) pooled.push_back(pooled_scores(records, stage));
  const std::vector<eval::ClassScore>& classes = pooled.front().front().per_class;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    std::vector<std::string>& row = table.rows.emplace_back();
    row = {classes[label].name, std::to_string(classes[label].support)};
    for (const std::vector<eval::Scores>& of_stage : pooled) {
      const std::optional<double> f1 = mean_f1(of_stage, label);
      row.push_back(f1 ? fixed(100 * *f1, 1) : kEnDash);
    }
  }
  return table;
}

}  // namespace pskd::report
