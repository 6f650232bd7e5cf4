// One sample of a live sensor as a line of text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pskd::deploy {

struct Sample {
  std::optional<double> time;  ///< seconds
  std::vector<float> values;   ///< of the channels, in their order; NaN and infinity as they were written
};

/// A line `t,x,y,z` or `x,y,z` with commas, semicolons, tabs or blanks between, or JSON: a list of these numbers, or
/// {"t": 0.02, "ax": 0.1, ...}, in which `t` may be absent. Nothing where it is none.
std::optional<Sample> sample_in(std::string_view line, const std::vector<std::string>& channels);

}  // namespace pskd::deploy
