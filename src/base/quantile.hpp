// Quantiles of a list of numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace pskd {

/// The value below which `share` (0 .. 1) of `values` (not empty) lie, linear between neighbors, as numpy's default.
double quantile(std::vector<double> values, double share);

/// The one of `values` that stands at `place` (from 0, less than their number) by size.
template <class Number>
Number value_at(std::vector<Number> values, std::size_t place) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// The middle one of `values` (not empty) by size, of an even number the upper of two: always one of them.
template <class Number>
Number upper_median(std::vector<Number> values) {
  const std::size_t middle = values.size() / 2;
  return value_at(std::move(values), middle);
}

}  // namespace pskd
