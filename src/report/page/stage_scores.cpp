#include "report/page/stage_scores.hpp"

#include <optional>
#include <set>

#include "eval/coverage.hpp"
#include "eval/statistics.hpp"
#include "pskd/eval/scores.hpp"
#include "report/records.hpp"

namespace pskd::report {

namespace {

constexpr int kDigits = 4;

/// Null for a class without clips.
Json f1_of_classes(const std::vector<eval::RunRecord>& records, std::size_t stage) {
  Json means = Json::array();
  const std::vector<eval::Scores> pooled = pooled_scores(records, stage);
  for (std::size_t label = 0; label < pooled.front().per_class.size(); ++label) {
    const std::optional<double> f1 = mean_f1(pooled, label);
    means.push_back(f1 ? Json(rounded(*f1, kDigits)) : Json(nullptr));
  }
  return means;
}

/// Mean over seeds of the share of a subject's clips that are right.
double subject_accuracy(const RunFacts& facts, std::size_t stage, const Name& subject) {
  std::vector<double> accuracies;
  for (const auto& seed : facts.predictions) {
    int clips = 0, right = 0;
    for (const eval::Prediction& one : seed[stage]) {
      clips += one.subject == subject ? 1 : 0;
      right += one.subject == subject && one.label == one.predicted ? 1 : 0;
    }
    if (clips > 0) accuracies.push_back(static_cast<double>(right) / clips);
  }
  return eval::summarize(accuracies).mean;
}

/// Mean over runs of the accuracy on each share of the clips, the surest first.
Json accuracy_by_coverage(const RunFacts& facts, std::size_t stage) {
  Json means = Json::array();
  for (const int percent : kCoverages) {
    eval::ScoreByRun accuracy;
    for (std::size_t run = 0; run < facts.predictions.size(); ++run) {
      const eval::RunRecord& record = facts.run->records[run];
      accuracy[{record.fold, record.seed}] = eval::accuracy_at(facts.predictions[run][stage], percent);
    }
    means.push_back(rounded(eval::summarize(eval::unit_values(accuracy)).mean, kDigits));
  }
  return means;
}

}  // namespace

std::vector<Name> subjects_of(const RunFacts& facts) {
  std::set<Name> subjects;
  for (const auto& seed : facts.predictions) {
    for (const auto& stage : seed) {
      for (const eval::Prediction& one : stage) subjects.insert(one.subject);
    }
  }
  return {subjects.begin(), subjects.end()};
}

Json stage_scores(const RunFacts& facts, std::size_t stage, const std::vector<Name>& subjects) {
  const std::vector<eval::RunRecord>& records = facts.run->records;
  Json scores = {{"confusion", summed_confusion(records, stage)}, {"f1", f1_of_classes(records, stage)}};
  const bool complete = std::none_of(facts.predictions.begin(), facts.predictions.end(),
                                     [&](const auto& seed) { return seed[stage].empty(); });
  scores["coverage"] = complete ? accuracy_by_coverage(facts, stage) : Json(nullptr);
  scores["subjects"] = complete ? Json::array() : Json(nullptr);
  for (const Name& subject : subjects) {
    if (complete) scores["subjects"].push_back(rounded(subject_accuracy(facts, stage, subject), kDigits));
  }
  return scores;
}

}  // namespace pskd::report
