#include "data/readers/recordings/description.hpp"

#include <algorithm>
#include <charconv>

#include "base/file.hpp"
#include "base/unicode.hpp"
#include "config/parse.hpp"
#include "config/reader.hpp"
#include "data/reader.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using config::Node;
using config::Place;

constexpr std::size_t kMaxJoints = 200;
constexpr int kMaxSkipped = 10'000;  // lines

// The words of a description for the values of an enum, in the enum's order.
using Words = std::vector<std::string>;
const Words kDecimals = {"point", "comma"};
const Words kGapRules = {"refuse", "cut", "interpolate"};
const Words kOffsets = {"none", "estimate"};
const Words kOutside = {"drop", "class", "unlabeled"};
const Words kOverlaps = {"training", "everywhere"};
const Words kWindowLabels = {"majority", "all"};
const Words kUpAxes = {"y", "z", "-y"};

// Reads one of `words`; another text is told, and `value` stays.
template <class Enum>
void read_word(const config::Place& place, Enum& value, const Words& words) {
  std::string word = words[static_cast<std::size_t>(value)];
  config::read(place, word, config::one_of(words));
  value = static_cast<Enum>(std::find(words.begin(), words.end(), word) - words.begin());
}
template <class Enum>
void read_word(config::Reader& fields, const char* key, Enum& value, const Words& words) {
  std::string word = words[static_cast<std::size_t>(value)];
  fields(key, word, config::one_of(words));
  value = static_cast<Enum>(std::find(words.begin(), words.end(), word) - words.begin());
}

// The value of a key that must be there; nullptr, and a problem is told, when it is not.
const config::Node* required(const config::Place& map, const char* key, const std::string& what) {
  const config::Node* node = map.node.find(key);
  if (node != nullptr && node->kind != config::Node::Kind::null) return node;
  map.at(key, map.node).complain("expected " + what + ", found nothing");
  return nullptr;
}

bool has(const config::Place& map, const char* key) {
  const config::Node* node = map.node.find(key);
  return node != nullptr && node->kind != config::Node::Kind::null;
}

// ---- what the CSV files of both modalities have in common ------------------------------------------------

void read_separator(const config::Place& place, std::optional<formats::Separator>& separator) {
  if (!has(place, "separator")) return;
  read_word(place.child("separator"), separator.emplace(formats::Separator::comma), separator_words());
}

void read_table_keys(const config::Place& place, config::Reader& fields, formats::TableDescription& table) {
  fields("header", table.header);
  fields("skip", table.skip, config::between(0, kMaxSkipped));
  fields("comment", table.comment, config::not_empty());
  fields.also_known("separator");
  read_separator(place, table.separator);
  int decimal = 0;
  read_word(fields, "decimal", decimal, kDecimals);
  table.decimal_comma = decimal == 1;
  fields("columns", table.columns, config::some_of(config::not_empty()));
  fields("array", table.array, config::not_empty());
  fields("rate", table.rate, config::between(kMinRate, kMaxRate));
  fields("time", table.time, config::not_empty());
  read_word(fields, "time_unit", table.time_unit, time_unit_words());
  fields("time_format", table.time_format, config::not_empty());
}

void check_table(const config::Place& place, const formats::TableDescription& table, std::size_t wanted) {
  if (!has(place, "rate") && !has(place, "time")) {
    place.complain("expected rate (Hz), time (the column of the time stamps) or both, found neither");
  }
  for (const char* key : {"time_unit", "time_format"}) {
    if (!has(place, key) || has(place, "time")) continue;
    place.complain(std::string(key) + " belongs to a column of time stamps, and no key time names it");
  }
  if (has(place, "time_unit") && has(place, "time_format")) {
    place.complain("time_unit is of stamps that are numbers, time_format of calendar stamps: expected one of them");
  }
  if (has(place, "time_format") && table.time_format.find('%') == std::string::npos) {
    place.child("time_format")
        .complain("expected the letters of strptime, such as \"%d.%m.%Y %H:%M:%S\", found " +
                  config::quoted(table.time_format));
  }
  if (table.decimal_comma && table.separator == formats::Separator::comma) {
    place.complain("a comma cannot both separate fields and be the decimal mark");
  }
  std::vector<std::string> columns = table.columns;
  if (!table.time.empty()) columns.push_back(table.time);
  if (!table.label.empty()) columns.push_back(table.label);
  for (const std::string& column : columns) {
    if (table.header || formats::is_position(column)) continue;
    place.complain("column " + config::quoted(column) +
                   " is a name: set header: true if the files begin with a line of names, or give its number, from 0");
  }
  if (!table.columns.empty() && table.columns.size() != wanted) {
    place.child("columns").complain("expected " + std::to_string(wanted) + " columns, found " +
                                    std::to_string(table.columns.size()));
  }
}

