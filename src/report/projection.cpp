#include "report/projection.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>

namespace pskd::report {

Projection project_to_plane(const Eigen::MatrixXd& rows) {
  Projection result{Eigen::MatrixX2d::Zero(rows.rows(), 2), {0, 0}};
  if (rows.rows() == 0) return result;
  const Eigen::MatrixXd centered = rows.rowwise() - rows.colwise().mean();
  const double variance = centered.squaredNorm();
  if (!(variance > 0)) return result;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(centered.transpose() * centered);
  const Eigen::Index last = rows.cols() - 1;
  for (Eigen::Index axis = 0; axis < std::min<Eigen::Index>(2, rows.cols()); ++axis) {
    Eigen::VectorXd direction = solver.eigenvectors().col(last - axis);  // eigenvalues ascend
    Eigen::Index largest = 0;
    direction.cwiseAbs().maxCoeff(&largest);
    if (direction[largest] < 0) direction = -direction;
    result.points.col(axis) = centered * direction;
    result.explained[axis] = std::max(0.0, solver.eigenvalues()[last - axis]) / variance;
  }
  return result;
}

}  // namespace pskd::report
