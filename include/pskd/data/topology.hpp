// Joint topologies as data: what a skeleton's joints are called, which bone leads to each, which are left and right.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pskd::data {

struct Topology {
  std::string name;
  std::vector<std::string> joints;
  std::vector<int> parents;                   ///< towards the center; -1 for the root
  int center = 0;                             ///< the joint that positions are taken relative to
  std::vector<std::vector<int>> parts;        ///< joints of the trunk and each limb; every joint in one of them
  std::vector<std::pair<int, int>> mirrored;  ///< left and right joint of each pair
  int wrist = 0;                              ///< the right wrist, where the watch is worn
  int dimensions = 3;                         ///< 3: a joint has x, y, z; 2: x, y and the confidence of the detection
};

/// The topologies that data sets and cameras come with, such as kinect-20.
std::span<const Topology* const> known_topologies();

/// The known one of this name. Throws Error(config) listing them.
const Topology& topology(const std::string& name);

/// The parts of a tree of joints that names none: each chain from a leaf towards the root up to the first branching,
/// and what is left as the trunk.
std::vector<std::vector<int>> limbs_of(const std::vector<int>& parents);

/// Throws Error(config), its message beginning with `where`, unless names are distinct, the parents form one tree, each
/// joint lies in one part, and center, wrist and pairs are joints.
void check_topology(const Topology& topology, const std::string& where);

}  // namespace pskd::data
