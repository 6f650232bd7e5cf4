#include "data/readers/recordings/proposal/proposal.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>

#include "base/file.hpp"
#include "base/quantile.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "data/formats/numbers.hpp"
#include "data/reader.hpp"
#include "data/readers/recordings/channel_names.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/readers/recordings/joint_mapping.hpp"
#include "data/readers/recordings/proposal/joint_columns.hpp"
#include "data/readers/recordings/proposal/name_pattern.hpp"
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
constexpr const char* kSkeleton = "skeleton";
constexpr const char* kAnnotationsName = "annotations.csv";  // who did what when, where it is there

// ---- streams ---------------------------------------------------------------------------------------------

// One stream: the files that are written alike.
struct FoundStream {
  std::string name;
  TableLook look;                         // at its first file
  JointColumns joints;                    // of a skeleton
  std::map<std::string, fs::path> files;  // by what the name says besides the stream
  std::set<std::string> labels;           // that its column of labels says, where it has one
  Quantity quantity;                      // that the names of its files say
  bool named_by_file = false;             // whether these tell the sensors of a recording apart
};

// A description, a manifest, annotations, or a text about them.
bool is_ours(const fs::path& file) {
  return file.filename() == kDescriptionName || file.filename() == kManifestName ||
         file.filename() == kAnnotationsName || compared_form(file.stem().string()) == "readme";
}

bool is_table(const fs::path& file) {
  const std::string ending = compared_form(file.extension().string());
  return ending == ".csv" || ending == ".tsv" || ending == ".txt";
}