// ---- skeleton ------------------------------------------------------------------------------------------

// A joint by its name, or by its number from 0; -1 when it is none, which is then told.
int read_joint(const config::Place& place, const std::vector<std::string>& joints) {
  const std::string& text = place.node.text;
  if (place.node.kind == config::Node::Kind::scalar) {
    const auto named = std::find(joints.begin(), joints.end(), text);
    if (named != joints.end()) return static_cast<int>(named - joints.begin());
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && number < joints.size() && !place.node.quoted) {
      return static_cast<int>(number);
    }
  }
  place.complain("expected one of the joints, found " + config::shown(place.node) +
                 (place.node.kind == config::Node::Kind::scalar ? config::did_you_mean(text, joints) : ""));
  return -1;
}

std::vector<int> read_joints(const config::Place& place, const std::vector<std::string>& joints) {
  std::vector<int> read;
  if (place.node.kind != config::Node::Kind::list) {
    place.expected("a list of joints, in brackets");
    return read;
  }
  for (std::size_t i = 0; i < place.node.items.size(); ++i) read.push_back(read_joint(place.item(i), joints));
  return read;
}

std::vector<int> read_parents(const config::Place& place, const std::vector<std::string>& joints) {
  if (place.node.kind != config::Node::Kind::list || place.node.items.size() != joints.size()) {
    place.complain("expected a list with the parent of each of the " + std::to_string(joints.size()) +
                   " joints, null for the root; found " +
                   (place.node.kind == config::Node::Kind::list ? std::to_string(place.node.items.size())
                                                                : config::shown(place.node)));
    return {};
  }
  std::vector<int> parents;
  for (std::size_t i = 0; i < joints.size(); ++i) {
    const bool root = place.node.items[i].kind == config::Node::Kind::null;
    parents.push_back(root ? -1 : read_joint(place.item(i), joints));
  }
  return parents;
}

void read_pairs(const config::Place& place, Topology& topology) {
  if (place.node.kind != config::Node::Kind::list) return place.expected("a list of pairs [left, right]");
  for (std::size_t i = 0; i < place.node.items.size(); ++i) {
    const std::vector<int> pair = read_joints(place.item(i), topology.joints);
    if (pair.size() != 2) {
      place.item(i).complain("expected a pair [left, right], found " + std::to_string(pair.size()) + " joints");
      continue;
    }
    topology.mirrored.emplace_back(pair[0], pair[1]);
  }
}

void read_parts(const config::Place& place, Topology& topology) {
  if (place.node.kind != config::Node::Kind::list) return place.expected("a list of lists of joints");
  for (std::size_t i = 0; i < place.node.items.size(); ++i) {
    topology.parts.push_back(read_joints(place.item(i), topology.joints));
  }
}

