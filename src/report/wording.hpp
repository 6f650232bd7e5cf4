// The words and number formats that all tables share.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "eval/statistics.hpp"

namespace pskd::report {

inline constexpr const char* kEnDash = "\u2013";
inline constexpr const char* kReconstruction = "our reconstruction of PSKD";
inline constexpr const char* kSharedSubjects =
    "SUBJECTS ARE SHARED BETWEEN TRAIN AND TEST: NOT COMPARABLE WITH CROSS-SUBJECT RESULTS";

inline constexpr const char* kUnknownRecordings =
    "not every run says which recordings it saw (older records without a manifest.json): whether they are the same is "
    "not known";

/// Between what kBestEpochs begins and this ends stand names and best_epoch_text.
inline constexpr const char* kBestEpochs = "best epoch on the val part, by seed: ";
inline constexpr const char* kTiesOfEpochs = "; the smaller validation loss decides";

/// With so many digits after the point.
std::string fixed(double value, int digits);

/// "93.3 ± 0.6"; one value has no standard deviation.
std::string mean_and_deviation(const std::vector<double>& shares);

/// "+1.2", "-0.3", "0.0"
std::string with_sign(double value);

/// "[-0.4, +2.8]", or a dash.
std::string interval_text(const std::optional<eval::Interval>& interval);

/// "'label', 'kd (epochs 100)'": names as they can be given, of which some have blanks.
std::string quoted_list(const std::vector<std::string>& names);

/// "seeds 1 2 3"
std::string seeds_text(const std::set<std::uint64_t>& seeds);

/// In words.
std::string selection_rule(const std::string& selection);

}  // namespace pskd::report
