// The bytes of a live sensor, in pieces as they come, to samples. What is none is counted and survived.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deploy/sample_line.hpp"

namespace pskd::deploy {

/// text: a line for each sample, see sample_in; f32: the channels as little-endian floats, without times.
enum class SampleForm { text, f32 };

class SampleInput {
 public:
  SampleInput(std::vector<std::string> channels, SampleForm form) : channels_(std::move(channels)), form_(form) {}

  using Take = std::function<void(const Sample&)>;
  /// Calls `take` for each sample that is complete. Keeps no more than one sample or line.
  void add(std::string_view piece, const Take& take);
  /// Nothing more will come: what was begun is no sample.
  void finish();

  std::int64_t refused() const { return refused_; }                    ///< lines, or cut ends, that are no samples
  const std::string& first_refused() const { return first_refused_; }  ///< number and text of the first such line

 private:
  void take_floats(const Take& take);
  void take_lines(const Take& take);
  void take_line(std::string_view line, const Take& take);
  bool has_form_of_others(const Sample& sample);
  void refuse(std::string_view line);

  std::vector<std::string> channels_;
  SampleForm form_;
  std::string held_;
  bool cut_ = false;               ///< whether the beginning of the line was too long, and is gone
  std::optional<bool> has_times_;  ///< of the lines so far
  int others_ = 0;                 ///< lines of the other form, in a row
  std::int64_t lines_ = 0, refused_ = 0;
  std::string first_refused_;
};

}  // namespace pskd::deploy
