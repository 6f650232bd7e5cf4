#include "deploy/sample_input.hpp"

#include <cstring>
#include <utility>

#include "data/formats/numbers.hpp"

namespace pskd::deploy {

void SampleInput::add(std::string_view piece, const Take& take) {
  held_ += piece;
  form_ == SampleForm::text ? take_lines(take) : take_floats(take);
}

void SampleInput::finish() {
  if (held_.empty() && !cut_) return;
  ++lines_;
  refuse(form_ == SampleForm::text ? held_ : "the end of a sample");
  held_.clear();
  cut_ = false;
}

void SampleInput::take_floats(const Take& take) {
  Sample sample{std::nullopt, std::vector<float>(channels_.size())};
  const std::size_t bytes = channels_.size() * sizeof(float);
  std::size_t begin = 0;
  for (; begin + bytes <= held_.size(); begin += bytes) {
    std::memcpy(sample.values.data(), held_.data() + begin, bytes);
    take(sample);
  }
  held_.erase(0, begin);
}

void SampleInput::take_lines(const Take& take) {
  constexpr std::size_t kLongest = 1 << 16;  // bytes; no sample is so long
  std::size_t begin = 0;
  for (std::size_t end = held_.find('\n'); end != std::string::npos; end = held_.find('\n', begin)) {
    take_line(std::string_view(held_).substr(begin, end - begin), take);
    begin = end + 1;
  }
  held_.erase(0, begin);
  if (held_.size() <= kLongest) return;
  held_.clear();
  cut_ = true;
}

void SampleInput::take_line(std::string_view line, const Take& take) {
  ++lines_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool cut = std::exchange(cut_, false);
  const std::optional<Sample> sample = cut ? std::nullopt : sample_in(line, channels_);
  if (!sample || !has_form_of_others(*sample)) return refuse(line);
  take(*sample);
}

/// All lines have a time, or none has: the half of a line with a time may look like a line without. Ten lines of the
/// other form in a row are believed.
bool SampleInput::has_form_of_others(const Sample& sample) {
  constexpr int kBelieved = 10;
  const bool has_time = sample.time.has_value();
  if (has_time == has_times_.value_or(has_time)) {
    others_ = 0;
  } else if (++others_ < kBelieved) {
    return false;
  }
  has_times_ = has_time;
  return true;
}

void SampleInput::refuse(std::string_view line) {
  if (refused_++ == 0) first_refused_ = "line " + std::to_string(lines_) + ": " + data::formats::quoted_field(line);
}

}  // namespace pskd::deploy
