#include "pskd/data/topology.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "pskd/base/error.hpp"

namespace pskd::data {
namespace {

// Kinect v1, in the order of UTD-MHAD's d_skel; the bones point towards the shoulder center.
const Topology kKinect20 = {
    .name = "kinect-20",
    .joints = {"head",        "shoulder_centre", "spine",      "hip_centre",     "left_shoulder",
               "left_elbow",  "left_wrist",      "left_hand",  "right_shoulder", "right_elbow",
               "right_wrist", "right_hand",      "left_hip",   "left_knee",      "left_ankle",
               "left_foot",   "right_hip",       "right_knee", "right_ankle",    "right_foot"},
    .parents = {1, -1, 1, 2, 1, 4, 5, 6, 1, 8, 9, 10, 3, 12, 13, 14, 3, 16, 17, 18},
    .center = 3,
    .parts = {{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}, {12, 13, 14, 15}, {16, 17, 18, 19}},
    .mirrored = {{4, 8}, {5, 9}, {6, 10}, {7, 11}, {12, 16}, {13, 17}, {14, 18}, {15, 19}},
    .wrist = 10,
};

// Berkeley-MHAD's optical skeleton as re-released at the Kinect's frames (Lannan 2022).
const Topology kMhad16 = {
    .name = "mhad-16",
    .joints = {"hips", "left_up_leg", "left_leg", "left_foot", "left_toe", "right_up_leg", "right_leg", "right_foot",
               "right_toe", "neck", "left_arm", "left_forearm", "left_wrist", "right_arm", "right_forearm",
               "right_wrist"},
    .parents = {-1, 0, 1, 2, 3, 0, 5, 6, 7, 0, 9, 10, 11, 9, 13, 14},
    .center = 0,
    .parts = {{0, 9}, {1, 2, 3, 4}, {5, 6, 7, 8}, {10, 11, 12}, {13, 14, 15}},
    .mirrored = {{1, 5}, {2, 6}, {3, 7}, {4, 8}, {10, 13}, {11, 14}, {12, 15}},
    .wrist = 15,
};

// Berkeley-MHAD's own BVH tree, in the order of its files: a trunk of six joints and four limbs of six. A roll joint
// lies along the bone and turns with the skin of the limb. The order of the limbs follows public readers of these
// files.
const Topology kMhad30 = {
    .name = "mhad-30",
    .joints = {"hips",
               "spine",
               "spine1",
               "spine2",
               "neck",
               "head",
               "right_shoulder",
               "right_arm",
               "right_arm_roll",
               "right_forearm",
               "right_forearm_roll",
               "right_hand",
               "left_shoulder",
               "left_arm",
               "left_arm_roll",
               "left_forearm",
               "left_forearm_roll",
               "left_hand",
               "right_up_leg",
               "right_up_leg_roll",
               "right_leg",
               "right_leg_roll",
               "right_foot",
               "right_toe",
               "left_up_leg",
               "left_up_leg_roll",
               "left_leg",
               "left_leg_roll",
               "left_foot",
               "left_toe"},
    .parents = {-1, 0,  1,  2, 3,  4,  3,  6,  7,  8, 9,  10, 3,  12, 13,
                14, 15, 16, 0, 18, 19, 20, 21, 22, 0, 24, 25, 26, 27, 28},
    .center = 0,
    .parts = {{0, 1, 2, 3, 4, 5},
              {6, 7, 8, 9, 10, 11},
              {12, 13, 14, 15, 16, 17},
              {18, 19, 20, 21, 22, 23},
              {24, 25, 26, 27, 28, 29}},
    .mirrored = {{12, 6},
                 {13, 7},
                 {14, 8},
                 {15, 9},
                 {16, 10},
                 {17, 11},
                 {24, 18},
                 {25, 19},
                 {26, 20},
                 {27, 21},
                 {28, 22},
                 {29, 23}},
    .wrist = 11,
};

// The key points of COCO, as pose estimators number them; the bones point towards the nose.
const Topology kCoco17 = {
    .name = "coco-17",
    .joints = {"nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
               "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee",
               "right_knee", "left_ankle", "right_ankle"},
    .parents = {-1, 0, 0, 1, 2, 0, 0, 5, 6, 7, 8, 5, 6, 11, 12, 13, 14},
    .center = 0,
    .parts = {{0, 1, 2, 3, 4}, {5, 7, 9}, {6, 8, 10}, {11, 13, 15}, {12, 14, 16}},
    .mirrored = {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}, {11, 12}, {13, 14}, {15, 16}},
    .wrist = 10,
    .dimensions = 2,
};

const std::array<const Topology*, 4> kKnown = {&kKinect20, &kMhad30, &kMhad16, &kCoco17};

[[noreturn]] void fail(const std::string& where, const std::string& problem) {
  throw Error(ErrorKind::config, where + ": " + problem);
}

void check_tree(const Topology& topology, const std::string& where) {
  const auto count = static_cast<int>(topology.joints.size());
  if (topology.parents.size() != topology.joints.size()) {
    fail(where, "expected one parent for each of the " + std::to_string(count) + " joints, found " +
                    std::to_string(topology.parents.size()));
  }
  const auto roots = std::count(topology.parents.begin(), topology.parents.end(), -1);
  if (roots != 1) fail(where, "expected one root (a joint without parent), found " + std::to_string(roots));
  for (int joint = 0; joint < count; ++joint) {
    int ancestor = joint;
    for (int steps = 0; ancestor != -1; ++steps) {
      if (ancestor < 0 || ancestor >= count) fail(where, "a parent is not one of the joints");
      if (steps > count) {
        fail(where, "joint " + topology.joints[static_cast<std::size_t>(joint)] + " is its own ancestor");
      }
      ancestor = topology.parents[static_cast<std::size_t>(ancestor)];
    }
  }
}

}  // namespace