// The files of recordings, relative to `root`.
std::vector<fs::path> files_below(const fs::path& root) {
  std::vector<fs::path> files;
  std::error_code unreadable;
  for (fs::recursive_directory_iterator at(root, unreadable), end; at != end; at.increment(unreadable)) {
    if (is_hidden(at->path())) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file() && !is_ours(at->path())) {
      files.push_back(at->path().lexically_relative(root));
    }
    if (unreadable) break;
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Says of files that are no tables that they are left out, in one line for each ending.
void tell_other_files(const std::vector<fs::path>& files, Names& left_out) {
  std::map<std::string, std::size_t> endings;
  for (const fs::path& file : files) {
    if (!is_table(file)) ++endings[compared_form(file.extension().string())];
  }
  for (const auto& [ending, count] : endings) {
    left_out.push_back(fmt::format("{} {} {}: only tables in .csv, .tsv and .txt are looked at{}", count,
                                   count == 1 ? "file" : "files", ending.empty() ? "without ending" : ending,
                                   ending == ".npy" || ending == ".npz" ? "; describe arrays by hand" : ""));
  }
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
  std::string sensor;  // what their names call it, where names tell the sensors of a recording apart
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

// The path without its ending, and without what only names the stream: the name of the file, or a word.
std::string key_of(const fs::path& file, const std::string& stream) {
  const fs::path path = fs::path(file).replace_extension();
  if (path.filename() == stream) return path.parent_path().generic_string();
  std::string key = path.generic_string();
  std::size_t at = 0;
  for (const std::string& word : words_of(file)) {
    if (word == stream && !stream.empty()) {
      key.erase(at - (at > 0 ? 1 : 0), word.size() + 1);
    } else {
      at += word.size() + 1;
    }
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

// The one word of a path that names a sensor; empty: none does, or several do.
std::string sensor_word(const fs::path& file) {
  std::set<std::string> found;
  for (const std::string& word : words_of(file)) {
    if (names_sensor(word)) found.insert(word);
  }
  return found.size() == 1 ? *found.begin() : "";
}

// What names the sensor in each path, where a recording has a file for each sensor: the name of the file, as in folders
// that have "Accelerometer.csv" each; else a word, as in "acc/push_s1.csv" and "gyro/push_s1.csv". Empty where nothing
// does.
Names sensors_of(const std::vector<fs::path>& files) {
  Names stems;
  Names words;
  std::map<std::string, std::size_t> folders;  // that have a file of this name
  for (const fs::path& file : files) {
    stems.push_back(file.stem().string());
    words.push_back(sensor_word(file));
    ++folders[stems.back()];
  }
  const bool by_file = std::any_of(folders.begin(), folders.end(),
                                   [](const auto& one) { return one.second > 1 && names_sensor(one.first); });
  if (by_file) return stems;
  std::set<std::string> different(words.begin(), words.end());
  different.erase("");
  return different.size() > 1 ? words : Names(files.size());
}

std::vector<Group> groups_of(const fs::path& root, const std::vector<fs::path>& found, Names& left_out) {
  std::vector<fs::path> files;
  Names shapes;
  for (const fs::path& file : found) {
    if (!is_table(file)) continue;
    try {
      shapes.push_back(shape_of(look_at_table(root / file)));
      files.push_back(file);
    } catch (const Error& error) {
      left_out.push_back(error.what());
    }
  }
  const Names sensors = sensors_of(files);
  std::vector<Group> groups;
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto [at, inserted] = by_name.emplace(sensors[i].empty() ? shapes[i] : sensors[i], groups.size());
    if (inserted) groups.push_back({look_at_table(root / files[i]), {}, sensors[i]});
    Group& group = groups[at->second];
    if (shape_of(group.look) == shapes[i]) {
      group.files.push_back(files[i]);
    } else {
      left_out.push_back((root / files[i]).string() + ": its columns are not those of " + group.files[0].string());
    }
  }
  return groups;
}

// The letters, digits, _ and - of a word that may name a sensor; else `otherwise`.
std::string stream_name(const std::string& word, const std::string& otherwise) {
  static const std::set<std::string> taken = {"id", "subject", "label", kSkeleton, "trial", "scene", "camera", "rate"};
  const bool legal = std::all_of(word.begin(), word.end(),
                                 [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
  return word.empty() || !legal || taken.count(word) > 0 ? otherwise : word;
}

// The first word that all files of a group have, and no other group; empty: there is none. The words of a single file
// rather say who it is.
std::string own_word(const Group& group, const std::vector<Group>& groups) {
  if (groups.size() == 1 && group.files.size() == 1) return "";
  for (const std::string& word : common_words(group)) {
    const bool elsewhere = std::any_of(groups.begin(), groups.end(), [&](const Group& other) {
      return &other != &group && word_set(other.files.front()).count(word) > 0;
    });
    if (!elsewhere && !names_person(word)) return word;
  }
  return "";
}

// `folder`: what a recording is called whose files' names say the stream and nothing else.
std::vector<FoundStream> streams_of(const std::vector<Group>& groups, const std::string& folder, Names& left_out) {
  std::vector<FoundStream> streams;
  for (const Group& group : groups) {
    const std::string own = group.sensor.empty() ? own_word(group, groups) : group.sensor;
    FoundStream& stream = streams.emplace_back();
    const std::string otherwise = "sensor" + (streams.size() > 1 ? std::to_string(streams.size()) : std::string());
    stream.look = group.look;
    stream.joints = find_joints(group.look);
    stream.name = stream.joints.joints.empty() ? stream_name(own, otherwise) : kSkeleton;
    stream.named_by_file = !group.sensor.empty();
    if (names_sensor(own)) stream.quantity = quantity_of(name_words(own));
    for (const fs::path& file : group.files) {
      const std::string key = key_of(file, own);
      const auto [at, inserted] = stream.files.emplace(key.empty() ? folder : key, file);
      if (!inserted) left_out.push_back(file.string() + ": it is the same recording as " + at->second.string());
    }
  }
  return streams;
}

// ---- what the columns hold -------------------------------------------------------------------------------

float median(std::vector<float> values) {
  std::erase_if(values, [](float value) { return !std::isfinite(value); });
  return values.empty() ? 0 : upper_median(std::move(values));
}

std::string number(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

// Columns x, y and z of one quantity.
struct Triple {
  std::string stem;
  Quantity quantity;
  std::array<Eigen::Index, 3> columns{-1, -1, -1};
};

// What a unit is of.
char kind_of_unit(const std::string& text) {
  const std::string word = unit_word(text).value_or("");
  if (word == "g" || word == "mg" || word == "m/s2") return 'a';
  if (word == "deg/s" || word == "rad/s") return 'g';
  return word == "uT" ? 'm' : '\0';
}

// What a column holds whose name does not say it: by its unit, else by the name of its files. Columns that are called
// x, y and z alone are the acceleration.
Quantity unnamed_quantity(const FoundStream& stream, const std::string& stem, std::size_t column) {
  if (const char kind = kind_of_unit(stream.look.units[column]); kind != '\0') return {kind, Worth::unnamed, true};
  if (stream.quantity.kind != 0) return stream.quantity;
  return {'a', Worth::unnamed, stem.empty() || stem == "axis"};
}

std::vector<Triple> triples_of(const FoundStream& stream) {
  std::vector<Triple> triples;
  const Names& columns = stream.look.columns;
  for (std::size_t i = 0; i < columns.size() && stream.look.table.header; ++i) {
    const auto name = channel_name(columns[i]);
    if (!name) continue;
    auto triple =
        std::find_if(triples.begin(), triples.end(), [&](const Triple& one) { return one.stem == name->stem; });
    if (triple == triples.end()) {
      const Quantity said = name->quantity.kind != 0 ? name->quantity : unnamed_quantity(stream, name->stem, i);
      triple = triples.insert(triples.end(), {name->stem, said});
    }
    Eigen::Index& column = triple->columns[static_cast<std::size_t>(name->axis - 'x')];
    if (column < 0) column = static_cast<Eigen::Index>(i);
  }
  std::erase_if(triples,
                [](const Triple& one) { return *std::min_element(one.columns.begin(), one.columns.end()) < 0; });
  return triples;
}

// "'a', 'b'", as a terminal and a comment can show it.
std::string shown(const Names& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + escaped_for_line(formats::quoted_field(name));
  return text;
}

template <class Columns>
Names names_of(const TableLook& look, const Columns& columns) {
  Names names;
  for (const Eigen::Index column : columns) names.push_back(look.columns[static_cast<std::size_t>(column)]);
  return names;
}

std::string shown(const TableLook& look, const Triple& triple) { return shown(names_of(look, triple.columns)); }

// The triple of a kind that serves best, and what is unsure about it; nullptr: there is none.
const Triple* best_triple(const TableLook& look, const std::vector<Triple>& triples, char kind, Names& doubts) {
  const Triple* best = nullptr;
  for (const Triple& one : triples) {
    if (one.quantity.kind == kind && (best == nullptr || one.quantity.worth < best->quantity.worth)) best = &one;
  }
  if (best == nullptr) return nullptr;
  const std::string what = kind == 'a' ? "acceleration" : kind == 'g' ? "angular rate" : "magnetic field";
  const std::string names = shown(look, *best);
  if (!best->quantity.sure) doubts.push_back("channels: are " + names + " the " + what + "?");
  if (kind == 'a' && best->quantity.worth == Worth::partial)
    doubts.push_back("channels: " + names + " are an acceleration without gravity, by their names");
  if (kind == 'a' && best->quantity.worth == Worth::gravity)
    doubts.push_back("channels: " + names + " are gravity alone, by their names");
  for (const Triple& one : triples) {
    if (&one == best || one.quantity.kind != kind || one.quantity.worth == Worth::unnamed) continue;
    doubts.push_back("channels: " + shown(look, one) + " are left out, beside " + names);
  }
  return best;
}

// The channels of a sensor, by their columns.
struct Channels {
  Names names;
  std::vector<Eigen::Index> columns;
};

Channels channels_of(const FoundStream& stream, Names& doubts) {
  Channels channels;
  const TableLook& look = stream.look;
  const std::vector<Triple> triples = triples_of(stream);
  for (const char kind : {'a', 'g', 'm'}) {
    const Triple* const best = best_triple(look, triples, kind, doubts);
    for (std::size_t i = 0; best != nullptr && i < best->columns.size(); ++i) {
      channels.names.push_back({kind, static_cast<char>('x' + i)});
      channels.columns.push_back(best->columns[i]);
    }
  }
  if (!channels.names.empty()) return channels;
  const char kind = stream.quantity.kind != 0 ? stream.quantity.kind : 'a';
  const std::size_t count = look.columns.size() >= 6 && kind == 'a' ? 6 : std::min<std::size_t>(look.columns.size(), 3);
  if (look.table.header || look.columns.size() != 3) doubts.push_back("channels: which columns are the acceleration?");
  for (std::size_t i = 0; i < count; ++i) {
    channels.names.push_back({i < 3 ? kind : 'g', static_cast<char>('x' + i % 3)});
    channels.columns.push_back(static_cast<Eigen::Index>(i));
  }
  return channels;
}

// The median length of three channels, from `first` on.
double median_length(const TableLook& look, const Channels& channels, std::size_t first) {
  std::vector<float> lengths;
  for (Eigen::Index row = 0; row < look.values.rows(); ++row) {
    float square = 0;
    for (std::size_t i = first; i < std::min(first + 3, channels.columns.size()); ++i) {
      square += std::pow(look.values(row, channels.columns[i]), 2.0F);
    }
    lengths.push_back(std::sqrt(square));
  }
  return median(std::move(lengths));
}

// Of three channels of one kind, from `first` on: their unit, and what the values are multiplied by to be in it.
std::string unit_of(const TableLook& look, const Channels& channels, std::size_t first, double& scale, Names& doubts) {
  const std::string said = look.units[static_cast<std::size_t>(channels.columns[first])];
  const Names& words = channel_unit_words();
  const auto known = unit_word(said);
  if (known && std::find(words.begin(), words.end(), *known) != words.end()) return *known;
  const char kind = channels.names[first][0];
  const double length = median_length(look, channels, first);
  if (kind == 'm') {
    constexpr double kWeakest = 20;  // uT, of the field of the Earth
    constexpr double kStrongest = 70;
    if (length < kWeakest || length > kStrongest)
      doubts.push_back("unit: uT? The median of |m| is " + number(length) + ", that of the Earth is 20 to 70 uT");
    return "uT";
  }
  if (kind == 'g') {
    doubts.push_back("unit: deg/s or rad/s? The median of |g| is " + number(length));
    return length > 10 ? "deg/s" : "rad/s";
  }
  const auto near = [&](double expected) { return length > expected / 1.4 && length < expected * 1.4; };
  if (near(1)) return "g";
  if (near(kGravity)) return "m/s2";
  if (near(1000)) return "mg";
  doubts.push_back("unit: the median of |a| is " + number(length) + ", which is 1 g in no usual unit");
  if (length < 8) return "m/s2";
  scale = 1 / length;
  return "g";
}

// ---- several streams -------------------------------------------------------------------------------------

// A recording has one skeleton: of several the one of three dimensions, else the first.
void choose_skeleton(std::vector<FoundStream>& streams, Proposal& proposal, Names& doubts) {
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
    proposal.left_out.push_back(file.string() + " and " + std::to_string(stream.files.size() - 1) +
                                " files like it: a second skeleton, beside " + kept.string());
    doubts.push_back("skeleton: " + shown({kept.string()}) + " or " + shown({file.string()}) + "? The first is taken");
    return true;
  });
}

// Where names of files say the sensor, those that serve: of one kind the best, and no other kinds.
void choose_sensors(std::vector<FoundStream>& streams, Proposal& proposal, Names& doubts) {
  std::map<char, Worth> best;
  for (const FoundStream& stream : streams) {
    const auto [at, first] = best.emplace(stream.quantity.kind, stream.quantity.worth);
    if (!first) at->second = std::min(at->second, stream.quantity.worth);
  }
  std::erase_if(streams, [&](const FoundStream& stream) {
    if (!stream.named_by_file || stream.name == kSkeleton) return false;
    const std::vector<Triple> triples = triples_of(stream);
    const bool says_itself = std::any_of(triples.begin(), triples.end(), [](const Triple& one) {
      return one.quantity.sure && one.quantity.worth != Worth::unnamed;
    });
    const char kind = stream.quantity.kind;
    if (kind == 0 ? says_itself : stream.quantity.worth == best[kind]) return false;
    const std::string what = shown({stream.files.begin()->second.filename().string()}) + " of " +
                             std::to_string(stream.files.size()) + " recordings: " +
                             (kind == 0 ? "the name says neither acceleration nor angular rate nor magnetic field"
                                        : "another sensor of the kind serves better");
    proposal.left_out.push_back(what);
    doubts.push_back("sensors: left out is " + what);
    return true;
  });
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
    if (annotated || stream.name == kSkeleton || !is_first) label.clear();
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
    text_ << indent_ << kUnsure << " " << text << "\n";
    ++doubts_;
  }
  std::string text() const { return text_.str(); }
  std::size_t doubts() const { return doubts_; }

 private:
  std::string indent_;
  std::ostringstream text_;
  std::size_t doubts_ = 0;
};

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
    if (look.is_even && look.rate >= kMinRate && look.rate <= kMaxRate)
      lines.add("rate", fmt::format("{:.4g}", look.rate));  // so that exported models know it
    return;
  }
  if (table.rate == 0) {
    const std::string found = look.perhaps.empty()
                                  ? "the files have no time stamps"
                                  : "no time stamps could be read, but the time may be in " + shown(look.perhaps);
    lines.doubt("rate: " + found + "; how many samples a second does the device take?");
  }
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

// Names the columns of a stream that its description does not have.
void tell_others(const FoundStream& stream, const Names& used, Names& left_out) {
  Names others = stream.look.columns;
  std::erase_if(others,
                [&](const std::string& name) { return std::find(used.begin(), used.end(), name) != used.end(); });
  others.insert(others.end(), stream.look.others.begin(), stream.look.others.end());
  if (!others.empty()) left_out.push_back(stream.name + ": columns " + shown(others));
}

void add_sensor(const FoundStream& stream, Lines& lines, Names& left_out) {
  constexpr double kUsualRate = 50;  // Hz
  Names doubts;
  const Channels channels = channels_of(stream, doubts);
  const Names columns = names_of(stream.look, channels.columns);
  tell_others(stream, columns, left_out);
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
    for (std::size_t i = 0; i + 1 < found.joints.size(); ++i) parents.push_back(quoted(found.joints[i]));
    lines.doubt("joints and parents: the tree of the joints is not in the files; here each hangs on the one before");
    lines.add("joints", list(found.joints, true));
    lines.add("parents", list(parents, false));
    if (found.dimensions == 2) lines.add("dimensions", "2");
  }
  lines.doubt("wrist: the joint where the sensor is worn");
  lines.add("wrist", quoted(wrist_of(found)));
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
  lines.add("columns", list(columns, true));
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
    lines.doubt("unit: m, cm or mm? The joints reach over " + number(largest));
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
    lines.doubt("metres_per_pixel: the person's height in metres, divided by that in pixels; here that of 1.7 m");
    lines.add("metres_per_pixel", number(reaches[1] > 0 ? kUsualHeight / reaches[1] : 1));
  } else {
    add_solid_unit(stream, *std::max_element(reaches.begin(), reaches.end()), lines);
  }
  const bool of_picture = flat || (stream.joints.topology != nullptr && stream.joints.topology->name == "mediapipe-33");
  lines.doubt("up: y, z, or -y where the camera's y points down");
  lines.add("up", of_picture ? "-y" : reaches[2] > reaches[1] ? "z" : "y");
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
              const Names& doubts, Proposal& proposal) {
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
      text << kUnsure << " classes: where 0 means that nothing was done, say no_label: [\"0\"] in the sensor instead\n";
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
    const bool camera = stream.name == kSkeleton;
    Lines lines(camera ? "  " : "    ");
    camera ? add_skeleton(stream, lines, proposal.left_out) : add_sensor(stream, lines, proposal.left_out);
    if (camera) skeleton = "skeleton:\n" + lines.text();
    proposal.has_skeleton |= camera;
    if (!camera) sensors += "  " + stream.name + ":\n" + lines.text();
    proposal.doubts += lines.doubts();
  }
  for (const std::string& doubt : doubts) text << kUnsure << " " << doubt << "\n";
  proposal.doubts += doubts.size();
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

