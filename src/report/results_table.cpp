#include "report/results_table.hpp"

#include <functional>
#include <optional>
#include <string>

#include "report/records.hpp"
#include "report/wording.hpp"

namespace pskd::report {
namespace {

/// Of the stage at `index`, one value per record.
std::vector<double> over_records(const std::vector<eval::RunRecord>& records, std::size_t index,
                                 const std::function<double(const eval::StageResult&)>& value) {
  std::vector<double> values;
  for (const eval::RunRecord& record : records) values.push_back(value(record.stages[index]));
  return values;
}

std::vector<std::string> row_of(const std::vector<eval::RunRecord>& records, std::size_t index) {
  const eval::StageResult& stage = records.front().stages[index];
  const auto accuracy =
      over_records(records, index, [](const eval::StageResult& one) { return shown_scores(one).accuracy; });
  const auto macro_f1 =
      over_records(records, index, [](const eval::StageResult& one) { return shown_scores(one).macro_f1; });
  const auto seconds = over_records(records, index, [](const eval::StageResult& one) { return one.seconds; });
  return {stage.name,
          mean_and_deviation(accuracy),
          mean_and_deviation(macro_f1),
          std::to_string(records.size()),
          std::to_string(stage.parameters),
          std::to_string(stage.epochs),
          fixed(eval::summarize(seconds).mean, 1)};
}

/// "student 6 of 30 (25 are as accurate), 9 of 30"; empty where no record says.
std::string best_epochs(const std::vector<eval::RunRecord>& records) {
  std::string text;
  for (std::size_t index = 0; index < records.front().stages.size(); ++index) {
    std::string of_stage;
    for (const eval::RunRecord& record : records) {
      const std::string one = best_epoch_text(record.stages[index]);
      if (!one.empty()) of_stage += (of_stage.empty() ? "" : ", ") + one;
    }
    if (!of_stage.empty()) text += (text.empty() ? "" : "; ") + records.front().stages[index].name + " " + of_stage;
  }
  return text;
}

std::vector<std::string> notes_of(const std::vector<eval::RunRecord>& records) {
  const eval::RunRecord& first = records.front();
  std::string seeds;
  for (const eval::RunRecord& record : records) seeds.append(" ").append(std::to_string(record.seed));
  const eval::Scores& scores = shown_scores(first.stages.front());
  std::vector<std::string> notes = {
      "protocol: " + first.protocol,
      "selection rule: " + selection_rule(first.selection),
      "scores: on the " + std::string(shown_part(first.stages.front())) + " part, " + std::to_string(scores.clips) +
          " clips",
      "mean \u00b1 standard deviation (n - 1) over seeds; n = " + std::to_string(records.size()) + ", seeds" + seeds,
      kReconstruction,
  };
  std::vector<const eval::StageResult*> scored;
  for (const eval::RunRecord& record : records) scored.push_back(&record.stages.front());
  if (const std::string classes = note_on_classes(scored, "macro F1"); !classes.empty()) notes.push_back(classes);
  if (const std::string epochs = best_epochs(records); !epochs.empty()) {
    notes.push_back(kBestEpochs + epochs + kTiesOfEpochs);
  }
  if (first.shared_subjects) {
    notes.emplace_back(kSharedSubjects);
  }
  if (!all_say_recordings(records)) notes.emplace_back(kUnknownRecordings);
  std::vector<const eval::RunRecord*> all;
  for (const eval::RunRecord& record : records) all.push_back(&record);
  if (const std::string versions = note_on_versions(all); !versions.empty()) notes.push_back(versions);
  return notes;
}

}  // namespace

Table results_table(const std::vector<eval::RunRecord>& records) {
  check_same_experiment(records);
  Table table;
  table.notes = notes_of(records);
  table.header = {"stage", "accuracy %", "macro F1 %", "n", "parameters", "epochs", "training s"};
  for (std::size_t index = 0; index < records.front().stages.size(); ++index) {
    table.rows.push_back(row_of(records, index));
  }
  return table;
}

Table per_class_table(const std::vector<eval::RunRecord>& records) {
  const std::vector<eval::StageResult>& stages = records.front().stages;
  Table table;
  table.header = {"class", "clips"};
  for (const eval::StageResult& stage : stages) table.header.push_back(stage.name);
  const std::vector<eval::ClassScore>& classes = shown_scores(stages.front()).per_class;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    std::vector<std::string>& row = table.rows.emplace_back();
    row = {classes[label].name, std::to_string(classes[label].support)};
    for (std::size_t stage = 0; stage < stages.size(); ++stage) {
      const std::optional<double> f1 = mean_f1(records, stage, label);
      row.push_back(f1 ? fixed(100 * *f1, 1) : kEnDash);
    }
  }
  return table;
}

}  // namespace pskd::report
