// Samples that arrive one after the other, and the windows that slide over them, in bounded memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "deploy/windows.hpp"
#include "pskd/data/clip.hpp"
#include "pskd/deploy/recognizer.hpp"

namespace pskd::deploy {

struct StreamOptions {
  double rate = 0;                 ///< Hz, of the samples that windows are made of
  WindowOptions windows;           ///< length > 0
  double smoothing = 0;            ///< share that the probabilities before keep in the smoothed ones, 0 .. 1
  double hysteresis = 0;           ///< by how much another class must be more probable to follow the one before
  double none_threshold = 0;       ///< of the confidence, below which the answer is none
  std::vector<float> limits = {};  ///< of each channel's |value|, beyond which a sample is impossible; empty: none
};

struct StreamDecision {
  double start = 0, end = 0;         ///< seconds, of the window's first and last sample by the samples' clock
  Window window;                     ///< what it is about, until the next sample
  Decision decision;                 ///< about the window alone
  std::vector<float> probabilities;  ///< smoothed
  double confidence = 0;             ///< smoothed
  int label = 0;                     ///< the class by the probabilities, with hysteresis; -1: none, by the confidence
  bool changed = false;              ///< whether it is another one than before
  double seconds = 0;                ///< that the decision took
};

/// What was wrong with samples, and survived.
struct StreamTroubles {
  std::int64_t gaps = 0;        ///< of more than data::kShortGap without a sample; windows begin anew behind it
  std::int64_t backward = 0;    ///< samples whose time does not follow the one before: dropped
  std::int64_t impossible = 0;  ///< samples with NaN, infinity or what is beyond StreamOptions::limits: dropped
};

class SampleStream {
 public:
  using Decide = std::function<void(const StreamDecision&)>;

  /// Samples have the recognizer's channels.
  SampleStream(Recognizer recognizer, const StreamOptions& options, Decide decide);

  /// The next sample; `given` is its time in seconds. Without times, samples follow each other at the rate. Samples
  /// that do not lie at equal intervals of the rate are brought there by linear interpolation, over gaps of at most
  /// data::kShortGap. Calls `decide` for each window that ends with it. A clock that was set back is believed after as
  /// many samples as a second has.
  void add(std::optional<double> given, std::span<const float> values);

  const StreamTroubles& troubles() const { return troubles_; }
  std::int64_t samples() const { return samples_; }      ///< that came
  std::int64_t decisions() const { return decisions_; }  ///< that were made

 private:
  bool is_possible(std::span<const float> values) const;
  bool follows(double time);
  void begin_anew(double time);
  void append_until(double time);
  void append(std::span<const float> values);
  void decide_window();
  void smooth(StreamDecision& made);

  Recognizer recognizer_;
  StreamOptions options_;
  Decide decide_;
  std::size_t channels_;
  WindowSize size_;
  std::vector<float> buffered_;                       ///< samples at the rate, from number first_ on
  std::int64_t first_ = 0, appended_ = 0, next_ = 0;  ///< next_: the sample that the next window begins with
  double origin_ = 0;                                 ///< time of sample 0
  bool begun_ = false;
  double time_ = 0;            ///< of the sample before
  std::int64_t backward_ = 0;  ///< in a row
  data::Frames last_two_;      ///< the sample before, and the one that came
  std::vector<float> smoothed_;
  double confidence_ = 0;     ///< smoothed
  std::optional<int> class_;  ///< with hysteresis
  std::optional<int> said_;   ///< StreamDecision::label of the window before
  StreamTroubles troubles_;
  std::int64_t samples_ = 0, decisions_ = 0;
};

}  // namespace pskd::deploy
