#include "deploy/sample_stream.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/elapsed.hpp"
#include "data/gaps.hpp"
#include "data/interpolation.hpp"

namespace pskd::deploy {

SampleStream::SampleStream(Recognizer recognizer, const StreamOptions& options, Decide decide)
    : recognizer_(std::move(recognizer)),
      options_(options),
      decide_(std::move(decide)),
      channels_(recognizer_.channels().size()),
      size_(window_size(options.rate, options.windows)),
      last_two_(2, static_cast<Eigen::Index>(channels_)) {}

void SampleStream::add(std::optional<double> given, std::span<const float> values) {
  const double time = given ? *given : static_cast<double>(samples_) / options_.rate;
  ++samples_;
  if (!is_possible(values) || !std::isfinite(time)) {
    ++troubles_.impossible;
    return;
  }
  if (!follows(time)) return;
  last_two_.row(0) = last_two_.row(1);
  std::copy(values.begin(), values.end(), last_two_.row(1).data());
  if (begun_) {
    append_until(time);
  } else {
    begin_anew(time);
    append(values);
  }
  time_ = time;
}

bool SampleStream::is_possible(std::span<const float> values) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) return false;
    if (!options_.limits.empty() && std::abs(values[i]) > options_.limits[i]) return false;
  }
  return true;
}

/// Whether a sample of that time is taken. Behind a gap, or after a clock was set back, the next one begins anew.
bool SampleStream::follows(double time) {
  if (begun_ && time <= time_) {
    ++troubles_.backward;
    if (static_cast<double>(++backward_) < options_.rate) return false;
    begun_ = false;
  }
  backward_ = 0;
  if (begun_ && time - time_ > std::max(data::kShortGap, 1.5 / options_.rate)) {
    ++troubles_.gaps;
    begun_ = false;
  }
  return true;
}

void SampleStream::begin_anew(double time) {
  begun_ = true;
  buffered_.clear();
  first_ = appended_ = next_ = 0;
  origin_ = time;
  smoothed_.clear();
  class_.reset();
}

/// Appends the samples at equal intervals that lie between the sample before and the one that came.
void SampleStream::append_until(double time) {
  constexpr double kRounding = 1e-4;  // of an interval: a time that is so near to the moment of a sample is that moment
  const double tolerance = kRounding / options_.rate;
  while (true) {
    const double due = origin_ + static_cast<double>(appended_) / options_.rate;
    if (due > time + tolerance) return;
    const double share = due > time - tolerance ? 1 : std::max((due - time_) / (time - time_), 0.0);
    const data::Frames between = data::row_at(last_two_, {0, share});
    append({between.data(), channels_});
  }
}

void SampleStream::append(std::span<const float> values) {
  buffered_.insert(buffered_.end(), values.begin(), values.end());
  ++appended_;
  if (appended_ == next_ + size_.samples) decide_window();
  // What no window needs any more goes when it is more than what is kept: so moving it costs little.
  const std::int64_t unused = std::min(next_, appended_) - first_;
  if (unused > size_.samples) {
    buffered_.erase(buffered_.begin(), buffered_.begin() + unused * static_cast<std::int64_t>(channels_));
    first_ += unused;
  }
}

void SampleStream::decide_window() {
  const auto begin = std::chrono::steady_clock::now();
  StreamDecision made;
  made.window = {buffered_.data() + static_cast<std::size_t>(next_ - first_) * channels_,
                 static_cast<std::size_t>(size_.samples) * channels_};
  made.decision = recognizer_.classify(made.window);
  made.start = origin_ + static_cast<double>(next_) / options_.rate;
  made.end = origin_ + static_cast<double>(next_ + size_.samples - 1) / options_.rate;
  smooth(made);
  made.seconds = seconds_since(begin);
  next_ += size_.step;
  ++decisions_;
  decide_(made);
}

/// Exponential smoothing; the class before stays until another one is clearly more probable.
void SampleStream::smooth(StreamDecision& made) {
  const std::vector<float>& probabilities = made.decision.probabilities;
  if (smoothed_.empty() || !std::isfinite(confidence_)) {  // a window that overflowed has no say in the next one
    smoothed_ = probabilities;
    confidence_ = made.decision.confidence;
    class_.reset();
  }
  const auto kept = static_cast<float>(options_.smoothing);
  for (std::size_t k = 0; k < smoothed_.size(); ++k) {
    smoothed_[k] = kept * smoothed_[k] + (1 - kept) * probabilities[k];
  }
  confidence_ = options_.smoothing * confidence_ + (1 - options_.smoothing) * made.decision.confidence;
  const auto best = std::max_element(smoothed_.begin(), smoothed_.end());
  if (!class_ || *best - smoothed_[static_cast<std::size_t>(*class_)] > static_cast<float>(options_.hysteresis)) {
    class_ = static_cast<int>(best - smoothed_.begin());
  }
  made.probabilities = smoothed_;
  made.confidence = confidence_;
  made.label = confidence_ >= options_.none_threshold ? *class_ : -1;  // NaN is none, too
  made.changed = said_ != made.label;
  said_ = made.label;
}

}  // namespace pskd::deploy