// `by_time`: something else says who did what when.
NamePattern pattern_for(const std::set<std::string>& keys, const std::string& given, bool by_time) {
  if (!given.empty()) return NamePattern(given);
  const Names names(keys.begin(), keys.end());
  if (const auto found = propose_pattern(names)) return *found;
  if (by_time || names.size() == 1) {
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

// Names of people look like those of what they do: only numbers tell subjects from labels. But a number alone may be
// that of a repetition, too.
void doubt_names(const NamePattern& pattern, const std::set<std::string>& keys, Names& doubts) {
  constexpr std::size_t kShown = 3;
  std::set<std::string> subjects;
  std::set<std::string> labels;
  for (const std::string& key : keys) {
    const auto named = pattern.match(key);
    if (!named) continue;
    subjects.insert(named->subject);
    labels.insert(named->label);
  }
  if (!pattern.has_label()) {
    if (keys.size() == 1) doubts.push_back("names: is " + shown({*keys.begin()}) + " one person, whom nobody labeled?");
    return;
  }
  const auto first = [&](const std::set<std::string>& all) {
    return shown(
               Names(all.begin(), std::next(all.begin(), static_cast<std::ptrdiff_t>(std::min(all.size(), kShown))))) +
           (all.size() > kShown ? ", ..." : "");
  };
  const auto is_number = [](const std::string& text) {
    return text.find_first_not_of("0123456789") == std::string::npos;
  };
  const bool numbers = std::all_of(subjects.begin(), subjects.end(), is_number);
  if (numbers && !pattern.announces_subject() && pattern.text().ends_with("{subject}")) {
    doubts.push_back("names: are " + first(subjects) +
                     " people? If one person did it several times, say --pattern with {trial} instead of {subject}");
  }
  if (numbers) return;
  doubts.push_back("names: are " + first(subjects) + " the people, and " + first(labels) +
                   " what they do? Else say it with --pattern");
}

}  // namespace

Proposal propose(const fs::path& root, const std::string& pattern) {
  Proposal proposal;
  const std::vector<fs::path> files = files_below(root);
  std::vector<FoundStream> streams =
      streams_of(groups_of(root, files, proposal.left_out), root.filename().string(), proposal.left_out);
  if (streams.empty()) {
    throw Error(ErrorKind::data, root.string() +
                                     ": expected files .csv, .tsv or .txt with tables of numbers, found none" +
                                     (proposal.left_out.empty() ? "" : "; " + proposal.left_out.front()));
  }
  tell_other_files(files, proposal.left_out);
  Names doubts;
  choose_skeleton(streams, proposal, doubts);
  choose_sensors(streams, proposal, doubts);
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
  if (pattern.empty() && !by_time) doubt_names(names, keys_of(streams), doubts);
  describe(streams, subjects, annotated, doubts, proposal);
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