// A tree of joints of the user's own.
void read_own_topology(const config::Place& place, Topology& topology) {
  topology.name = "own";
  config::read(place.child("joints"), topology.joints, config::some_of(config::not_empty()));
  if (topology.joints.size() > kMaxJoints) {
    place.child("joints").complain("expected at most " + std::to_string(kMaxJoints) + " joints, found " +
                                   std::to_string(topology.joints.size()));
    return;
  }
  if (required(place, "parents", "the parent of each joint") != nullptr) {
    topology.parents = read_parents(place.child("parents"), topology.joints);
  }
  const auto root = std::find(topology.parents.begin(), topology.parents.end(), -1);
  topology.center = root == topology.parents.end() ? 0 : static_cast<int>(root - topology.parents.begin());
  if (has(place, "centre")) topology.center = read_joint(place.child("centre"), topology.joints);
  if (required(place, "wrist", "the joint nearest to the watch") != nullptr) {
    topology.wrist = read_joint(place.child("wrist"), topology.joints);
  }
  if (has(place, "left_right")) read_pairs(place.child("left_right"), topology);
  if (has(place, "parts")) {
    read_parts(place.child("parts"), topology);
  } else {
    topology.parts = limbs_of(topology.parents);
  }
}

void read_dimensions(const config::Place& place, Topology& topology) {
  config::read(place, topology.dimensions, config::between(2, 3));
}

void read_topology(const config::Place& place, Topology& read) {
  if (has(place, "topology") == has(place, "joints")) {
    return place.complain("expected either joints (with parents) or topology (a known name), found " +
                          std::string(has(place, "joints") ? "both" : "neither"));
  }
  if (has(place, "joints")) {
    read_own_topology(place, read);
    if (has(place, "dimensions")) read_dimensions(place.child("dimensions"), read);
    return;
  }
  for (const char* key : {"parents", "centre", "left_right", "parts", "dimensions"}) {
    if (has(place, key)) place.child(key).complain("a known topology says this already");
  }
  const config::Place name = place.child("topology");
  try {
    read = topology(name.node.text);
  } catch (const Error& error) {
    return name.complain(error.what());
  }
  if (has(place, "wrist")) read.wrist = read_joint(place.child("wrist"), read.joints);
}

// Another topology that clips have instead.
void read_shown_as(const config::Place& place, SkeletonDescription& skeleton) {
  try {
    skeleton.shown_as = topology(place.node.text);
  } catch (const Error& error) {
    return place.complain(error.what());
  }
  if (skeleton.shown_as->dimensions != skeleton.topology.dimensions) {
    place.complain("expected a skeleton of " + std::to_string(skeleton.topology.dimensions) + " dimensions, found " +
                   skeleton.shown_as->name + " of " + std::to_string(skeleton.shown_as->dimensions));
  }
}

void read_skeleton(const config::Place& place, SkeletonDescription& skeleton) {
  if (place.node.kind != config::Node::Kind::map) return place.expected("a map");
  config::Reader fields(place);
  for (const char* key :
       {"topology", "joints", "parents", "centre", "wrist", "left_right", "parts", "dimensions", "as"}) {
    fields.also_known(key);
  }
  read_topology(place, skeleton.topology);
  if (has(place, "as")) read_shown_as(place.child("as"), skeleton);
  read_table_keys(place, fields, skeleton.table);
  required(place, "unit", "m, cm, mm or px");
  read_word(fields, "unit", skeleton.unit, length_unit_words());
  fields("scale", skeleton.scale, config::above(0));
  fields("metres_per_pixel", skeleton.meters_per_pixel, config::above(0));
  read_word(fields, "up", skeleton.up, kUpAxes);
  fields("confidence", skeleton.confidence);
  std::string joint_files;
  fields("joint_files", joint_files, config::not_empty());
  skeleton.joint_files = joint_file_ends(joint_files, skeleton.topology.joints);
  if (!joint_files.empty() && skeleton.joint_files.empty()) {
    place.child("joint_files")
        .complain(
            "expected the end of the files' names with the number of the first joint in braces, such as "
            "_J{01}.csv, or {name}; found " +
            config::quoted(joint_files));
  }
  fields.refuse_unknown_keys();
  const std::size_t joints = joint_files.empty() ? skeleton.topology.joints.size() : 1;
  check_table(place, skeleton.table, joints * static_cast<std::size_t>(joint_columns(skeleton)));
  const bool flat = skeleton.topology.dimensions == 2;
  if (skeleton.unit == LengthUnit::px && (!flat || skeleton.meters_per_pixel == 0)) {
    place.complain(
        "unit px is for a skeleton of dimensions 2, and needs metres_per_pixel (the person's height in "
        "meters, divided by the height in pixels)");
  }
  if (skeleton.unit != LengthUnit::px && skeleton.meters_per_pixel > 0)
    place.complain("metres_per_pixel belongs to unit px");
  if (flat && skeleton.up == UpAxis::z) place.complain("a 2-D skeleton has no z axis that could point up");
  if (!flat && skeleton.confidence) place.complain("confidence is of a 2-D skeleton");
}

