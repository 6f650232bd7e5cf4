#include "data/readers/berkeley_mhad/mocap.hpp"

#include "data/finite.hpp"
#include "data/formats/mat_file.hpp"

namespace pskd::data::readers {
namespace {

constexpr Eigen::Index kJoints = 16;
constexpr float kMetersPerMillimeter = 1e-3F;

}  // namespace

Frames read_berkeley_mocap(const std::filesystem::path& file, const std::string& variable) {
  const formats::MatMatrix matrix = formats::read_mat_matrix(file, variable, {formats::kAnyFrames, kJoints, 3});
  const auto frames = static_cast<Eigen::Index>(matrix.dims[0]);
  Frames values(frames, kJoints * 3);
  for (Eigen::Index joint = 0; joint < kJoints; ++joint) {
    for (Eigen::Index axis = 0; axis < 3; ++axis) {
      for (Eigen::Index t = 0; t < frames; ++t) {
        values(t, joint * 3 + axis) =
            static_cast<float>(matrix.values[static_cast<std::size_t>(t + frames * (joint + kJoints * axis))]) *
            kMetersPerMillimeter;
      }
    }
  }
  check_finite(file, values);
  return values;
}

}  // namespace pskd::data::readers
