#include "data/readers/berkeley_mhad/bvh_skeleton.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "data/alignment.hpp"
#include "data/finite.hpp"
#include "data/formats/bvh.hpp"
#include "data/formats/bvh_kinematics.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;

constexpr double kRate = 30;  // Hz
constexpr float kMetersPerCentimeter = 1e-2F;

// Other programs' words for the parts of mhad-30's names that follow left or right, or stand alone.
const std::map<std::string, std::string> kOtherWords = {{"hip", "hips"},
                                                        {"pelvis", "hips"},
                                                        {"collar", "shoulder"},
                                                        {"clavicle", "shoulder"},
                                                        {"upperarm", "arm"},
                                                        {"uparm", "arm"},
                                                        {"lowerarm", "forearm"},
                                                        {"lowarm", "forearm"},
                                                        {"wrist", "hand"},
                                                        {"upperleg", "upleg"},
                                                        {"thigh", "upleg"},
                                                        {"lowerleg", "leg"},
                                                        {"lowleg", "leg"},
                                                        {"shin", "leg"},
                                                        {"ankle", "foot"},
                                                        {"toebase", "toe"},
                                                        {"toes", "toe"},
                                                        {"upperarmroll", "armroll"},
                                                        {"upperlegroll", "uplegroll"}};

// A joint's name without case, '_', blanks and a prefix such as "Subject:", in mhad-30's words.
std::string plain_name(const std::string& name) {
  std::string plain;
  for (const char c : name.substr(name.rfind(':') + 1)) {
    if (c != '_' && c != ' ' && c != '\t') plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  std::string side;
  for (const std::string candidate : {"left", "right"}) {
    if (plain.starts_with(candidate)) side = candidate;
  }
  const std::string part = plain.substr(side.size());
  const auto other = kOtherWords.find(part);
  return side + (other == kOtherWords.end() ? part : other->second);
}

// The file's joint for each of the tree's.
std::vector<int> match_joints(const fs::path& file, const formats::Bvh& bvh, const Topology& tree) {
  std::map<std::string, int> of_name;
  for (std::size_t i = 0; i < bvh.joints.size(); ++i) {
    const auto [known, inserted] = of_name.emplace(plain_name(bvh.joints[i].name), static_cast<int>(i));
    if (inserted) continue;
    throw Error(ErrorKind::data, file.string() + ": joints " +
                                     bvh.joints[static_cast<std::size_t>(known->second)].name + " and " +
                                     bvh.joints[i].name + " have the same name but for its spelling");
  }
  std::vector<int> joints;
  std::string absent;
  for (const std::string& name : tree.joints) {
    const auto found = of_name.find(plain_name(name));
    joints.push_back(found == of_name.end() ? -1 : found->second);
    if (found == of_name.end()) absent += " " + name;
  }
  if (absent.empty()) return joints;
  std::string present;
  for (const formats::BvhJoint& joint : bvh.joints) present += " " + joint.name;
  throw Error(ErrorKind::data, file.string() + ": expected the 30 joints of " + tree.name + "; absent:" + absent +
                                   "; the file has:" + present);
}

// The tree's joint that the file has next above `joint`; -1 above the root. Joints that the tree does not know lie
// between.
int next_above(const formats::Bvh& bvh, const std::vector<int>& joints, int joint) {
  for (int above = bvh.joints[static_cast<std::size_t>(joint)].parent; above >= 0;
       above = bvh.joints[static_cast<std::size_t>(above)].parent) {
    const auto known = std::find(joints.begin(), joints.end(), above);
    if (known != joints.end()) return static_cast<int>(known - joints.begin());
  }
  return -1;
}

void check_same_tree(const fs::path& file, const formats::Bvh& bvh, const Topology& tree,
                     const std::vector<int>& joints) {
  const auto name = [&](int joint) {
    return joint < 0 ? std::string("nothing") : tree.joints[static_cast<std::size_t>(joint)];
  };
  for (std::size_t i = 0; i < joints.size(); ++i) {
    const int above = next_above(bvh, joints, joints[i]);
    if (above == tree.parents[i]) continue;
    throw Error(ErrorKind::data, file.string() + ": expected joint " + tree.joints[i] + " below " +
                                     name(tree.parents[i]) + " as in " + tree.name + ", found it below " + name(above));
  }
}

}  // namespace

Frames read_berkeley_bvh(const fs::path& file) {
  const formats::Bvh bvh = formats::read_bvh(file);
  const Topology& tree = topology("mhad-30");
  const std::vector<int> joints = match_joints(file, bvh, tree);
  check_same_tree(file, bvh, tree, joints);
  if (bvh.values.rows() < 2) throw Error(ErrorKind::data, file.string() + ": expected at least 2 frames, found 1");
  std::vector<std::string> names;
  for (const int joint : joints) names.push_back(bvh.joints[static_cast<std::size_t>(joint)].name);
  const Frames positions = formats::joint_positions(bvh, names) * kMetersPerCentimeter;
  check_finite(file, positions);
  const double end = bvh.frame_time * static_cast<double>(bvh.values.rows() - 1);
  return resampled_to({positions, 0, end}, kRate).frames;
}

}  // namespace pskd::data::readers
