#include "data/readers/recordings/joint_mapping.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

#include "base/unicode.hpp"
#include "config/node.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

using Names = std::vector<std::string>;

// What a joint is, where a skeleton has none of that name: the first of these whose joints are all there.
const std::map<std::string, std::vector<Names>>& otherwise() {
  static const std::map<std::string, std::vector<Names>> recipes = {
      {"head", {{"nose"}, {"neck"}}},
      {"shoulder_centre", {{"spine_shoulder"}, {"neck"}, {"left_shoulder", "right_shoulder"}}},
      {"neck", {{"shoulder_centre"}, {"left_shoulder", "right_shoulder"}}},
      {"spine",
       {{"spine_mid"},
        {"spine_navel"},
        {"spine_middle"},
        {"torso"},
        {"neck", "hip_centre"},
        {"left_shoulder", "right_shoulder", "left_hip", "right_hip"}}},
      {"hip_centre", {{"pelvis"}, {"hips"}, {"spine_base"}, {"mid_hip"}, {"root"}, {"left_hip", "right_hip"}}},
      {"left_hand", {{"left_index", "left_pinky"}, {"left_wrist"}}},
      {"right_hand", {{"right_index", "right_pinky"}, {"right_wrist"}}},
      {"left_foot", {{"left_foot_index"}, {"left_big_toe"}, {"left_toe"}, {"left_ankle"}}},
      {"right_foot", {{"right_foot_index"}, {"right_big_toe"}, {"right_toe"}, {"right_ankle"}}},
  };
  return recipes;
}

std::optional<std::vector<int>> all_of(const Names& wanted, const std::map<std::string, int>& joints) {
  std::vector<int> found;
  for (const std::string& name : wanted) {
    const auto joint = joints.find(name);
    if (joint == joints.end()) return std::nullopt;
    found.push_back(joint->second);
  }
  return found;
}

std::optional<std::vector<int>> sources_of(const std::string& name, const std::map<std::string, int>& joints) {
  if (auto same = all_of({name}, joints)) return same;
  const auto recipes = otherwise().find(name);
  if (recipes == otherwise().end()) return std::nullopt;
  for (const Names& recipe : recipes->second) {
    if (auto found = all_of(recipe, joints)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::string plain_joint_name(const std::string& joint) {
  std::string spaced;
  for (std::size_t i = 0; i < joint.size(); ++i) {
    const bool upper = joint[i] >= 'A' && joint[i] <= 'Z';
    const bool after_lower = i > 0 && joint[i - 1] >= 'a' && joint[i - 1] <= 'z';
    if (upper && after_lower) spaced += ' ';
    spaced += joint[i] == '_' || joint[i] == '-' || joint[i] == '.' ? ' ' : joint[i];
  }
  std::istringstream words(compared_form(spaced));
  std::string side;
  std::string rest;
  for (std::string word; words >> word;) {
    if (word == "l" || word == "left") {
      side = "left_";
    } else if (word == "r" || word == "right") {
      side = "right_";
    } else {
      rest += (rest.empty() ? "" : "_") + (word == "center" ? "centre" : word);
    }
  }
  return side + rest;
}

JointMapping joint_mapping(const Topology& source, const Topology& target, const std::string& where) {
  std::map<std::string, int> joints;
  for (std::size_t i = 0; i < source.joints.size(); ++i)
    joints.emplace(plain_joint_name(source.joints[i]), static_cast<int>(i));
  JointMapping mapping;
  Names absent;
  for (const std::string& joint : target.joints) {
    const auto found = sources_of(plain_joint_name(joint), joints);
    if (!found) absent.push_back(joint);
    mapping.push_back(found.value_or(std::vector<int>()));
  }
  if (absent.empty()) return mapping;
  throw Error(ErrorKind::config, where + ": the skeleton has no joint that could be " + config::joined(absent) +
                                     " of " + target.name + "; its joints are " + config::joined(source.joints));
}

Frames mapped_joints(const Frames& frames, const JointMapping& mapping) {
  Frames mapped = Frames::Zero(frames.rows(), 3 * static_cast<Eigen::Index>(mapping.size()));
  for (std::size_t joint = 0; joint < mapping.size(); ++joint) {
    auto columns = mapped.middleCols(3 * static_cast<Eigen::Index>(joint), 3);
    for (const int source : mapping[joint]) columns += frames.middleCols(3 * source, 3);
    columns /= static_cast<float>(mapping[joint].size());
  }
  return mapped;
}

}  // namespace pskd::data::readers
