#include "pskd/eval/scores.hpp"

#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "pskd/base/error.hpp"

namespace pskd::eval {

namespace {

void check_class(int value, const char* what, const Prediction& prediction, std::size_t classes) {
  if (value >= 0 && static_cast<std::size_t>(value) < classes) return;
  throw Error(ErrorKind::data, "cannot score clip '" + prediction.clip + "': expected a " + what +
                                   " class index from 0 to " + std::to_string(classes) + " (not included), found " +
                                   std::to_string(value));
}

double ratio(int part, int whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / whole; }

struct ClassCounts {
  int correct = 0, present = 0, predicted = 0;
};

ClassCounts count_class(const std::vector<std::vector<int>>& confusion, std::size_t index) {
  ClassCounts counts{.correct = confusion[index][index]};
  for (std::size_t other = 0; other < confusion.size(); ++other) {
    counts.present += confusion[index][other];
    counts.predicted += confusion[other][index];
  }
  return counts;
}

}  // namespace

Scores scores_of(std::vector<std::vector<int>> confusion, const std::vector<std::string>& classes) {
  Scores scores;
  scores.confusion = std::move(confusion);
  int correct = 0;
  double recall_sum = 0, f1_sum = 0, weighted_sum = 0;
  for (std::size_t index = 0; index < classes.size(); ++index) {
    const ClassCounts counts = count_class(scores.confusion, index);
    scores.per_class.push_back({.name = classes[index],
                                .precision = ratio(counts.correct, counts.predicted),
                                .recall = ratio(counts.correct, counts.present),
                                .f1 = ratio(2 * counts.correct, counts.present + counts.predicted),
                                .support = counts.present});
    scores.clips += counts.present;
    correct += counts.correct;
    if (counts.present == 0) continue;
    ++scores.scored_classes;
    recall_sum += scores.per_class.back().recall;
    f1_sum += scores.per_class.back().f1;
    weighted_sum += scores.per_class.back().f1 * counts.present;
  }
  scores.accuracy = ratio(correct, scores.clips);
  if (scores.scored_classes == 0) return scores;
  scores.balanced_accuracy = recall_sum / scores.scored_classes;
  scores.macro_f1 = f1_sum / scores.scored_classes;
  scores.weighted_f1 = weighted_sum / scores.clips;
  return scores;
}

Scores score(const std::vector<Prediction>& predictions, const std::vector<std::string>& classes) {
  if (predictions.empty()) {
    throw Error(ErrorKind::data, "cannot score an empty list of predictions: the evaluated part holds no clip");
  }
  const std::size_t size = classes.size();
  std::vector<std::vector<int>> confusion(size, std::vector<int>(size, 0));
  for (const Prediction& prediction : predictions) {
    check_class(prediction.label, "true", prediction, size);
    check_class(prediction.predicted, "predicted", prediction, size);
    ++confusion[prediction.label][prediction.predicted];
  }
  return scores_of(std::move(confusion), classes);
}

Summary summarize(const std::vector<double>& values) {
  Summary summary;
  summary.n = static_cast<int>(values.size());
  if (values.empty()) return summary;
  summary.mean = std::accumulate(values.begin(), values.end(), 0.0) / summary.n;
  if (summary.n == 1) return summary;
  double squares = 0;
  for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
  summary.deviation = std::sqrt(squares / (summary.n - 1));
  return summary;
}

}  // namespace pskd::eval
