// What a training or a sweep found, in a line.
#pragma once

#include <string>
#include <vector>

#include "report/run_search.hpp"

namespace pskd::report {

/// The row that the others of a sweep are usually compared with: "label", else "baseline"; empty where there is
/// neither.
std::string usual_reference(const std::vector<std::string>& rows);

/// Student minus the stage `baseline` of the same runs: "student minus baseline: +1.2 points accuracy, 95 % interval
/// [-0.4, +2.8], p = 0.250 (sign-flip test), n = 3 seeds, which cannot give a p below 0.250; less than 1.6 points would
/// not have been noticed". Where runs have no baseline, a line for each other run of the sweep against its
/// usual_reference. The smallest difference that would have been noticed is half the interval. Empty where there
/// is nothing to compare, or runs cannot be compared.
std::vector<std::string> closing_lines(const RunSet& runs);

}  // namespace pskd::report
