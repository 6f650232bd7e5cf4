// Quantiles of a list of numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pskd {

/// The value below which `share` (0 .. 1) of `values` (not empty) lie, linear between neighbours, as numpy's default.
double quantile(std::vector<double> values, double share);

/// The middle one of `values` (not empty) by size, of an even number the upper of two: always one of them.
template <class Number>
Number upper_median(std::vector<Number> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace pskd
