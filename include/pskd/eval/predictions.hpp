// What a model said about clips; the currency between training and evaluation.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pskd/base/name.hpp"

namespace pskd::eval {

struct Prediction {
  std::string clip;
  Name subject = 0;
  int label = 0;                     ///< true class, from 0
  int predicted = 0;                 ///< class with the highest probability
  std::vector<float> probabilities;  ///< [K], sums to 1
};

/// predictions.csv: clip,subject,label,predicted,p_<class>,... with class names in the header; probabilities survive a
/// round trip to the bit. Throws std::invalid_argument when a prediction does not fit the classes or a name holds a
/// comma, quote or line end, Error(io) when the file cannot be written.
void write_predictions(const std::filesystem::path& file, const std::vector<Prediction>& predictions,
                       const std::vector<std::string>& classes);

/// Throws Error(data) with file and line.
std::vector<Prediction> read_predictions(const std::filesystem::path& file, const std::vector<std::string>& classes);

}  // namespace pskd::eval
