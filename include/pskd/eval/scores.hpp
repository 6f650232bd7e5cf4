// Predictions -> accuracy, F1, per-class scores, confusion.
#pragma once

#include <string>
#include <vector>

#include "pskd/eval/predictions.hpp"

namespace pskd::eval {

struct ClassScore {
  std::string name;
  double precision = 0, recall = 0, f1 = 0;  ///< 0 where undefined (no clip predicted or present)
  int support = 0;                           ///< clips of this class
};

/// All scores are shares, 0 .. 1. A class without clips has no recall, so that no mean includes it. That it is
/// predicted still counts: as an error of the clip's own class.
struct Scores {
  int clips = 0;
  int scored_classes = 0;        ///< classes with clips
  double accuracy = 0;           ///< share of clips that are right
  double balanced_accuracy = 0;  ///< mean recall over the scored classes (Brodersen et al. 2010)
  double macro_f1 = 0;           ///< mean F1 over the scored classes
  double weighted_f1 = 0;        ///< mean F1, weighted by the clips of each class
  std::vector<ClassScore> per_class;
  std::vector<std::vector<int>> confusion;  ///< [K][K], rows: truth, columns: predicted
};

/// Of counts: `confusion` [K][K] (rows: truth, columns: predicted), not negative, together at most INT_MAX.
Scores scores_of(std::vector<std::vector<int>> confusion, const std::vector<std::string>& classes);

/// Throws Error(data) for an empty list or a label outside the classes.
Scores score(const std::vector<Prediction>& predictions, const std::vector<std::string>& classes);

/// Mean and standard deviation (n - 1 in the denominator; 0 for one value) over seeds. No value at all: n = 0.
struct Summary {
  double mean = 0, deviation = 0;
  int n = 0;
};
Summary summarize(const std::vector<double>& values);

}  // namespace pskd::eval