// ---- sensors -------------------------------------------------------------------------------------------

void read_units(const config::Place& place, SensorDescription& sensor) {
  if (place.node.kind != config::Node::Kind::list) {
    auto one = ChannelUnit::none;
    read_word(place, one, channel_unit_words());
    sensor.units.assign(sensor.channels.size(), one);
    return;
  }
  for (std::size_t i = 0; i < place.node.items.size(); ++i) {
    read_word(place.item(i), sensor.units.emplace_back(ChannelUnit::none), channel_unit_words());
  }
  if (sensor.units.size() == sensor.channels.size()) return;
  place.complain("expected one unit, or one for each of the " + std::to_string(sensor.channels.size()) +
                 " channels; found " + std::to_string(sensor.units.size()));
}

// One factor for all channels, or one for each.
void read_scales(const config::Place& place, SensorDescription& sensor) {
  const config::Rule rule = config::any_number();
  if (place.node.kind != config::Node::Kind::list) {
    double one = 1;
    config::read(place, one, rule);
    sensor.scales.assign(sensor.channels.size(), one);
    return;
  }
  for (std::size_t i = 0; i < place.node.items.size(); ++i) {
    config::read(place.item(i), sensor.scales.emplace_back(1), rule);
  }
  if (sensor.scales.size() == sensor.channels.size()) return;
  place.complain("expected one factor, or one for each of the " + std::to_string(sensor.channels.size()) +
                 " channels; found " + std::to_string(sensor.scales.size()));
}

void read_sensor(const config::Place& place, SensorDescription& sensor) {
  if (place.node.kind != config::Node::Kind::map) return place.expected("a map");
  config::Reader fields(place);
  fields.also_known("unit");
  fields.also_known("scale");
  read_table_keys(place, fields, sensor.table);
  required(place, "channels", "the names of the channels, such as [ax, ay, az]");
  fields("channels", sensor.channels, config::some_of(config::not_empty()));
  fields("rail", sensor.rail, config::above(0));
  fields("label", sensor.table.label, config::not_empty());
  fields("no_label", sensor.no_label, config::some_of(config::not_empty()));
  for (std::string& word : sensor.no_label) word = stored_form(word);
  if (has(place, "no_label") && !has(place, "label")) {
    place.complain("no_label belongs to a column of labels, and no key label names it");
  }
  if (const config::Node* unit = required(place, "unit", "g, mg, m/s2, deg/s, rad/s, uT or none")) {
    read_units(place.at("unit", *unit), sensor);
  }
  sensor.scales.assign(has(place, "scale") ? 0 : sensor.channels.size(), 1);
  if (has(place, "scale")) read_scales(place.child("scale"), sensor);
  fields.refuse_unknown_keys();
  check_table(place, sensor.table, sensor.channels.size());
}

// Sensors are columns of the manifest.
bool is_sensor_name(const std::string& name) {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  const std::vector<std::string> taken = {"id",    "subject", "label", "skeleton", "trial",
                                          "scene", "camera",  "rate",  "start",    "end"};
  return !name.empty() && std::all_of(name.begin(), name.end(), legal) && !name.ends_with("_start") &&
         !name.ends_with("_rate") && std::find(taken.begin(), taken.end(), name) == taken.end();
}

