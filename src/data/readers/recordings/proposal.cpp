#include "data/readers/recordings/proposal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <set>
#include <sstream>

#include "base/file.hpp"
#include "base/quantile.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "data/reader.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/readers/recordings/name_pattern.hpp"
#include "data/readers/recordings/table_look.hpp"
#include "data/readers/recordings/units.hpp"
#include "data/units.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

constexpr const char* kDescriptionName = "dataset.yaml";
constexpr const char* kManifestName = "clips.csv";
constexpr const char* kAnnotationsName = "annotations.csv";  // who did what when, where it is there

// ---- streams ---------------------------------------------------------------------------------------------

// One stream: the files that are written alike.
struct FoundStream {
  std::string name;
  TableLook look;                         // at its first file
  std::map<std::string, fs::path> files;  // by what the name says besides the stream
  std::set<std::string> labels;           // that its column of labels says, where it has one
};

bool is_table(const fs::path& file) {
  const std::string ending = compared_form(file.extension().string());
  return (ending == ".csv" || ending == ".tsv" || ending == ".txt") && !is_hidden(file) &&
         file.filename() != kManifestName && file.filename() != kAnnotationsName &&
         compared_form(file.stem().string()) != "readme";
}

std::vector<fs::path> tables_below(const fs::path& root) {
  std::vector<fs::path> files;
  std::error_code unreadable;
  for (fs::recursive_directory_iterator at(root, unreadable), end; at != end; at.increment(unreadable)) {
    if (is_hidden(at->path())) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file() && is_table(at->path())) {
      files.push_back(at->path().lexically_relative(root));
    }
    if (unreadable) break;
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The words of a path, between the characters that separate them.
Names words_of(const fs::path& file) {
  Names words(1);
  for (const char c : fs::path(file).replace_extension().generic_string()) {
    if (c == '/' || c == '_' || c == '-' || c == '.' || c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

std::set<std::string> word_set(const fs::path& file) {
  const Names words = words_of(file);
  return {words.begin(), words.end()};
}

// Files that are written alike.
struct Group {
  TableLook look;  // at the first
  std::vector<fs::path> files;
};

// Words that all files of a group have, in the order of the first file.
Names common_words(const Group& group) {
  Names common = words_of(group.files.front());
  for (const fs::path& file : group.files) {
    const std::set<std::string> words = word_set(file);
    std::erase_if(common, [&](const std::string& word) { return word.empty() || words.count(word) == 0; });
  }
  return common;
}

// The path without its ending, and without a word that only names the stream.
std::string key_of(const fs::path& file, const std::string& stream) {
  std::string key = fs::path(file).replace_extension().generic_string();
  const Names words = words_of(file);
  std::size_t at = 0;
  for (const std::string& word : words) {
    if (word == stream && !stream.empty()) {
      const std::size_t before = at > 0 ? 1 : 0;
      return key.erase(at - before, word.size() + 1);
    }
    at += word.size() + 1;
  }
  return key;
}

// What tells files of different streams apart: how many columns they have, and how these are called.
std::string shape_of(const TableLook& look) {
  std::string shape = std::to_string(look.columns.size()) + (look.table.label.empty() ? "" : " and labels");
  if (!look.table.header) return shape;
  for (const std::string& column : look.columns) shape += "," + column;
  return shape;
}

std::vector<Group> groups_of(const fs::path& root, std::vector<std::string>& left_out) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> by_shape;
  for (const fs::path& file : tables_below(root)) {
    try {
      TableLook look = look_at_table(root / file);
      const auto [at, inserted] = by_shape.emplace(shape_of(look), groups.size());
      if (inserted) groups.push_back({std::move(look), {}});
      groups[at->second].files.push_back(file);
    } catch (const Error& error) {
      left_out.push_back(error.what());
    }
  }
  return groups;
}

bool is_skeleton(const TableLook& look) {
  constexpr std::size_t kFewest = 15;  // columns: 5 joints
  return look.columns.size() >= kFewest && look.columns.size() % 3 == 0;
}

// The letters, digits, _ and - of a word that may name a sensor; else `otherwise`.
std::string stream_name(const std::string& word, const std::string& otherwise) {
  static const std::set<std::string> taken = {"id", "subject", "label", "skeleton", "trial", "scene", "camera", "rate"};
  const bool legal = std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
  return word.empty() || !legal || taken.count(word) > 0 ? otherwise : word;
}

std::vector<FoundStream> streams_of(const std::vector<Group>& groups) {
  std::vector<FoundStream> streams;
  for (const Group& group : groups) {
    std::string own;
    for (const std::string& word : common_words(group)) {
      const bool elsewhere = std::any_of(groups.begin(), groups.end(), [&](const Group& other) {
        return &other != &group && word_set(other.files.front()).count(word) > 0;
      });
      if (own.empty() && !elsewhere) own = word;
    }
    FoundStream& stream = streams.emplace_back();
    const std::string otherwise = "sensor" + (streams.size() > 1 ? std::to_string(streams.size()) : std::string());
    stream.name = is_skeleton(group.look) ? "skeleton" : stream_name(own, otherwise);
    stream.look = group.look;
    for (const fs::path& file : group.files) stream.files.emplace(key_of(file, own), file);
  }
  return streams;
}

// ---- what the columns hold -------------------------------------------------------------------------------

float median(std::vector<float> values) {
  std::erase_if(values, [](float value) { return !std::isfinite(value); });
  return values.empty() ? 0 : upper_median(std::move(values));
}

// a, g or m, and x, y or z, of a column's name; nothing where it does not say so.
std::optional<std::string> channel_of(const std::string& column) {
  static const std::regex brackets("[(\\[].*[)\\]]");
  static const std::regex axis("(^|.*[^a-z])([xyz])([^a-z].*|$)");
  static const std::regex glued(
      ".*(acc|accel|acceleration|accelerometer|gyro|gyr|gyroscope|mag|magnetometer|^a|^g|^w|^m)([xyz])$");
  const std::string name = std::regex_replace(compared_form(column), brackets, "");
  std::smatch found;
  if (!std::regex_match(name, found, axis) && !std::regex_match(name, found, glued)) return std::nullopt;
  const auto says = [&](const char* word) { return name.find(word) != std::string::npos; };
  char kind = 'a';
  if (says("gyr") || says("rot") || says("angular") || name.starts_with("g") || name.starts_with("w")) kind = 'g';
  if (says("mag") || name.starts_with("m")) kind = 'm';
  if (says("acc") || says("grav")) kind = 'a';
  return std::string{kind, found[2].str()[0]};
}

// The channels of a sensor, by their columns.
struct Channels {
  Names names;
  std::vector<Eigen::Index> columns;
};

Channels channels_of(const TableLook& look, Names& doubts) {
  Channels channels;
  std::map<std::string, Eigen::Index> known;
  for (std::size_t i = 0; i < look.columns.size() && look.table.header; ++i) {
    if (const auto channel = channel_of(look.columns[i])) known.emplace(*channel, static_cast<Eigen::Index>(i));
  }
  const std::string axes = "xyz";
  for (const char kind : {'a', 'g', 'm'}) {
    const auto has_axis = [&](char axis) { return known.count({kind, axis}) > 0; };
    if (!std::all_of(axes.begin(), axes.end(), has_axis)) continue;
    for (const char axis : axes) {
      channels.names.push_back({kind, axis});
      channels.columns.push_back(known[{kind, axis}]);
    }
  }
  if (!channels.names.empty()) return channels;
  const std::size_t count = look.columns.size() >= 6 ? 6 : std::min<std::size_t>(look.columns.size(), 3);
  const Names usual = {"ax", "ay", "az", "gx", "gy", "gz"};
  if (look.table.header || look.columns.size() != 3) doubts.push_back("channels: which columns are the acceleration?");
  for (std::size_t i = 0; i < count; ++i) {
    channels.names.push_back(usual[i]);
    channels.columns.push_back(static_cast<Eigen::Index>(i));
  }
  return channels;
}

// Of three channels of one kind, from `first` on: their unit, and what the values are multiplied by to be in it.
std::string unit_of(const TableLook& look, const Channels& channels, std::size_t first, double& scale, Names& doubts) {
  const std::string said = look.units[static_cast<std::size_t>(channels.columns[first])];
  const Names& words = channel_unit_words();
  const auto known = unit_word(said);
  if (known && std::find(words.begin(), words.end(), *known) != words.end()) return *known;
  if (channels.names[first][0] == 'm') return "uT";
  std::vector<float> lengths;
  for (Eigen::Index row = 0; row < look.values.rows(); ++row) {
    float square = 0;
    for (std::size_t i = first; i < std::min(first + 3, channels.columns.size()); ++i) {
      square += std::pow(look.values(row, channels.columns[i]), 2.0F);
    }
    lengths.push_back(std::sqrt(square));
  }
  const double length = median(std::move(lengths));
  if (channels.names[first][0] == 'g') {
    doubts.push_back("unit: deg/s or rad/s? The median of |g| is " + std::to_string(length));
    return length > 10 ? "deg/s" : "rad/s";
  }
  const auto near = [&](double expected) { return length > expected / 1.4 && length < expected * 1.4; };
  if (near(1)) return "g";
  if (near(kGravity)) return "m/s2";
  if (near(1000)) return "mg";
  doubts.push_back("unit: the median of |a| is " + std::to_string(length) + ", which is 1 g in no usual unit");
  if (length < 8) return "m/s2";
  scale = 1 / length;
  return "g";
}

// What a column of labels may say where nothing was done.
bool means_no_label(const std::string& label) {
  constexpr std::array kWords = {"none",      "null",      "nan",        "na",       "unknown",
                                 "undefined", "unlabeled", "unlabelled", "transient"};
  return std::find(kWords.begin(), kWords.end(), compared_form(label)) != kWords.end();
}

// Reads what the files of a stream say in their column of labels. Files that cannot be read are left out.
void read_labels(const fs::path& root, FoundStream& stream, Names& left_out) {
  formats::TableDescription table = stream.look.table;
  table.columns = stream.look.columns;
  for (auto file = stream.files.begin(); file != stream.files.end();) {
    try {
      const auto read = formats::read_text_table(root / file->second, table, table.columns.size());
      for (const formats::LabelRun& run : read.labels) stream.labels.insert(stored_form(run.label));
      ++file;
    } catch (const Error& error) {
      left_out.push_back(error.what());
      file = stream.files.erase(file);
    }
  }
  stream.labels.erase("");
}

// The sensor whose files have a column of labels; nullptr: none.
const FoundStream* labeled_stream(const std::vector<FoundStream>& streams) {
  const auto found = std::find_if(streams.begin(), streams.end(),
                                  [](const FoundStream& stream) { return !stream.look.table.label.empty(); });
  return found == streams.end() ? nullptr : &*found;
}

// Reads the labels of the sensor that says what was done: one does at most, and none where annotations do. A column
// that says nothing is none.
void find_labels(const fs::path& root, bool annotated, std::vector<FoundStream>& streams, Names& left_out) {
  for (FoundStream& stream : streams) {
    std::string& label = stream.look.table.label;
    const bool is_first = labeled_stream(streams) == &stream;
    if (annotated || stream.name == "skeleton" || !is_first) label.clear();
    if (label.empty()) continue;
    read_labels(root, stream, left_out);
    if (std::all_of(stream.labels.begin(), stream.labels.end(), means_no_label)) label.clear();
  }
}

// ---- the description -------------------------------------------------------------------------------------

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string list(const Names& names, bool quotes) {
  std::string text = "[";
  for (std::size_t i = 0; i < names.size(); ++i) text += (i > 0 ? ", " : "") + (quotes ? quoted(names[i]) : names[i]);
  return text + "]";
}

// Lines of YAML, with a mark for what is unsure.
class Lines {
 public:
  explicit Lines(std::string indent) : indent_(std::move(indent)) {}

  void add(const std::string& key, const std::string& value) { text_ << indent_ << key << ": " << value << "\n"; }
  void doubt(const std::string& text) {
    text_ << indent_ << "# CHECK " << text << "\n";
    ++doubts_;
  }
  std::string text() const { return text_.str(); }
  std::size_t doubts() const { return doubts_; }

 private:
  std::string indent_;
  std::ostringstream text_;
  std::size_t doubts_ = 0;
};

std::string number(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

void add_table(const TableLook& look, double usual_rate, Lines& lines) {
  const formats::TableDescription& table = look.table;
  lines.add("header", table.header ? "true" : "false");
  if (table.skip > 0) lines.add("skip", std::to_string(table.skip));
  lines.add("separator", separator_words()[static_cast<std::size_t>(*table.separator)]);
  if (table.decimal_comma) lines.add("decimal", "comma");
  for (const std::string& doubt : look.doubts) lines.doubt(doubt);
  if (!table.time.empty()) {
    lines.add("time", quoted(table.time));
    if (!table.time_format.empty()) {
      lines.add("time_format", quoted(table.time_format));
    } else if (table.time_unit != formats::TimeUnit::s) {
      lines.add("time_unit", time_unit_words()[static_cast<std::size_t>(table.time_unit)]);
    }
    return;
  }
  if (table.rate == 0)
    lines.doubt("rate: the files have no time stamps; how many samples a second does the device take?");
  lines.add("rate", number(table.rate > 0 ? table.rate : usual_rate));
}

void add_labels(const FoundStream& stream, Lines& lines) {
  if (stream.look.table.label.empty()) return;
  lines.add("label", quoted(stream.look.table.label));
  Names no_label;
  for (const std::string& label : stream.labels) {
    if (means_no_label(label)) no_label.push_back(label);
  }
  if (!no_label.empty()) lines.add("no_label", list(no_label, true));
}

void add_sensor(const FoundStream& stream, Lines& lines) {
  constexpr double kUsualRate = 50;  // Hz
  Names doubts;
  const Channels channels = channels_of(stream.look, doubts);
  Names columns;
  for (const Eigen::Index column : channels.columns)
    columns.push_back(stream.look.columns[static_cast<std::size_t>(column)]);
  Names units;
  Names scales;
  double scale = 1;
  for (std::size_t i = 0; i < channels.names.size(); ++i) {
    if (i % 3 == 0) {
      scale = 1;
      units.push_back(unit_of(stream.look, channels, i, scale, doubts));
    } else {
      units.push_back(units.back());
    }
    scales.push_back(number(scale));
  }
  add_table(stream.look, kUsualRate, lines);
  for (const std::string& doubt : doubts) lines.doubt(doubt);
  lines.add("columns", list(columns, true));
  add_labels(stream, lines);
  lines.add("channels", list(channels.names, false));
  const bool one_unit = std::set<std::string>(units.begin(), units.end()).size() == 1;
  lines.add("unit", one_unit ? units[0] : list(units, false));
  if (std::set<std::string>(scales.begin(), scales.end()) != std::set<std::string>{"1"})
    lines.add("scale", list(scales, false));
}

// Joints by the names of their columns, "WRIST_RIGHT_x" or "wrist.x"; j0, j1, ... where these say nothing.
Names joints_of(const TableLook& look) {
  static const std::regex axis("(.*[^_. ])[_. ]?[xyzXYZ]( ?[(\\[].*)?");
  Names joints;
  for (std::size_t i = 0; i + 2 < look.columns.size(); i += 3) {
    std::smatch found;
    const bool named = look.table.header && std::regex_match(look.columns[i], found, axis);
    joints.push_back(named ? found[1].str() : "j" + std::to_string(i / 3));
  }
  if (std::set<std::string>(joints.begin(), joints.end()).size() == joints.size()) return joints;
  for (std::size_t i = 0; i < joints.size(); ++i) joints[i] = "j" + std::to_string(i);
  return joints;
}

// The median over the frames of how far the joints reach along an axis.
double reach(const Frames& values, Eigen::Index axis) {
  std::vector<float> reaches;
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    const auto along = values.row(row)(Eigen::seq(axis, Eigen::last, Eigen::fix<3>));
    reaches.push_back(along.maxCoeff() - along.minCoeff());
  }
  return median(std::move(reaches));
}

void add_skeleton(const FoundStream& stream, Lines& lines) {
  constexpr double kUsualRate = 30;  // Hz
  const Names joints = joints_of(stream.look);
  Names parents = {"null"};
  for (std::size_t i = 0; i + 1 < joints.size(); ++i) parents.push_back(quoted(joints[i]));
  const auto wrist = std::find_if(joints.begin(), joints.end(), [](const std::string& joint) {
    const std::string name = compared_form(joint);
    return name.find("wrist") != std::string::npos && name.find('r') != name.find("wrist") + 1;
  });
  lines.doubt("joints and parents: the tree of the joints is not in the files; here each hangs on the one before");
  lines.add("joints", list(joints, true));
  lines.add("parents", list(parents, false));
  lines.doubt("wrist: the joint where the sensor is worn");
  lines.add("wrist", quoted(wrist != joints.end() ? *wrist : joints.back()));
  const std::array<double, 3> reaches = {reach(stream.look.values, 0), reach(stream.look.values, 1),
                                         reach(stream.look.values, 2)};
  const double largest = *std::max_element(reaches.begin(), reaches.end());
  lines.add("unit", largest < 5 ? "m" : largest < 400 ? "cm" : "mm");
  lines.doubt("up: y, z, or -y where the camera's y points down");
  lines.add("up", reaches[2] > reaches[1] ? "z" : "y");
  add_table(stream.look, kUsualRate, lines);
}

// Whether all streams are stamped by one clock: moments since 1970, less than a minute apart.
bool share_clock(const std::vector<FoundStream>& streams) {
  constexpr double kSince = 1e8;
  constexpr double kApart = 60;  // s
  return std::all_of(streams.begin(), streams.end(), [&](const FoundStream& stream) {
    return stream.look.rate > 0 && stream.look.begin > kSince &&
           std::abs(stream.look.begin - streams.front().look.begin) < kApart;
  });
}

void describe(const std::vector<FoundStream>& streams, const std::set<std::string>& subjects, bool annotated,
              Proposal& proposal) {
  std::ostringstream text;
  text << "# Proposed by pskd data init. What is marked with CHECK could not be told from the files.\n"
       << "manifest: " << kManifestName << "\n";
  if (annotated) text << "annotations: " << kAnnotationsName << "\n";
  if (const FoundStream* const labeled = labeled_stream(streams)) {
    Names classes;
    for (const std::string& label : labeled->labels) {
      if (!means_no_label(label)) classes.push_back(label);
    }
    if (labeled->labels.contains("0")) {
      text << "# CHECK classes: where 0 means that nothing was done, say no_label: [\"0\"] in the sensor instead\n";
      ++proposal.doubts;
    }
    text << "classes: " << list(classes, true) << "\n";
  }
  Names train;
  std::size_t i = 0;
  for (const std::string& subject : subjects) {
    if (i++ % 2 == 0) train.push_back(quoted(subject));
  }
  if (subjects.size() > 1)
    text << "train_subjects: " << list(train, false) << "   # every other one; the others test\n";
  text << "align: " << (streams.size() > 1 && share_clock(streams) ? "timestamps" : "span") << "\n";
  std::string skeleton = "skeleton: null\n";
  std::string sensors;
  for (const FoundStream& stream : streams) {
    const bool camera = stream.name == "skeleton";
    Lines lines(camera ? "  " : "    ");
    camera ? add_skeleton(stream, lines) : add_sensor(stream, lines);
    if (camera) skeleton = "skeleton:\n" + lines.text();
    if (!camera) sensors += "  " + stream.name + ":\n" + lines.text();
    proposal.doubts += lines.doubts();
  }
  text << skeleton << (sensors.empty() ? "sensors: null\n" : "sensors:\n" + sensors);
  proposal.description = text.str();
}

// ---- the manifest ----------------------------------------------------------------------------------------

std::set<std::string> keys_of(const std::vector<FoundStream>& streams) {
  std::set<std::string> keys;
  for (const FoundStream& stream : streams) {
    for (const auto& [key, file] : stream.files) keys.insert(key);
  }
  return keys;
}

NamePattern pattern_for(const std::set<std::string>& keys, const std::string& given, bool annotated) {
  if (!given.empty()) return NamePattern(given);
  const Names names(keys.begin(), keys.end());
  if (const auto found = propose_pattern(names)) return *found;
  if (annotated) {
    if (const auto found = propose_subject_pattern(names)) return *found;
  }
  std::string examples;
  for (const std::string& key : keys) {
    if (std::count(examples.begin(), examples.end(), ' ') < 3) examples += " " + key;
  }
  throw Error(ErrorKind::data, "who does what cannot be told from the names" + examples +
                                   "; say it with --pattern, as in --pattern \"{label}_s{subject}_t{trial}\", or "
                                   "\"p{subject}\" where annotations.csv says who did what, or nobody");
}

void list_recordings(const std::vector<FoundStream>& streams, const NamePattern& pattern,
                     std::set<std::string>& subjects, Proposal& proposal) {
  std::ostringstream text;
  const bool says_label = pattern.has_label() && labeled_stream(streams) == nullptr;
  text << "id,subject" << (says_label ? ",label" : "") << ",trial";
  for (const FoundStream& stream : streams) text << "," << stream.name;
  text << "\n";
  for (const std::string& key : keys_of(streams)) {
    const auto named = pattern.match(key);
    if (!named) {
      proposal.left_out.push_back(key + ": its name is not of the form " + pattern.text());
      continue;
    }
    std::string id = key;
    std::replace(id.begin(), id.end(), '/', '_');
    text << csv_field(id) << "," << csv_field(named->subject);
    if (says_label) text << "," << csv_field(named->label);
    text << "," << named->trial;
    for (const FoundStream& stream : streams) {
      const auto file = stream.files.find(key);
      text << "," << (file == stream.files.end() ? "" : csv_field(file->second.generic_string()));
    }
    text << "\n";
    subjects.insert(Name(named->subject).text());
    ++proposal.recordings;
  }
  proposal.manifest = text.str();
}

}  // namespace

Proposal propose(const fs::path& root, const std::string& pattern) {
  Proposal proposal;
  std::vector<FoundStream> streams = streams_of(groups_of(root, proposal.left_out));
  if (streams.empty()) {
    throw Error(ErrorKind::data, root.string() +
                                     ": expected files .csv, .tsv or .txt with tables of numbers, found none" +
                                     (proposal.left_out.empty() ? "" : "; " + proposal.left_out.front()));
  }
  const bool annotated = fs::exists(root / kAnnotationsName);
  find_labels(root, annotated, streams, proposal.left_out);
  const bool by_time = annotated || labeled_stream(streams) != nullptr;
  const NamePattern names = pattern_for(keys_of(streams), pattern, by_time);
  proposal.pattern = names.text();
  std::set<std::string> subjects;
  list_recordings(streams, names, subjects, proposal);
  if (proposal.recordings == 0) {
    throw Error(ErrorKind::data, "no name is of the form " + names.text() + ": " + proposal.left_out.front());
  }
  describe(streams, subjects, annotated, proposal);
  return proposal;
}

void write_proposal(const fs::path& root, const Proposal& proposal) {
  for (const char* name : {kDescriptionName, kManifestName}) {
    if (!fs::exists(root / name)) continue;
    throw Error(ErrorKind::usage,
                (root / name).string() + " is there already; move it away to have a new one proposed");
  }
  write_file_atomically(root / kManifestName, proposal.manifest);
  write_file_atomically(root / kDescriptionName, proposal.description);
}

}  // namespace pskd::data::readers
