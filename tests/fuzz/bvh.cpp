// The skeletons of Berkeley-MHAD as their BVH files have them.
#include "data/formats/bvh.hpp"

#include "data/formats/bvh_kinematics.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

void read(std::string_view input) {
  const data::formats::Bvh bvh = data::formats::parse_bvh("input.bvh", input);
  std::vector<std::string> names;
  for (const data::formats::BvhJoint& joint : bvh.joints) names.push_back(joint.name);
  data::formats::joint_positions(bvh, names);
}

std::vector<std::string> seeds() {
  const Eigen::ArrayXXd positions = Eigen::ArrayXd::LinSpaced(3 * 9, 0, 1).reshaped(3, 9);
  return {
      data::formats::bvh_text(
          data::formats::bvh_of_positions({"hips", "knee", "head"}, {-1, 0, 0}, positions, 1 / 480.0, {2, 1, 0})),
      "HIERARCHY\r\nROOT a\r\n{\r\nOFFSET 0 0 0\r\nCHANNELS 6 Yposition Xposition Zposition Xrotation Zrotation "
      "Yrotation\r\n"
      "JOINT b\r\n{\r\nOFFSET 1 0 0\r\nCHANNELS 0\r\nEnd Site\r\n{\r\nOFFSET 0 1 0\r\n}\r\n}\r\n}\r\nMOTION\r\nFrames: "
      "2\r\n"
      "Frame Time: .00208\r\n1 2 3 90 0 -45\r\n1 2 3 1e1 0 45\r\n",
  };
}

const Registered bvh{{"bvh", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