void read_sensors(const config::Place& place, std::vector<SensorDescription>& sensors) {
  if (place.node.kind != config::Node::Kind::map || place.node.entries.empty()) {
    return place.expected("a map of sensors, such as {watch: {...}}");
  }
  for (const auto& [name, node] : place.node.entries) {
    const config::Place one = place.at(name, node);
    if (!is_sensor_name(name)) {
      one.complain(
          "expected a name of the letters a to z and A to Z, digits, '_' and '-' that no other column of the manifest "
          "has, found " +
          config::quoted(name));
    }
    sensors.emplace_back().name = name;
    read_sensor(one, sensors.back());
  }
}

// refuse, cut, interpolate, or {interpolate: {longest: 0.5}}
void read_gaps(const config::Place& place, GapRule& gaps) {
  if (place.node.kind != config::Node::Kind::map) return read_word(place, gaps.kind, kGapRules);
  config::Reader fields(place);
  fields.also_known("interpolate");
  const config::Node* bridged = required(place, "interpolate", "{longest: SECONDS}");
  fields.refuse_unknown_keys();
  if (bridged == nullptr) return;
  gaps.kind = GapRule::Kind::interpolate;
  const config::Place map = place.at("interpolate", *bridged);
  if (map.node.kind != config::Node::Kind::map) return map.expected("{longest: SECONDS}");
  config::Reader longest(map);
  longest("longest", gaps.longest, config::above(0));
  longest.refuse_unknown_keys();
}

// {length, step, label, minimum_share, outside, overlap}
void read_windows(const config::Place& place, RecordingsDescription& description) {
  if (place.node.kind != config::Node::Kind::map) return place.expected("a map {length: SECONDS, step: SECONDS}");
  WindowRule& rule = description.windows.emplace();
  config::Reader fields(place);
  required(place, "length", "the seconds of a window");
  fields("length", rule.length, config::above(0));
  rule.step = rule.length;
  fields("step", rule.step, config::above(0));
  bool all = false;
  read_word(fields, "label", all, kWindowLabels);
  fields("minimum_share", rule.minimum_share, config::Rule{" > 0 and <= 1", [](double x) { return x > 0 && x <= 1; }});
  if (all) rule.minimum_share = 1;
  if (all && has(place, "minimum_share")) {
    place.child("minimum_share").complain("label: all means a share of 1");
  }
  read_word(fields, "outside", description.outside, kOutside);
  bool everywhere = false;
  read_word(fields, "overlap", everywhere, kOverlaps);
  rule.overlap_is_for_training = !everywhere;
  fields.refuse_unknown_keys();
}

// ---- the whole -----------------------------------------------------------------------------------------

// Names that are one in the form in which they are kept.
void refuse_same(const config::Place& place, std::vector<std::string> classes) {
  std::sort(classes.begin(), classes.end());
  const auto same = std::adjacent_find(classes.begin(), classes.end());
  if (same == classes.end()) return;
  place.child("classes").complain("expected each class once, found " + config::quoted(*same) + " again");
}

// Either modality may be null: then no recording has it.
void read_modalities(const config::Place& place, RecordingsDescription& description) {
  const char* const what = "a map, or null where nobody recorded it";
  for (const char* key : {"skeleton", "sensors"}) {
    if (place.node.find(key) == nullptr)
      place.at(key, place.node).complain(std::string("expected ") + what + ", found nothing");
  }
  if (has(place, "skeleton")) {
    read_skeleton(place.child("skeleton"), description.skeleton.emplace());
  }
  if (has(place, "sensors")) read_sensors(place.child("sensors"), description.sensors);
  if (has(place, "skeleton") || has(place, "sensors")) return;
  place.complain("expected a skeleton, sensors or both, found neither");
}

