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

// Kinect v2, in the order of NTU RGB+D; names as in kinect-20 where the joint is the same.
const Topology kNtu25 = {
    .name = "ntu-25",
    .joints = {"hip_centre",      "spine",         "neck",       "head",           "left_shoulder",
               "left_elbow",      "left_wrist",    "left_hand",  "right_shoulder", "right_elbow",
               "right_wrist",     "right_hand",    "left_hip",   "left_knee",      "left_ankle",
               "left_foot",       "right_hip",     "right_knee", "right_ankle",    "right_foot",
               "shoulder_centre", "left_hand_tip", "left_thumb", "right_hand_tip", "right_thumb"},
    .parents = {-1, 0, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 1, 7, 7, 11, 11},
    .center = 0,
    .parts = {{0, 1, 2, 3, 20}, {4, 5, 6, 7, 21, 22}, {8, 9, 10, 11, 23, 24}, {12, 13, 14, 15}, {16, 17, 18, 19}},
    .mirrored = {{4, 8}, {5, 9}, {6, 10}, {7, 11}, {12, 16}, {13, 17}, {14, 18}, {15, 19}, {21, 23}, {22, 24}},
    .wrist = 10,
};

// Azure Kinect's body tracking, in the order of its joint index.
const Topology kAzure32 = {
    .name = "azure-32",
    .joints = {"pelvis",         "spine_navel", "spine_chest", "neck",          "left_clavicle",  "left_shoulder",
               "left_elbow",     "left_wrist",  "left_hand",   "left_hand_tip", "left_thumb",     "right_clavicle",
               "right_shoulder", "right_elbow", "right_wrist", "right_hand",    "right_hand_tip", "right_thumb",
               "left_hip",       "left_knee",   "left_ankle",  "left_foot",     "right_hip",      "right_knee",
               "right_ankle",    "right_foot",  "head",        "nose",          "left_eye",       "left_ear",
               "right_eye",      "right_ear"},
    .parents = {-1, 0,  1, 2,  2,  4,  5, 6,  7,  8,  7, 2,  11, 12, 13, 14,
                15, 14, 0, 18, 19, 20, 0, 22, 23, 24, 3, 26, 26, 26, 26, 26},
    .center = 0,
    .parts = {{0, 1, 2, 3, 26, 27, 28, 29, 30, 31},
              {4, 5, 6, 7, 8, 9, 10},
              {11, 12, 13, 14, 15, 16, 17},
              {18, 19, 20, 21},
              {22, 23, 24, 25}},
    .mirrored = {{4, 11},
                 {5, 12},
                 {6, 13},
                 {7, 14},
                 {8, 15},
                 {9, 16},
                 {10, 17},
                 {18, 22},
                 {19, 23},
                 {20, 24},
                 {21, 25},
                 {28, 30},
                 {29, 31}},
    .wrist = 14,
};

// The landmarks of MediaPipe's pose; the bones point towards the nose.
const Topology kMediapipe33 = {
    .name = "mediapipe-33",
    .joints = {"nose",        "left_eye_inner",  "left_eye",        "left_eye_outer", "right_eye_inner",
               "right_eye",   "right_eye_outer", "left_ear",        "right_ear",      "left_mouth",
               "right_mouth", "left_shoulder",   "right_shoulder",  "left_elbow",     "right_elbow",
               "left_wrist",  "right_wrist",     "left_pinky",      "right_pinky",    "left_index",
               "right_index", "left_thumb",      "right_thumb",     "left_hip",       "right_hip",
               "left_knee",   "right_knee",      "left_ankle",      "right_ankle",    "left_heel",
               "right_heel",  "left_foot_index", "right_foot_index"},
    .parents = {-1, 0,  1,  2,  0,  4,  5,  3,  6,  0,  0,  0,  0,  11, 12, 13, 14,
                15, 16, 15, 16, 15, 16, 11, 12, 23, 24, 25, 26, 27, 28, 27, 28},
    .center = 0,
    .parts = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
              {11, 13, 15, 17, 19, 21},
              {12, 14, 16, 18, 20, 22},
              {23, 25, 27, 29, 31},
              {24, 26, 28, 30, 32}},
    .mirrored = {{1, 4},
                 {2, 5},
                 {3, 6},
                 {7, 8},
                 {9, 10},
                 {11, 12},
                 {13, 14},
                 {15, 16},
                 {17, 18},
                 {19, 20},
                 {21, 22},
                 {23, 24},
                 {25, 26},
                 {27, 28},
                 {29, 30},
                 {31, 32}},
    .wrist = 16,
};

// The key points of OpenPose's BODY_25.
const Topology kBody25 = {
    .name = "body-25",
    .joints = {"nose",           "neck",        "right_shoulder", "right_elbow",     "right_wrist",
               "left_shoulder",  "left_elbow",  "left_wrist",     "hip_centre",      "right_hip",
               "right_knee",     "right_ankle", "left_hip",       "left_knee",       "left_ankle",
               "right_eye",      "left_eye",    "right_ear",      "left_ear",        "left_big_toe",
               "left_small_toe", "left_heel",   "right_big_toe",  "right_small_toe", "right_heel"},
    .parents = {1, 8, 1, 2, 3, 1, 5, 6, -1, 8, 9, 10, 8, 12, 13, 0, 0, 15, 16, 14, 19, 14, 11, 22, 11},
    .center = 8,
    .parts = {{0, 1, 8, 15, 16, 17, 18}, {5, 6, 7}, {2, 3, 4}, {12, 13, 14, 19, 20, 21}, {9, 10, 11, 22, 23, 24}},
    .mirrored = {{5, 2}, {6, 3}, {7, 4}, {12, 9}, {13, 10}, {14, 11}, {16, 15}, {18, 17}, {19, 22}, {20, 23}, {21, 24}},
    .wrist = 4,
    .dimensions = 2,
};

const std::array<const Topology*, 8> kKnown = {&kKinect20, &kMhad30,  &kMhad16,      &kCoco17,
                                               &kNtu25,    &kAzure32, &kMediapipe33, &kBody25};

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

std::span<const Topology* const> known_topologies() { return kKnown; }

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
  if (!is_joint(topology.center) || !is_joint(topology.wrist)) fail(where, "center and wrist must be joints");
  for (const auto& [left, right] : topology.mirrored) {
    if (!is_joint(left) || !is_joint(right) || left == right) fail(where, "a pair must be two joints, left and right");
  }
}

}  // namespace pskd::data
