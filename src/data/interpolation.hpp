// Linear interpolation between values at equal intervals.
#pragma once

#include <Eigen/Core>
#include <algorithm>

namespace pskd::data {

/// Where a position lies between rows: after row `before`, by `share` of the way to the next.
struct RowPosition {
  Eigen::Index before = 0;
  double share = 0;
};

/// `position` counts rows from 0. Before the first and after the last row it lies on the line through the two nearest,
/// `share` being below 0 or above 1.
inline RowPosition row_position(double position, Eigen::Index rows) {
  const Eigen::Index last_interval = std::max<Eigen::Index>(rows - 2, 0);
  const auto before = std::clamp<Eigen::Index>(static_cast<Eigen::Index>(position), 0, last_interval);
  return {before, position - static_cast<double>(before)};
}

/// The row of `values` at `place`, computed in the scalars of `values`. What is returned refers to `values`.
template <class Values>
auto row_at(const Values& values, const RowPosition& place) {
  using Scalar = typename Values::Scalar;
  const auto share = static_cast<Scalar>(place.share);
  const Eigen::Index after = std::min(place.before + 1, values.rows() - 1);
  return values.row(place.before) * (Scalar{1} - share) + values.row(after) * share;
}

}  // namespace pskd::data