// A column of labels in the files of a sensor says who did what when, and nothing else does.
void check_labels(const config::Place& place, const RecordingsDescription& description) {
  const SensorDescription* const labeled = labeled_sensor(description.sensors);
  if (labeled == nullptr) return;
  const config::Place sensors = place.child("sensors");
  const config::Place sensor = sensors.child(labeled->name);
  const config::Place label = sensor.child("label");
  const auto count = std::count_if(description.sensors.begin(), description.sensors.end(),
                                   [](const SensorDescription& one) { return !one.table.label.empty(); });
  if (count > 1) label.complain("expected one sensor whose files have a column of labels, found several");
  if (has(place, "annotations")) label.complain("both a column of labels and annotations: expected one of them");
  if (description.classes.empty()) {
    label.complain("expected also the key classes with the labels of that column, such as classes: [sit, walk]");
  }
  for (const std::string& word : labeled->no_label) {
    const auto& classes = description.classes;
    if (std::find(classes.begin(), classes.end(), word) == classes.end()) continue;
    sensor.child("no_label")
        .complain(config::quoted(word) + " is one of the classes, too: expected it in one of the lists");
  }
}

void read_description(const config::Place& place, RecordingsDescription& description) {
  if (place.node.kind != config::Node::Kind::map)
    return place.expected("a map of keys: manifest, align, skeleton, sensors");
  config::Reader fields(place);
  std::string manifest;
  std::string align;
  required(place, "manifest", "the CSV file that lists the recordings");
  fields("manifest", manifest, config::not_empty());
  fields("classes", description.classes, config::some_of(config::not_empty()));
  for (std::string& name : description.classes) name = stored_form(name);
  refuse_same(place, description.classes);
  fields("train_subjects", description.train_subjects,
         config::ListRule<config::TextRule>{config::number_or_name(), false, true});
  const config::Node* rule = required(place, "align", "span or timestamps");
  fields("align", align, config::one_of({"span", "timestamps"}));
  fields.also_known("gaps");
  if (has(place, "gaps")) read_gaps(place.child("gaps"), description.gaps);
  read_word(fields, "offset", description.estimates_offset, kOffsets);
  if (description.estimates_offset && align == "span") {
    place.child("offset").complain("estimate is for align: timestamps, where streams have clocks");
  }
  std::string annotations;
  fields("annotations", annotations, config::not_empty());
  fields.also_known("windows");
  if (has(place, "windows")) read_windows(place.child("windows"), description);
  fields.also_known("skeleton");
  fields.also_known("sensors");
  read_modalities(place, description);
  check_labels(place, description);
  for (SensorDescription& sensor : description.sensors) sensor.classes = description.classes;
  fields.refuse_unknown_keys();
  description.manifest = description.file.parent_path() / manifest;
  if (!annotations.empty()) description.annotations = description.file.parent_path() / annotations;
  description.by_timestamps = align == "timestamps";
  if (rule != nullptr) description.align_at = rule->where;
}

}  // namespace

const SensorDescription* labeled_sensor(const std::vector<SensorDescription>& sensors) {
  const auto found = std::find_if(sensors.begin(), sensors.end(),
                                  [](const SensorDescription& sensor) { return !sensor.table.label.empty(); });
  return found == sensors.end() ? nullptr : &*found;
}

const std::vector<std::string>& separator_words() {
  static const std::vector<std::string> words = {"comma", "semicolon", "blank", "tab"};
  return words;
}

RecordingsDescription read_recordings_description(const fs::path& file) {
  std::error_code none;
  if (!fs::is_regular_file(file, none)) {
    throw Error(ErrorKind::data, "the description of the recordings is missing: " + file.string() +
                                     found_instead(file.parent_path(), file.filename(), kNameThatFolder) +
                                     "; data.root names its folder, data.description the file in it (else "
                                     "dataset.yaml), and docs/own-recordings.md says what it holds");
  }
  RecordingsDescription description;
  description.file = file;
  config::Problems problems;
  const config::Node root = config::parse_yaml(read_file(file), file.string(), true, problems);
  const config::Place place{root, "", problems};
  read_description(place, description);
  problems.throw_if_any();
  if (!description.skeleton) return description;
  SkeletonDescription& skeleton = *description.skeleton;
  const std::string where = root.find("skeleton")->where + ": skeleton";
  check_topology(skeleton.topology, where);
  if (skeleton.shown_as) skeleton.mapping = joint_mapping(skeleton.topology, *skeleton.shown_as, where + ".as");
  return description;
}

}  // namespace pskd::data::readers
