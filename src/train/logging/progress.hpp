// What a person sees while a stage trains: a bar with the time left on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <string>

namespace pskd::train {

class StageProgress {
 public:
  /// `title`: "student (4 of 5)". `first_epoch`: where a resumed stage goes on.
  StageProgress(std::string title, int first_epoch, int epochs, int steps_per_epoch);

  /// After each training step; epoch and step from 0, `loss` the epoch's mean so far.
  void step(int epoch, int step, double loss);
  /// After each epoch (from 1): `line` goes to the log file always, and to the console at every tenth of the stage.
  void epoch(int epoch, const std::string& line);

 private:
  void draw(double done, double loss, int epoch);
  void clear();

  std::string title_;
  int first_epoch_, epochs_, steps_;
  bool terminal_;
  std::chrono::steady_clock::time_point start_, drawn_;
};

}  // namespace pskd::train
