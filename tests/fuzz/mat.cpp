// The MAT files. An input is a file, or, so that a change does not end at
// zlib's checksum, a variable that is compressed here.
#include "data/readers/berkeley_mhad/mocap.hpp"
#include "data/readers/berkeley_mhad/reader.hpp"
#include "data/readers/utd_mhad.hpp"
#include "support/mat_bytes.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) {
  const auto [is_variable, rest] = choose(input);
  const std::filesystem::path file =
      input_file(is_variable ? testing::mat_header() + testing::mat_compressed(std::string(rest)) : std::string(rest));
  try {
    data::readers::read_utd_skeleton(file);
  } catch (const Error&) {
    data::readers::read_berkeley_mocap(file, "rearMocap");
  }
}

std::vector<std::string> seeds() {
  const std::vector<double> frames(2 * 60, 0.25);
  const std::vector<double> frame_values(3 * 48, -1500);
  const std::string kinect = testing::mat_variable("d_skel", {20, 3, 2}, frames);
  const std::string mocap = testing::mat_variable("rearMocap", {3, 16, 3}, frame_values);
  const std::string file = testing::mat_header() + testing::mat_compressed(kinect);
  return {
      "\1" + kinect,
      "\1" + mocap,
      std::string(1, '\0') + testing::mat_header() + kinect,
      std::string(1, '\0') + testing::mat_header() + mocap + kinect,
      std::string(1, '\0') + file,
  };
}

const Registered mat{{"mat", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
