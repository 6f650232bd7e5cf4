#include "report/projection.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace pskd::report {
namespace {

/// Points on a long and a short axis of a plane in three dimensions, away from the origin.
Eigen::MatrixXd ellipse() {
  const Eigen::RowVector3d longer = Eigen::RowVector3d(1, 1, 0) / std::sqrt(2.0), shorter(0, 0, 1), center(5, -2, 9);
  Eigen::MatrixXd rows(4, 3);
  rows << center + 3 * longer, center - 3 * longer, center + shorter, center - shorter;
  return rows;
}

TEST(Projection, FindsThePlaneOfPointsThatLieInOne) {
  const Projection found = project_to_plane(ellipse());
  EXPECT_NEAR(found.explained[0], 0.9, 1e-12) << "18 of 20";
  EXPECT_NEAR(found.explained[1], 0.1, 1e-12);
  const double expected[4][2] = {{3, 0}, {-3, 0}, {0, 1}, {0, -1}};
  for (Eigen::Index row = 0; row < 4; ++row) {
    EXPECT_NEAR(found.points(row, 0), expected[row][0], 1e-12);
    EXPECT_NEAR(found.points(row, 1), expected[row][1], 1e-12);
  }
}

TEST(Projection, DoesNotDependOnWhereThePointsLie) {
  const Projection here = project_to_plane(ellipse());
  const Eigen::MatrixXd moved = ellipse().rowwise() + Eigen::RowVector3d(100, 200, -300);
  EXPECT_TRUE(project_to_plane(moved).points.isApprox(here.points, 1e-9));
}

TEST(Projection, HasAxesOfZeroWhereThePointsHaveNone) {
  EXPECT_EQ(project_to_plane(Eigen::MatrixXd(0, 4)).points.rows(), 0);
  EXPECT_TRUE(project_to_plane(Eigen::MatrixXd::Ones(3, 4)).points.isZero());
  const Projection line = project_to_plane(Eigen::VectorXd::LinSpaced(5, 0, 4));
  EXPECT_NEAR(line.explained[0], 1, 1e-12);
  EXPECT_TRUE(line.points.col(1).isZero());
}

}  // namespace
}  // namespace pskd::report
