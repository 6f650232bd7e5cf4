// Quantiles of a list of numbers.
#pragma once

#include <vector>

namespace pskd {

/// The value below which `share` (0 .. 1) of `values` (not empty) lie, linear between neighbours, as numpy's default.
double quantile(std::vector<double> values, double share);

}  // namespace pskd
