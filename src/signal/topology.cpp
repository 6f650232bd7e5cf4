#include "pskd/signal/topology.hpp"

#include "pskd/base/error.hpp"

namespace pskd {
namespace {

// Kinect v1, in the order of UTD-MHAD's d_skel; the bones point towards the shoulder centre.
const Topology kKinect20 = {
    "kinect-20",
    {"head",       "shoulder_centre", "spine",       "hip_centre",  "left_shoulder", "left_elbow", "left_wrist",
     "left_hand",  "right_shoulder",  "right_elbow", "right_wrist", "right_hand",    "left_hip",   "left_knee",
     "left_ankle", "left_foot",       "right_hip",   "right_knee",  "right_ankle",   "right_foot"},
    {1, -1, 1, 2, 1, 4, 5, 6, 1, 8, 9, 10, 3, 12, 13, 14, 3, 16, 17, 18},
    3,
    {{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}, {12, 13, 14, 15}, {16, 17, 18, 19}},
};

}  // namespace

const Topology& topology(const std::string& name) {
  if (name == kKinect20.name) return kKinect20;
  throw Error(ErrorKind::config, "unknown skeleton topology '" + name + "'; known: " + kKinect20.name);
}

}  // namespace pskd
