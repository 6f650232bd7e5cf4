#include "data/readers/recordings/proposal/skeleton.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/quantile.hpp"
#include "data/readers/recordings/joint_mapping.hpp"
#include "data/readers/recordings/units.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

// The median over the frames of how far the joints reach along an axis.
double reach(const FoundStream& stream, std::size_t axis) {
  const JointColumns& found = stream.joints;
  const std::size_t stride = found.stride();
  std::vector<float> reaches;
  for (Eigen::Index row = 0; row < stream.look.values.rows(); ++row) {
    float least = std::numeric_limits<float>::infinity();
    float most = -least;
    for (std::size_t i = axis; i < found.columns.size(); i += stride) {
      const float value = stream.look.values(row, found.columns[i]);
      if (value == 0) continue;  // a joint that was not seen
      least = std::min(least, value);
      most = std::max(most, value);
    }
    if (most >= least) reaches.push_back(most - least);
  }
  return median(std::move(reaches));
}

std::string wrist_of(const JointColumns& found) {
  if (found.topology != nullptr) return found.topology->joints[static_cast<std::size_t>(found.topology->wrist)];
  const auto called = [&](const std::string& name) {
    return std::find_if(found.joints.begin(), found.joints.end(), [&](const std::string& joint) {
      return plain_joint_name(joint).find(name) != std::string::npos;
    });
  };
  const auto right = called("right_wrist"), any = called("wrist");
  return right != found.joints.end() ? *right : any != found.joints.end() ? *any : found.joints.back();
}

void add_joints(const JointColumns& found, Lines& lines) {
  if (found.topology != nullptr) {
    const std::string& known = found.topology->name;
    if (!found.topology_is_certain) lines.doubt("topology: are the joints those of " + known + "? It has as many");
    lines.add("topology", known);
  } else {
    Names parents = {"null"};
    for (std::size_t i = 0; i + 1 < found.joints.size(); ++i) parents.push_back(yaml_text(found.joints[i]));
    lines.doubt("joints and parents: the tree of the joints is not in the files; here each hangs on the one before");
    lines.add("joints", yaml_list(found.joints, true));
    lines.add("parents", yaml_list(parents, false));
    if (found.dimensions == 2) lines.add("dimensions", "2");
  }
  lines.doubt("wrist: the joint where the sensor is worn");
  lines.add("wrist", yaml_text(wrist_of(found)));
}

// The columns of the joints, and what is a guess about them.
void add_joint_columns(const FoundStream& stream, const Names& columns, Lines& lines) {
  const JointColumns& found = stream.joints;
  const std::size_t stride = found.stride();
  if (!found.by_name) {
    lines.doubt("columns: taken as " + std::to_string(found.joints.size()) + " joints of " +
                (found.confidence ? "x, y and a confidence"
                 : stride == 2    ? "x and y"
                                  : "x, y and z"));
  }
  for (const std::string& column : stream.look.columns) {
    const Names words = name_words(column);
    const bool person = std::any_of(words.begin(), words.end(), [](const std::string& word) {
      return word == "person" || word == "body" || word == "people" || word == "track";
    });
    if (person && std::find(columns.begin(), columns.end(), column) == columns.end())
      lines.doubt("columns: " + shown({column}) + " may tell people apart; a file is to show one person");
  }
  lines.add("columns", yaml_list(columns, true));
  if (found.confidence) lines.add("confidence", "true");
}

// The unit of length that a header says of the joints; empty: none.
std::string stated_length(const FoundStream& stream) {
  const std::string word =
      unit_word(stream.look.units[static_cast<std::size_t>(stream.joints.columns[0])]).value_or("");
  const Names& words = length_unit_words();
  return std::find(words.begin(), words.end(), word) != words.end() ? word : "";
}

// Whether x and y of all joints lie between 0 and 1, as parts of the picture do, and never below.
bool may_be_parts_of_picture(const FoundStream& stream) {
  const JointColumns& found = stream.joints;
  const std::size_t stride = found.stride();
  std::vector<double> values;
  for (std::size_t i = 0; i < found.columns.size(); ++i) {
    if (i % stride > 1) continue;
    const auto column = stream.look.values.col(found.columns[i]);
    values.insert(values.end(), column.begin(), column.end());
  }
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return false;
  constexpr double kMargin = 0.02;  // share of values of joints outside of the picture
  return quantile(values, kMargin) >= 0 && quantile(std::move(values), 1 - kMargin) <= 1;
}

// A body reaches over half a meter to two and a half.
void add_solid_unit(const FoundStream& stream, double largest, Lines& lines) {
  const std::string stated = stated_length(stream);
  const std::string unit = !stated.empty() ? stated : largest < 5 ? "m" : largest < 400 ? "cm" : "mm";
  const double meters = largest / (unit == "m" ? 1 : unit == "cm" ? 100 : 1000);
  if (stated.empty() && (meters < 0.5 || meters > 2.5))
    lines.doubt("unit: m, cm or mm? The joints reach over " + number_text(largest));
  lines.add("unit", unit);
}

void add_lengths(const FoundStream& stream, Lines& lines) {
  constexpr double kUsualHeight = 1.7;  // m
  const bool flat = stream.joints.dimensions == 2;
  const std::array<double, 3> reaches = {reach(stream, 0), reach(stream, 1), flat ? 0 : reach(stream, 2)};
  if (may_be_parts_of_picture(stream)) {
    lines.doubt(
        "unit: are x and y parts of the picture, from 0 to 1? These are no lengths: take world landmarks, or multiply "
        "x by the picture's width and y by its height");
  }
  if (flat) {
    lines.add("unit", "px");
    lines.doubt("metres_per_pixel: the person's height in meters, divided by that in pixels; here that of 1.7 m");
    lines.add("metres_per_pixel", number_text(reaches[1] > 0 ? kUsualHeight / reaches[1] : 1));
  } else {
    add_solid_unit(stream, *std::max_element(reaches.begin(), reaches.end()), lines);
  }
  const bool of_picture = flat || (stream.joints.topology != nullptr && stream.joints.topology->name == "mediapipe-33");
  lines.doubt("up: y, z, or -y where the camera's y points down");
  lines.add("up", of_picture ? "-y" : reaches[2] > reaches[1] ? "z" : "y");
}

}  // namespace

void choose_skeleton(std::vector<FoundStream>& streams, Names& left_out, Names& doubts) {
  const FoundStream* best = nullptr;
  for (const FoundStream& stream : streams) {
    if (stream.name != kSkeleton) continue;
    if (best == nullptr || stream.joints.dimensions > best->joints.dimensions) best = &stream;
  }
  if (best == nullptr) return;
  const fs::path kept = best->files.begin()->second;
  std::erase_if(streams, [&](const FoundStream& stream) {
    const fs::path& file = stream.files.begin()->second;
    if (stream.name != kSkeleton || file == kept) return false;
    left_out.push_back(file.string() + " and " + std::to_string(stream.files.size() - 1) +
                       " files like it: a second skeleton, beside " + kept.string());
    doubts.push_back("skeleton: " + shown({kept.string()}) + " or " + shown({file.string()}) + "? The first is taken");
    return true;
  });
}

void add_skeleton(const FoundStream& stream, Lines& lines, Names& left_out) {
  constexpr double kUsualRate = 30;  // Hz
  const Names columns = names_of(stream.look, stream.joints.columns);
  tell_others(stream, columns, left_out);
  add_joints(stream.joints, lines);
  add_joint_columns(stream, columns, lines);
  add_lengths(stream, lines);
  add_table(stream.look, kUsualRate, lines);
}

}  // namespace pskd::data::readers