const Topology& topology(const std::string& name) {
  std::string known;
  for (const Topology* one : kKnown) {
    if (one->name == name) return *one;
    known += " " + one->name;
  }
  throw Error(ErrorKind::config, "unknown skeleton topology '" + name + "'; known:" + known);
}

std::vector<std::vector<int>> limbs_of(const std::vector<int>& parents) {
  std::vector<int> children(parents.size());
  for (const int parent : parents) {
    if (parent >= 0) ++children[static_cast<std::size_t>(parent)];
  }
  std::vector<std::vector<int>> parts;
  std::vector<bool> in_limb(parents.size());
  for (std::size_t leaf = 0; leaf < parents.size(); ++leaf) {
    if (children[leaf] > 0 || parents[leaf] < 0) continue;
    std::vector<int> limb;
    for (int joint = static_cast<int>(leaf); parents[static_cast<std::size_t>(joint)] >= 0;
         joint = parents[static_cast<std::size_t>(joint)]) {
      if (children[static_cast<std::size_t>(joint)] > 1) break;
      limb.push_back(joint);
      in_limb[static_cast<std::size_t>(joint)] = true;
    }
    parts.push_back(std::move(limb));
  }
  std::vector<int> trunk;
  for (std::size_t joint = 0; joint < parents.size(); ++joint) {
    if (!in_limb[joint]) trunk.push_back(static_cast<int>(joint));
  }
  parts.insert(parts.begin(), std::move(trunk));
  return parts;
}

void check_topology(const Topology& topology, const std::string& where) {
  const auto count = static_cast<int>(topology.joints.size());
  if (count < 2) fail(where, "expected at least two joints, found " + std::to_string(count));
  if (std::set<std::string>(topology.joints.begin(), topology.joints.end()).size() != topology.joints.size()) {
    fail(where, "expected joints of different names");
  }
  check_tree(topology, where);
  const auto is_joint = [&](int joint) { return joint >= 0 && joint < count; };
  std::vector<int> parts_of(topology.joints.size());
  for (const std::vector<int>& part : topology.parts) {
    for (const int joint : part) {
      if (!is_joint(joint)) fail(where, "a part names a joint that is not there");
      ++parts_of[static_cast<std::size_t>(joint)];
    }
  }
  for (std::size_t joint = 0; joint < parts_of.size(); ++joint) {
    if (parts_of[joint] != 1) fail(where, "joint " + topology.joints[joint] + " must lie in exactly one part");
  }
  if (!is_joint(topology.center) || !is_joint(topology.wrist)) fail(where, "centre and wrist must be joints");
  for (const auto& [left, right] : topology.mirrored) {
    if (!is_joint(left) || !is_joint(right) || left == right) fail(where, "a pair must be two joints, left and right");
  }
}

}  // namespace pskd::data
