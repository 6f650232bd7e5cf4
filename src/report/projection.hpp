// A plane to look at high-dimensional points in.
#pragma once

#include <Eigen/Core>

namespace pskd::report {

struct Projection {
  Eigen::MatrixX2d points;          ///< [N, 2], along the first and the second principal axis
  Eigen::Vector2d explained{0, 0};  ///< share of the variance that each axis holds, 0 .. 1
};

/// Principal component analysis (Pearson 1901) of `rows` [N, D]: centered, not scaled, projected onto the two
/// eigenvectors of the covariance with the largest eigenvalues. The largest component of an axis is positive, so that
/// the same points always give the same picture. Axes that the points do not have (N < 3, D < 2, equal points) are 0.
Projection project_to_plane(const Eigen::MatrixXd& rows);

}  // namespace pskd::report
