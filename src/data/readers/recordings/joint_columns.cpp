#include "data/readers/recordings/joint_columns.hpp"

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

enum Part { x, y, z, confidence };

// What a word says a column is of its joint.
std::optional<Part> part_of(const std::string& word) {
  constexpr std::array kConfidence = {"score",      "conf", "confidence",  "visibility", "vis",
                                      "likelihood", "prob", "probability", "v",          "c"};
  const std::string compared = compared_form(word);
  if (compared.size() == 1 && kAxes.find(compared) != std::string_view::npos)
    return static_cast<Part>(kAxes.find(compared));
  if (std::find(kConfidence.begin(), kConfidence.end(), compared) != kConfidence.end()) return confidence;
  return std::nullopt;
}

struct JointColumn {
  std::string joint;
  Part part;
};

// "wrist" and x of wrist_x, "wrist.x (m)", x_wrist and wristX; "12" of x12. Nothing of names without an axis.
std::optional<JointColumn> joint_column(std::string_view column) {
  constexpr std::string_view kBetween = "_.- ";
  const std::string name(formats::trimmed(column.substr(0, column.find_first_of("(["))));
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
    const unsigned char before = static_cast<unsigned char>(inner.back());
    const bool capital = std::isupper(static_cast<unsigned char>(name.back())) != 0 && std::islower(before) != 0;
    if (capital || is_digit(before) || *part != confidence) return JointColumn{std::string(inner), *part};
  }
  if (const auto part = part_of(name.substr(0, 1)); part && std::all_of(name.begin() + 1, name.end(), is_digit))
    return JointColumn{name.substr(1), *part};
  return std::nullopt;
}

struct NamedJoint {
  std::string name;
  std::array<Eigen::Index, 4> columns{-1, -1, -1, -1};  // by Part
};

// Joints that have x and y, in the order of their first columns. What names a sensor is none.
std::vector<NamedJoint> named_joints(const TableLook& look) {
  std::vector<NamedJoint> joints;
  for (std::size_t i = 0; i < look.columns.size(); ++i) {
    const auto column = joint_column(look.columns[i]);
    if (!column || quantity_of(name_words(column->joint)).kind != 0) continue;
    auto joint =
        std::find_if(joints.begin(), joints.end(), [&](const NamedJoint& one) { return one.name == column->joint; });
    if (joint == joints.end()) joint = joints.insert(joints.end(), {column->joint});
    if (joint->columns[column->part] < 0) joint->columns[column->part] = static_cast<Eigen::Index>(i);
  }
  std::erase_if(joints, [](const NamedJoint& one) { return one.columns[x] < 0 || one.columns[y] < 0; });
  return joints;
}

JointColumns by_names(const TableLook& look) {
  const std::vector<NamedJoint> joints = named_joints(look);
  if (joints.size() < kFewest) return {};
  const auto all_have = [&](Part part) {
    return std::all_of(joints.begin(), joints.end(), [&](const NamedJoint& one) { return one.columns[part] >= 0; });
  };
  JointColumns found;
  found.by_name = true;
  found.dimensions = all_have(z) ? 3 : 2;
  found.confidence = found.dimensions == 2 && all_have(confidence);
  for (const NamedJoint& joint : joints) {
    found.joints.push_back(joint.name);
    found.columns.insert(found.columns.end(), {joint.columns[x], joint.columns[y]});
    if (found.dimensions == 3) found.columns.push_back(joint.columns[z]);
    if (found.confidence) found.columns.push_back(joint.columns[confidence]);
  }
  return found;
}

// Whether every `stride`-th column, from the one at `stride - 1`, has values from 0 to 1, as confidences have.
bool ends_with_confidence(const TableLook& look, std::size_t stride) {
  for (std::size_t i = stride - 1; i < look.columns.size(); i += stride) {
    const auto values = look.values.col(static_cast<Eigen::Index>(i));
    if ((values < 0).any() || (values > 1).any()) return false;
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

// Four values a joint, or two, only of a known skeleton; three of any. Never where a column's name says a sensor.
JointColumns by_number(const TableLook& look) {
  const bool sensor = std::any_of(look.columns.begin(), look.columns.end(),
                                  [](const std::string& column) { return quantity_of(name_words(column)).kind != 0; });
  if (look.table.header && sensor) return {};
  const std::size_t width = look.columns.size();
  if (width % 4 == 0 && only_topology(width / 4, 3) != nullptr && ends_with_confidence(look, 4))
    return by_stride(width, 4, 3);
  if (width % 3 == 0 && width / 3 >= kFewest) {
    JointColumns found = by_stride(width, 3, 3);
    found.confidence = ends_with_confidence(look, 3) && look.values.size() > 0 && look.values.maxCoeff() > 2;
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
  Names plain;
  for (const std::string& joint : found.joints) plain.push_back(plain_joint_name(joint));
  const std::size_t stride = found.columns.size() / found.joints.size();
  JointColumns ordered = found;
  for (std::size_t i = 0; i < known.joints.size(); ++i) {
    const auto at = std::find(plain.begin(), plain.end(), plain_joint_name(known.joints[i]));
    if (at == plain.end()) return false;
    const auto from = found.columns.begin() + (at - plain.begin()) * static_cast<std::ptrdiff_t>(stride);
    std::copy_n(from, stride, ordered.columns.begin() + static_cast<std::ptrdiff_t>(i * stride));
  }
  ordered.joints = known.joints;
  ordered.topology = &known;
  ordered.topology_is_certain = true;
  found = std::move(ordered);
  return true;
}

// Whether joints are told apart by numbers alone: j0, j1, ... or landmark_12.
bool are_numbered(const Names& joints) {
  std::set<std::string> words;
  for (const std::string& joint : joints) {
    const std::size_t letters = joint.find_last_not_of("0123456789") + 1;
    if (letters == joint.size()) return false;
    words.insert(joint.substr(0, letters));
  }
  return words.size() == 1;
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
