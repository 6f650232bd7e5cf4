// Joint topologies: what a skeleton's joints are called and which bone leads to each.
#pragma once

#include <string>
#include <vector>

namespace pskd {

struct Topology {
  std::string name;
  std::vector<std::string> joints;
  std::vector<int> parents;             ///< towards the centre; -1 for the root
  int centre = 0;                       ///< the joint that positions are taken relative to
  std::vector<std::vector<int>> parts;  ///< joints of the trunk and each limb; every joint in one of them
};

/// Throws Error(config) listing the known names.
const Topology& topology(const std::string& name);

}  // namespace pskd
