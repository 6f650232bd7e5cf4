#include "data/readers/recordings/joint_mapping.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <sstream>

#include "base/text.hpp"
#include "base/unicode.hpp"
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
    const auto is_lower = [&](std::size_t at) { return at < joint.size() && joint[at] >= 'a' && joint[at] <= 'z'; };
    const bool upper = joint[i] >= 'A' && joint[i] <= 'Z';
    const bool after_side = i == 1 && (joint[0] == 'L' || joint[0] == 'R') && is_lower(2);
    if (upper && i > 0 && (is_lower(i - 1) || after_side)) spaced += ' ';
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
      const std::string usual = word == "center" ? "centre" : word == "handtip" ? "hand_tip" : word;
      rest += (rest.empty() ? "" : "_") + usual;
    }
  }
  return side + rest;
}

JointMapping find_mapping(const Names& joints, const Topology& target) {
  std::map<std::string, int> plain;
  for (std::size_t i = 0; i < joints.size(); ++i) plain.emplace(plain_joint_name(joints[i]), static_cast<int>(i));
  JointMapping mapping;
  for (const std::string& joint : target.joints) {
    mapping.push_back(sources_of(plain_joint_name(joint), plain).value_or(std::vector<int>()));
  }
  return mapping;
}

JointMapping joint_mapping(const Topology& source, const Topology& target, const std::string& where) {
  JointMapping mapping = find_mapping(source.joints, target);
  Names absent;
  for (std::size_t i = 0; i < mapping.size(); ++i) {
    if (mapping[i].empty()) absent.push_back(target.joints[i]);
  }
  if (absent.empty()) return mapping;
  throw Error(ErrorKind::config, where + ": the skeleton has no joint that could be " + joined(absent) + " of " +
                                     target.name + "; its joints are " + joined(source.joints));
}

Frames mapped_joints(const Frames& frames, const JointMapping& mapping) {
  Frames mapped = Frames::Zero(frames.rows(), 3 * static_cast<Eigen::Index>(mapping.size()));
  for (std::size_t joint = 0; joint < mapping.size(); ++joint) {
    auto columns = mapped.middleCols(3 * static_cast<Eigen::Index>(joint), 3);
    for (const int source : mapping[joint]) columns += frames.middleCols(3 * static_cast<Eigen::Index>(source), 3);
    columns /= static_cast<float>(mapping[joint].size());
  }
  return mapped;
}

}  // namespace pskd::data::readers
