#include "data/readers/recordings/proposal/joint_columns.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <string_view>

#include "base/unicode.hpp"
#include "data/formats/numbers.hpp"
#include "data/readers/recordings/channel_names.hpp"
#include "data/readers/recordings/joint_mapping.hpp"

namespace pskd::data::readers {
namespace {

using Names = std::vector<std::string>;

constexpr std::size_t kFewest = 5;  // joints
constexpr std::string_view kAxes = "xyz";

// What a column is of its joint.
enum class Part { x, y, z, confidence };
constexpr std::size_t kParts = 4;

std::optional<Part> part_of(const std::string& word) {
  constexpr std::array kConfidence = {"score",      "conf", "confidence",  "visibility", "vis",
                                      "likelihood", "prob", "probability", "v",          "c"};
  const std::string compared = compared_form(word);
  if (compared.size() == 1 && kAxes.find(compared) != std::string_view::npos)
    return static_cast<Part>(kAxes.find(compared));
  if (std::find(kConfidence.begin(), kConfidence.end(), compared) != kConfidence.end()) return Part::confidence;
  return std::nullopt;
}

struct JointColumn {
  std::string joint;
  Part part;
};

// "wrist (m)" without what stands in brackets at its end.
std::string without_unit(std::string_view column) {
  const std::string_view name = formats::trimmed(column);
  if (!name.ends_with(')') && !name.ends_with(']')) return std::string(name);
  return std::string(formats::trimmed(name.substr(0, name.find_last_of("(["))));
}

// "wrist" and x of wrist_x, "wrist.x (m)", x_wrist and wristX; "12" of x12. Nothing of names without an axis.
std::optional<JointColumn> joint_column(std::string_view column) {
  constexpr std::string_view kBetween = "_.- ";
  const std::string name = without_unit(column);
  if (name.size() < 2) return std::nullopt;
  const std::size_t last = name.find_last_of(kBetween);
  const std::size_t first = name.find_first_of(kBetween);
  if (last != std::string::npos && last > 0) {
    const std::size_t end = name.find_last_not_of(kBetween, last);
    if (const auto part = part_of(name.substr(last + 1)); part && end != std::string::npos)
      return JointColumn{name.substr(0, end + 1), *part};
    if (const auto part = part_of(name.substr(0, first)); part && first + 1 < name.size())
      return JointColumn{name.substr(first + 1), *part};
  }
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const std::string_view inner = std::string_view(name).substr(0, name.size() - 1);
  if (const auto part = part_of(name.substr(inner.size()))) {
    const auto before = static_cast<unsigned char>(inner.back());
    const bool capital = std::isupper(static_cast<unsigned char>(name.back())) != 0 && std::islower(before) != 0;
    if (capital || is_digit(before) || *part != Part::confidence) return JointColumn{std::string(inner), *part};
  }
  if (const auto part = part_of(name.substr(0, 1)); part && std::all_of(name.begin() + 1, name.end(), is_digit))
    return JointColumn{name.substr(1), *part};
  return std::nullopt;
}

// Whether a column is of a sensor, or of a joint's turn, speed, color or the like, which are no positions.
bool is_no_position(const std::string& column, const std::string& joint) {
  constexpr std::array kOthers = {"q",        "quat",  "quaternion", "euler", "ori",   "orientation", "rot",
                                  "rotation", "vel",   "velocity",   "v",     "angle", "angles",      "color",
                                  "colour",   "depth", "bbox",       "box",   "mean",  "std",         "var",
                                  "min",      "max",   "energy",     "roll",  "pitch", "yaw",         "emg"};
  const auto channel = channel_name(column);
  if (channel && channel->quantity.kind != 0) return true;
  const Names words = name_words(joint);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(kOthers.begin(), kOthers.end(), word) != kOthers.end();
  });
}

struct NamedJoint {
  std::string name;
  std::array<Eigen::Index, kParts> columns{-1, -1, -1, -1};  // by Part

  bool has(Part part) const { return columns[static_cast<std::size_t>(part)] >= 0; }
  Eigen::Index at(Part part) const { return columns[static_cast<std::size_t>(part)]; }
};

// The number that a joint's name ends with; nothing where it has none.
std::optional<unsigned long> number_of(const std::string& joint) {
  const std::size_t digits = joint.find_last_not_of("0123456789") + 1;
  if (digits == joint.size() || joint.size() - digits > 6) return std::nullopt;
  return std::stoul(joint.substr(digits));
}

// Whether joints are told apart by numbers alone: j0, j1, ... or landmark_12.
bool are_numbered(const Names& joints) {
  std::set<std::string> words;
  for (const std::string& joint : joints) {
    if (!number_of(joint)) return false;
    words.insert(joint.substr(0, joint.find_last_not_of("0123456789") + 1));
  }
  return words.size() == 1;
}

Names names_of(const std::vector<NamedJoint>& joints) {
  Names names;
  for (const NamedJoint& joint : joints) names.push_back(joint.name);
  return names;
}

// Joints that have x and y, in the order of their numbers, else of their first columns. Where most of them have z, or a
// confidence, those without are none.
std::vector<NamedJoint> named_joints(const TableLook& look) {
  std::vector<NamedJoint> joints;
  for (std::size_t i = 0; i < look.columns.size(); ++i) {
    const auto column = joint_column(look.columns[i]);
    if (!column || is_no_position(look.columns[i], column->joint)) continue;
    auto joint =
        std::find_if(joints.begin(), joints.end(), [&](const NamedJoint& one) { return one.name == column->joint; });
    if (joint == joints.end()) joint = joints.insert(joints.end(), NamedJoint{column->joint});
    Eigen::Index& place = joint->columns[static_cast<std::size_t>(column->part)];
    if (place < 0) place = static_cast<Eigen::Index>(i);
  }
  std::erase_if(joints, [](const NamedJoint& one) { return !one.has(Part::x) || !one.has(Part::y); });
  for (const Part part : {Part::z, Part::confidence}) {
    const auto having =
        std::count_if(joints.begin(), joints.end(), [&](const NamedJoint& one) { return one.has(part); });
    if (2 * having > std::ssize(joints)) std::erase_if(joints, [&](const NamedJoint& one) { return !one.has(part); });
  }
  if (are_numbered(names_of(joints))) {
    std::stable_sort(joints.begin(), joints.end(),
                     [](const NamedJoint& a, const NamedJoint& b) { return number_of(a.name) < number_of(b.name); });
  }
  return joints;
}

