#include "data/finite.hpp"

namespace pskd::data {

void check_finite(const std::filesystem::path& file, const Frames& frames) {
  const auto wrong = !frames.isFinite();
  const Eigen::Index count = wrong.count();
  if (count == 0) return;
  Eigen::Index row = 0;
  Eigen::Index column = 0;
  wrong.cast<int>().maxCoeff(&row, &column);
  throw NotFinite(file.string() + ": expected finite values, found " + std::to_string(count) +
                      " NaN or infinite, one of them in frame " + std::to_string(row + 1) + ", column " +
                      std::to_string(column + 1),
                  count);
}

}  // namespace pskd::data
