// What windows of continuous recordings say together: about each recording, and about each event in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pskd/eval/run_record.hpp"

namespace pskd::eval {

/// A window of a recording, and what a model said about it.
struct Window {
  std::string recording;
  double begin = 0, end = 0;  ///< s
  int label = 0, predicted = 0;
};

/// A recording is right where the class of most of its windows (the first of equals) is their label. An event is a run
/// of windows of one class that follow each other, `background` excepted: they touch, or lie as near as any two do,
/// where that is less than a window. A predicted event is right where a labeled one of its class begins at most half a
/// window before or after it; each is found once, the first ones first (onsets with a collar: Mesaros, Heittola and
/// Virtanen 2016).
WindowScores score_windows(std::vector<Window> windows, std::optional<int> background);

}  // namespace pskd::eval
