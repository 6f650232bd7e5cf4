#include "synthetic/writers/utd_mhad.hpp"

#include "data/formats/mat_file.hpp"
#include "data/readers/utd_mhad.hpp"
#include "synthetic/body.hpp"
#include "synthetic/recordings.hpp"
#include "synthetic/writers/folder.hpp"

namespace pskd::synthetic {
namespace {

namespace fs = std::filesystem;
using Eigen::ArrayXXd;
using Eigen::Index;

// [20, 3, T], the first index running fastest.
data::formats::MatMatrix skeleton_matrix(const ArrayXXd& skeleton) {
  data::formats::MatMatrix matrix{{kHumanoidJoints, 3, static_cast<std::size_t>(skeleton.rows())}, {}};
  for (Index t = 0; t < skeleton.rows(); ++t) {
    for (Index axis = 0; axis < 3; ++axis) {
      for (Index joint = 0; joint < kHumanoidJoints; ++joint) matrix.values.push_back(skeleton(t, 3 * joint + axis));
    }
  }
  return matrix;
}

data::formats::MatMatrix sensor_matrix(const ArrayXXd& sensor) {
  return {{static_cast<std::size_t>(sensor.rows()), static_cast<std::size_t>(sensor.cols())},
          {sensor.data(), sensor.data() + sensor.size()}};
}

void write_recording(const fs::path& folder, const SyntheticOptions& options, int action, int subject, int trial) {
  const SyntheticRecording recording = make_synthetic_recording(options, action, subject, trial);
  const std::string id = data::readers::utd_clip_id(action, subject, trial);
  data::formats::write_mat_matrix(folder / "Inertial" / (id + "_inertial.mat"), "d_iner",
                                  sensor_matrix(recording.sensor));
  data::formats::write_mat_matrix(folder / "Skeleton" / (id + "_skeleton.mat"), "d_skel",
                                  skeleton_matrix(recording.skeleton));
}

}  // namespace

int write_utd_mhad(const fs::path& folder, const SyntheticOptions& options) {
  check_synthetic_options(options);
  return write_folder_atomically(folder, [&](const fs::path& partial) {
    fs::create_directories(partial / "Inertial");
    fs::create_directories(partial / "Skeleton");
    return for_each_recording(options, [&](int action, int subject, int trial) {
      write_recording(partial, options, action, subject, trial);
    });
  });
}

}  // namespace pskd::synthetic
