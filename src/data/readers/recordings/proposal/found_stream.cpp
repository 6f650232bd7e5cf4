#include "data/readers/recordings/proposal/found_stream.hpp"

#include <algorithm>
#include <cctype>

#include "base/unicode.hpp"
#include "data/readers/recordings/proposal/name_pattern.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

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

}  // namespace

std::vector<FoundStream> find_streams(const fs::path& root, const std::vector<fs::path>& files, Names& left_out) {
  return streams_of(groups_of(root, files, left_out), root.filename().string(), left_out);
}

std::set<std::string> keys_of(const std::vector<FoundStream>& streams) {
  std::set<std::string> keys;
  for (const FoundStream& stream : streams) {
    for (const auto& [key, file] : stream.files) keys.insert(key);
  }
  return keys;
}

bool is_table(const fs::path& file) {
  const std::string ending = extension_of(file);
  return ending == ".csv" || ending == ".tsv" || ending == ".txt";
}

}  // namespace pskd::data::readers