JointColumns by_names(const TableLook& look) {
  const std::vector<NamedJoint> joints = named_joints(look);
  if (joints.size() < kFewest) return {};
  const auto all_have = [&](Part part) {
    return std::all_of(joints.begin(), joints.end(), [&](const NamedJoint& one) { return one.has(part); });
  };
  JointColumns found;
  found.by_name = true;
  found.joints = names_of(joints);
  found.dimensions = all_have(Part::z) ? 3 : 2;
  found.confidence = found.dimensions == 2 && all_have(Part::confidence);
  for (const NamedJoint& joint : joints) {
    found.columns.insert(found.columns.end(), {joint.at(Part::x), joint.at(Part::y)});
    if (found.dimensions == 3) found.columns.push_back(joint.at(Part::z));
    if (found.confidence) found.columns.push_back(joint.at(Part::confidence));
  }
  return found;
}

// Whether every `stride`-th column, from the one at `stride - 1`, has values from 0 to `most`, as confidences have.
bool ends_with_confidence(const TableLook& look, std::size_t stride, float most) {
  for (std::size_t i = stride - 1; i < look.columns.size(); i += stride) {
    const auto values = look.values.col(static_cast<Eigen::Index>(i));
    if ((values < 0).any() || (values > most).any()) return false;
  }
  return true;
}

// `stride` columns a joint, of which the first `kept` are its own.
JointColumns by_stride(std::size_t width, std::size_t stride, std::size_t kept) {
  JointColumns found;
  for (std::size_t joint = 0; joint < width / stride; ++joint) {
    found.joints.push_back("j" + std::to_string(joint));
    for (std::size_t i = 0; i < kept; ++i) found.columns.push_back(static_cast<Eigen::Index>(joint * stride + i));
  }
  return found;
}

// The known skeleton of so many joints; nullptr: there is none, or several.
const Topology* only_topology(std::size_t joints, int dimensions) {
  const Topology* only = nullptr;
  for (const Topology* one : known_topologies()) {
    if (one->joints.size() != joints || one->dimensions != dimensions) continue;
    if (only != nullptr) return nullptr;
    only = one;
  }
  return only;
}

// Whether the names of columns say nothing: there are none, or numbers behind one word.
bool says_nothing(const TableLook& look) {
  constexpr std::size_t kLongestWord = 9;  // "landmark_"
  if (!look.table.header) return true;
  const bool sensor = std::any_of(look.columns.begin(), look.columns.end(), [](const std::string& column) {
    return quantity_of(name_words(column)).kind != 0 || is_no_position(column, column);
  });
  return !sensor && are_numbered(look.columns) &&
         look.columns.front().find_last_not_of("0123456789") + 1 <= kLongestWord;
}

// Four values a joint, or two, only of a known skeleton; three of any.
JointColumns by_number(const TableLook& look) {
  constexpr float kMostState = 3;  // of the joints of Kinect: how well each is tracked
  if (look.columns.empty() || !says_nothing(look)) return {};
  const std::size_t width = look.columns.size();
  if (width % 4 == 0 && only_topology(width / 4, 3) != nullptr && ends_with_confidence(look, 4, kMostState))
    return by_stride(width, 4, 3);
  if (width % 3 == 0 && width / 3 >= kFewest) {
    JointColumns found = by_stride(width, 3, 3);
    found.confidence = ends_with_confidence(look, 3, 1) && look.values.size() > 0 && look.values.maxCoeff() > 2;
    if (found.confidence) found.dimensions = 2;
    return found;
  }
  if (width % 2 != 0 || only_topology(width / 2, 2) == nullptr) return {};
  JointColumns found = by_stride(width, 2, 2);
  found.dimensions = 2;
  return found;
}

// Puts the joints into the order of a known skeleton that has the same; whether they are.
bool take_topology(JointColumns& found, const Topology& known) {
  if (found.joints.size() != known.joints.size() || found.dimensions != known.dimensions) return false;
  const std::size_t stride = found.stride();
  std::vector<Eigen::Index> ordered;
  for (const std::vector<int>& joints : find_mapping(found.joints, known)) {
    if (joints.size() != 1) return false;
    const auto from = found.columns.begin() + joints[0] * static_cast<std::ptrdiff_t>(stride);
    ordered.insert(ordered.end(), from, from + static_cast<std::ptrdiff_t>(stride));
  }
  if (std::set<Eigen::Index>(ordered.begin(), ordered.end()).size() != ordered.size()) return false;  // one taken twice
  found.columns = std::move(ordered);
  found.joints = known.joints;
  found.topology = &known;
  found.topology_is_certain = true;
  return true;
}

}  // namespace

JointColumns find_joints(const TableLook& look) {
  JointColumns found = look.table.header ? by_names(look) : JointColumns{};
  if (found.joints.empty()) found = by_number(look);
  for (const Topology* known : known_topologies()) {
    if (take_topology(found, *known)) return found;
  }
  if (are_numbered(found.joints)) found.topology = only_topology(found.joints.size(), found.dimensions);
  return found;
}

}  // namespace pskd::data::readers
