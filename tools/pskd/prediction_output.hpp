// The forms in which `pskd predict` prints decisions, each as soon as it is there.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "deploy/predict.hpp"

struct PredictionForm {
  std::vector<std::string> classes;
  int top = 3;           ///< classes that are shown, the most probable first
  bool windows = false;  ///< whether start and end are shown
  bool labels = false;   ///< whether the label is shown
  bool none = false;     ///< whether the confidence is shown, by which an answer is none
  std::size_t file_width = 0;
};

/// Prints a decision on standard output. A label is shown where it is known.
using PrintDecision = std::function<void(const pskd::deploy::FileDecision&, const std::optional<int>& label)>;

/// Prints what comes before the first decision and gives what prints one.
using MakePrinter = PrintDecision (*)(const PredictionForm&);

/// table, csv and jsonl.
extern const std::map<std::string, MakePrinter> kPredictionFormats;
