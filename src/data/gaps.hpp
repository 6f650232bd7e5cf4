// Rules for samples that are not there: gaps between time stamps, and values that are missing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/repairs.hpp"
#include "data/stamps.hpp"

namespace pskd::data {

/// Shorter gaps are bridged by straight lines and counted, whatever the rule. One is also no longer than five
/// intervals.
inline constexpr double kShortGap = 0.5;  // s

/// What becomes of a gap between time stamps, and of values that are missing (NaN).
struct GapRule {
  enum class Kind {
    refuse,      ///< an error
    cut,         ///< the longest part without a gap is kept; missing values of a short gap are interpolated
    interpolate  ///< bridged by straight lines up to `longest`; more is an error
  };
  Kind kind = Kind::refuse;
  double longest = 1;  ///< s
};

/// Applies the rule to samples whose stamps increase. Samples that lack a value at either end of the stream are dropped
/// by every rule but `refuse`. `columns` names the columns for messages. What was bridged, dropped or cut is counted.
/// Throws Error(data), for missing values NotFinite, naming file and line.
void mend_gaps(ReadSamples& read, const GapRule& rule, const std::vector<std::string>& columns,
               const StreamOrigin& origin, Repairs& repairs);

}  // namespace pskd::data
