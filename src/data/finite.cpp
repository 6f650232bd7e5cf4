#include "data/finite.hpp"

#include <sstream>

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

void check_acceleration(const std::filesystem::path& file,
                        const Eigen::Ref<const Frames, 0, Eigen::OuterStride<>>& accelerations) {
  if (accelerations.size() == 0) return;
  Eigen::Index row = 0;
  const float largest = accelerations.abs().rowwise().maxCoeff().maxCoeff(&row);
  if (largest <= static_cast<float>(kMaxAcceleration)) return;
  std::ostringstream text;
  text << file.string() << ": expected accelerations of at most " << kMaxAcceleration << " g, found " << largest
       << " g in frame " << row + 1 << "; is it another unit, or a damaged file?";
  throw Error(ErrorKind::data, text.str());
}

}  // namespace pskd::data
