#include "data/readers/recordings/manifest.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "config/node.hpp"
#include "data/file_error.hpp"
#include "data/formats/calendar.hpp"
#include "data/formats/numbers.hpp"
#include "data/no_label.hpp"
#include "data/readers/recordings/list_file.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Column = std::optional<std::size_t>;  // its place in a line

// Where the columns are; absent: the manifest has none.
struct Columns {
  std::size_t id = 0, subject = 0;
  Column label, skeleton, trial, scene, camera, start, end, skeleton_start, skeleton_rate;
  std::vector<std::size_t> sensors;
  std::vector<Column> sensor_start, sensor_rate;
};

Columns find_columns(ListFile& header, const RecordingsDescription& description,
                     const std::vector<SensorDescription>& sensors) {
  const bool only_sensor = description.sensors.size() == 1;
  Columns columns;
  columns.id = header.require("id");
  columns.subject = header.require("subject");
  columns.label = header.find("label");
  const Column skeleton = header.find("skeleton");
  if (description.skeleton) columns.skeleton = skeleton ? skeleton : header.require("skeleton");
  columns.skeleton_start = header.find("skeleton_start");
  columns.skeleton_rate = header.find("skeleton_rate");
  columns.trial = header.find("trial");
  columns.scene = header.find("scene");
  columns.camera = header.find("camera");
  columns.start = header.find("start");
  columns.end = header.find("end");
  if (columns.start.has_value() != columns.end.has_value()) header.require(columns.start ? "end" : "start");
  for (const SensorDescription& sensor : sensors) {
    std::string name = sensor.name;
    if (only_sensor && !header.find(name) && header.find("sensor")) name = "sensor";
    columns.sensors.push_back(header.require(name));
    columns.sensor_start.push_back(header.find(name + "_start"));
    const Column rate = header.find(name + "_rate");
    columns.sensor_rate.push_back(rate || !only_sensor ? rate : header.find("rate"));
  }
  return columns;
}

// One stream can be placed in time by its time stamps, or by a start and a rate; with align: span by neither.
void check_alignment(const RecordingsDescription& description, const formats::TableDescription& table,
                     const Column& start, const std::string& stream) {
  const std::string rule = description.align_at + ": align: ";
  if (description.by_timestamps && table.time.empty() && !start) {
    throw Error(ErrorKind::config, rule + "timestamps needs to know when " + stream +
                                       " begins: expected its key `time`, or a column " + stream + "_start in " +
                                       description.manifest.string());
  }
  if (!description.by_timestamps && start) {
    throw Error(ErrorKind::config, rule + "span takes each file for the whole recording, but " +
                                       description.manifest.string() + " has a column of starts for " + stream +
                                       "; say align: timestamps, or take the column out");
  }
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const fs::path inner = path.lexically_relative(folder.lexically_normal() / "");
  return !inner.empty() && *inner.begin() != "..";
}

class RowReader {
 public:
  RowReader(const fs::path& file, const fs::path& root, std::size_t line, const std::vector<std::string>& fields)
      : file_(file), root_(root), line_(line), fields_(fields) {}

  [[noreturn]] void fail(const std::string& column, const std::string& problem) const {
    fail_at_line(file_, line_, "column " + column + ": " + problem);
  }

  // A text that can stand in the tables the program writes, in the one form in which names are kept.
  std::string name(std::size_t column, const std::string& title) const {
    std::string text = stored_form(fields_[column]);
    if (text.empty() || has_control_characters(text) || text.find_first_of(",\"") != std::string::npos) {
      fail(title, "expected a text without commas and quotes, found " + config::quoted(text));
    }
    return text;
  }

  // The name of a class; of a recording that nobody labeled, kNoLabel.
  std::string label(const Column& column) const {
    return column && !stored_form(fields_[*column]).empty() ? name(*column, "label") : kNoLabel;
  }

  Name number_or_name(std::size_t column, const std::string& title) const {
    const std::string& text = fields_[column];
    if (!is_name(text)) fail(title, std::string("expected ") + kNameRule + ", found " + config::quoted(text));
    return Name(text);
  }
  Name number_or_name(const Column& column, const std::string& title, int otherwise) const {
    return column ? number_or_name(*column, title) : Name(otherwise);
  }

  double seconds(const Column& column, const std::string& title) const {
    if (!column) return 0;
    double value = 0;
    if (!formats::parse_number(fields_[*column], value) || !std::isfinite(value)) {
      fail(title, "expected seconds, found " + config::quoted(fields_[*column]));
    }
    return value;
  }

  // A moment on the clock of a recording, in seconds or as a calendar stamp.
  struct Moment {
    double seconds = 0;
    std::optional<bool> names_zone;  // none: it is a number
  };

  Moment moment(std::size_t column, const std::string& title) const {
    double value = 0;
    bool zone = false;
    const std::string& text = fields_[column];
    if (formats::parse_number(text, value) && std::isfinite(value)) return {value, std::nullopt};
    if (formats::parse_calendar(text, value, zone)) return {value, zone};
    fail(title, "expected seconds, a date and time, or a time of day with its seconds, found " + config::quoted(text));
  }

  // What a line says of the part of a recording that it means; nothing where both cells are empty.
  std::optional<Annotation> part(const Column& start, const Column& end) const {
    if (!start || !end || (fields_[*start].empty() && fields_[*end].empty())) return std::nullopt;
    const Moment from = moment(*start, "start"), to = moment(*end, "end");
    if (from.names_zone && to.names_zone && *from.names_zone != *to.names_zone) {
      fail("end", std::string("expected a time ") + (*from.names_zone ? "with its zone" : "without a zone") +
                      ", as the start, " + fields_[*start] + ", found " + config::quoted(fields_[*end]));
    }
    Annotation part{from.seconds, to.seconds};
    part.names_zone = from.names_zone;
    if (part.begin < part.end) return part;
    fail("end", "expected a moment after the start, " + fields_[*start] + ", found " + config::quoted(fields_[*end]));
  }

  // Hz; 0 where nothing is said.
  double rate(const Column& column, const std::string& title) const {
    if (!column || fields_[*column].empty()) return 0;
    double value = 0;
    if (!formats::parse_number(fields_[*column], value) || !(value >= kMinRate && value <= kMaxRate)) {
      fail(title, "expected a rate in Hz, found " + config::quoted(fields_[*column]));
    }
    return value;
  }

  // The path of a file of the data set; nothing when the field is empty.
  std::optional<fs::path> path(std::size_t column, const std::string& title) const {
    const std::string& text = fields_[column];
    if (text.empty()) return std::nullopt;
    const fs::path path = (file_.parent_path() / as_written_here(text, title)).lexically_normal();
    if (!lies_in(path, root_) && !lies_in(path, file_.parent_path())) {
      fail(title, "expected a file in " + root_.string() + ", found " + config::quoted(text) +
                      "; put the files, or a link to their folder, there");
    }
    if (is_left_by_system(path) || text.find("__MACOSX") != std::string::npos) {
      fail(title, "found " + config::quoted(text) +
                      ", which macOS or Windows left there and is no recording; take the line out");
    }
    return path;
  }

 private:
  // Backslashes of Windows separate folders, unless a file has them in its name; ~ is the home folder.
  fs::path as_written_here(std::string text, const std::string& title) const {
    const char* home = std::getenv("HOME");
    if (text.starts_with("~/") && home != nullptr) return fs::path(home) / text.substr(2);
    std::error_code none;
    if (text.find('\\') == std::string::npos || fs::exists(file_.parent_path() / text, none)) return text;
    if (text.size() > 1 && text[1] == ':') {
      fail(title, "found " + config::quoted(text) +
                      ", a file on a drive of Windows; expected a path relative to the manifest, such as "
                      "watch/" +
                      text.substr(text.rfind('\\') + 1));
    }
    std::replace(text.begin(), text.end(), '\\', '/');
    return text;
  }

  const fs::path& file_;
  const fs::path& root_;
  std::size_t line_;
  const std::vector<std::string>& fields_;
};

// The files of a skeleton; `path` is the beginning of their names where there is one for each joint.
std::vector<fs::path> skeleton_files(const fs::path& path, const std::vector<std::string>& joint_files) {
  if (joint_files.empty()) return {path};
  std::vector<fs::path> files;
  for (const std::string& end : joint_files) files.emplace_back(path.string() + end);
  return files;
}

ManifestRow read_row(const RowReader& reader, const Columns& columns, const std::vector<std::string>& joint_files,
                     std::size_t line) {
  ManifestRow row;
  row.line = line;
  row.files.id = reader.name(columns.id, "id");
  row.files.subject = reader.number_or_name(columns.subject, "subject");
  row.files.trial = reader.number_or_name(columns.trial, "trial", 1);
  row.files.scene = reader.number_or_name(columns.scene, "scene", 0);
  row.files.camera = reader.number_or_name(columns.camera, "camera", 0);
  row.skeleton_rate = reader.rate(columns.skeleton_rate, "skeleton_rate");
  if (columns.skeleton) {
    if (const auto path = reader.path(*columns.skeleton, "skeleton")) {
      row.files.skeleton = skeleton_files(*path, joint_files);
      row.skeleton_start = reader.seconds(columns.skeleton_start, "skeleton_start");
    }
  }
  for (std::size_t i = 0; i < columns.sensors.size(); ++i) {
    const auto path = reader.path(columns.sensors[i], "sensor");
    row.sensor_start.push_back(path ? reader.seconds(columns.sensor_start[i], "start of a sensor") : 0);
    row.sensor_rate.push_back(reader.rate(columns.sensor_rate[i], "rate of a sensor"));
    if (path) row.files.sensor.push_back(*path);
  }
  const bool lacks_sensors = row.files.sensor.size() < columns.sensors.size();
  const bool has_some = !row.files.sensor.empty();
  if (lacks_sensors) row.files.sensor.clear();  // all of them or none
  if (row.files.skeleton.empty() && row.files.sensor.empty()) {
    reader.fail(columns.skeleton ? "skeleton" : "sensor",
                has_some
                    ? "the recording has files of some sensors only: it is used where it has those of all; choose the "
                      "sensors that are to be read under data.sensors"
                    : "the recording has no file");
  }
  return row;
}

int label_of(const fs::path& file, std::size_t line, const std::string& name, const std::vector<std::string>& classes) {
  const auto known = std::find(classes.begin(), classes.end(), name);
  if (known != classes.end()) return static_cast<int>(known - classes.begin());
  fail_at_line(file, line,
               "column label: expected one of the description's classes, found " + config::quoted(name) +
                   config::did_you_mean(name, classes));
}

std::vector<Name> distinct(const std::vector<ManifestRow>& rows, Name RecordingFiles::*name) {
  std::set<Name> names;
  for (const ManifestRow& row : rows) names.insert(row.files.*name);
  return {names.begin(), names.end()};
}

void sort_rows(std::vector<ManifestRow>& rows) {
  const auto key = [](const RecordingFiles& files) {
    return std::tie(files.label, files.subject, files.scene, files.trial, files.camera, files.id);
  };
  std::sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) { return key(a.files) < key(b.files); });
}

// A part of a recording, and the class that a file says it shows.
struct LabeledPart {
  Annotation part;
  std::string label;
  std::size_t line = 0;
};

struct Lines {
  std::vector<ManifestRow> rows;
  std::vector<std::string> labels;              // of each row
  std::vector<std::vector<LabeledPart>> parts;  // of each row; empty: it is one clip
};

/// Equal for lines about the same files with one clock.
auto files_of(const ManifestRow& row) {
  return std::make_tuple(row.files.skeleton, row.files.sensor, row.skeleton_start, row.sensor_start, row.skeleton_rate,
                         row.sensor_rate);
}

/// Equal for lines about parts of one recording.
auto recording_of(const ManifestRow& row) {
  const RecordingFiles& files = row.files;
  return std::tuple_cat(files_of(row), std::make_tuple(files.subject, files.trial, files.scene, files.camera));
}

// The recordings, their labels not yet numbered.
Lines read_lines(const ListFile& list, const fs::path& root, const Columns& columns,
                 const std::vector<std::string>& joint_files) {
  Lines read;
  std::map<std::string, std::size_t> first;                                              // line by id
  std::map<decltype(recording_of(std::declval<ManifestRow>())), std::size_t> recording;  // row of those with parts
  for (const auto& [line, fields] : list.rows()) {
    const RowReader reader(list.file(), root, line, fields);
    ManifestRow row = read_row(reader, columns, joint_files, line);
    const std::string label = reader.label(columns.label);
    const auto [seen, inserted] = first.emplace(row.files.id, line);
    if (!inserted) {
      reader.fail("id", "expected each id once, found " + config::quoted(seen->first) + " again (first in line " +
                            std::to_string(seen->second) + ")");
    }
    std::vector<LabeledPart> parts;
    if (auto part = reader.part(columns.start, columns.end)) {
      part->id = row.files.id;
      parts.push_back({std::move(*part), label, line});
    }
    if (!parts.empty()) {
      const auto [known, is_new] = recording.emplace(recording_of(row), read.rows.size());
      if (!is_new) {
        read.parts[known->second].push_back(std::move(parts.front()));
        continue;
      }
    }
    read.rows.push_back(std::move(row));
    read.labels.push_back(label);
    read.parts.push_back(std::move(parts));
  }
  return read;
}

// Adds the lines of a file `recording,start,end,label` to the recordings that they are about.
void add_annotations(const fs::path& file, const fs::path& root, Lines& lines) {
  std::error_code none;
  if (!fs::is_regular_file(file, none)) {
    throw Error(ErrorKind::data, file.string() + ": missing: expected a CSV file recording,start,end,label" +
                                     found_instead(file.parent_path(), file.filename(), "correct `annotations`"));
  }
  ListFile list(file, "recording", "recording,start,end,label");
  const std::size_t recording = list.require("recording"), label = list.require("label");
  const Column start = list.require("start"), end = list.require("end");
  list.refuse_others();
  std::map<std::string, std::size_t> rows;  // by id
  for (std::size_t i = 0; i < lines.rows.size(); ++i) rows[lines.rows[i].files.id] = i;
  for (const auto& [line, fields] : list.rows()) {
    const RowReader reader(file, root, line, fields);
    const auto row = rows.find(stored_form(fields[recording]));
    if (row == rows.end()) {
      reader.fail("recording", "expected the id of a recording, found " + config::quoted(fields[recording]));
    }
    const std::optional<Annotation> part = reader.part(start, end);
    if (!part) reader.fail("start", "expected seconds or a time stamp, found nothing");
    lines.parts[row->second].push_back({*part, reader.label(Column(label)), line});
  }
}

// A part of a recording, or all of it.
struct Stretch {
  const ManifestRow* row = nullptr;
  const fs::path* file = nullptr;  // that says it, in `line`
  std::size_t line = 0;
  double begin = std::numeric_limits<double>::lowest(), end = std::numeric_limits<double>::max();
  bool whole = true;
};

std::vector<Stretch> stretches_of(const RecordingsDescription& description, const Lines& lines, std::size_t i) {
  const ManifestRow& row = lines.rows[i];
  if (lines.parts[i].empty()) return {{&row, &description.manifest, row.line}};
  std::vector<Stretch> stretches;
  for (const LabeledPart& one : lines.parts[i]) {
    const fs::path& file = one.part.id.empty() ? description.annotations : description.manifest;
    stretches.push_back({&row, &file, one.line, one.part.begin, one.part.end, false});
  }
  return stretches;
}

// Refuses two stretches of the same files that share more than a tenth of the shorter. Whole files are found by their
// samples.
void refuse_shared(const Stretch& one, const Stretch& other) {
  constexpr double kMostShared = 0.1;
  if (one.whole && other.whole) return;
  const double shared = std::min(one.end, other.end) - std::max(one.begin, other.begin);
  if (shared <= kMostShared * std::min(one.end - one.begin, other.end - other.begin)) return;
  ManifestRow row = *one.row;
  if (row.files.skeleton.empty()) row.files.camera = other.row->files.camera;  // it filmed nobody
  if (recording_of(row) == recording_of(*other.row)) return;
  fail_at_line(
      *other.file, other.line,
      "shares " + std::to_string(shared) + " s of the same files with line " + std::to_string(one.line) + " of " +
          one.file->filename().string() +
          ", which is of another subject, trial, scene or camera: training and test would see the same seconds; give "
          "both lines the same, or list the recording once and say `windows` in the description");
}

// No part of a file is in two recordings, of which one may train and the other test.
void refuse_shared_time(const RecordingsDescription& description, const Lines& lines) {
  std::map<decltype(files_of(std::declval<ManifestRow>())), std::vector<Stretch>> by_files;
  for (std::size_t i = 0; i < lines.rows.size(); ++i) {
    std::vector<Stretch>& known = by_files[files_of(lines.rows[i])];
    for (const Stretch& one : stretches_of(description, lines, i)) known.push_back(one);
  }
  for (auto& [files, stretches] : by_files) {
    std::stable_sort(stretches.begin(), stretches.end(),
                     [](const Stretch& a, const Stretch& b) { return a.begin < b.begin; });
    for (std::size_t i = 0; i < stretches.size(); ++i) {
      for (std::size_t j = i + 1; j < stretches.size() && stretches[j].begin < stretches[i].end; ++j) {
        refuse_shared(stretches[i], stretches[j]);
      }
    }
  }
}

// Windows are cut from whole files, of which each is one recording.
void check_files_once(const fs::path& manifest, const Lines& lines) {
  std::map<std::pair<std::vector<fs::path>, std::vector<fs::path>>, std::size_t> first;  // line by files
  for (const ManifestRow& row : lines.rows) {
    const auto [known, is_new] = first.emplace(std::pair(row.files.skeleton, row.files.sensor), row.line);
    if (is_new) continue;
    fail_at_line(manifest, row.line,
                 "with windows, lines that name the same files are about one recording; expected the subject, "
                 "trial, scene, camera, starts and rates of line " +
                     std::to_string(known->second) + ", and a start and an end in both");
  }
}

// The files of a sensor say what was done: the manifest must not, but of recordings without that sensor.
void leave_labels_to_sensor(const SensorDescription& labeled, const fs::path& manifest, Lines& lines) {
  for (std::size_t i = 0; i < lines.rows.size(); ++i) {
    ManifestRow& row = lines.rows[i];
    if (row.files.sensor.empty()) continue;
    row.files.labeled_by_sensor = true;
    if (lines.parts[i].empty() && lines.labels[i] == kNoLabel) continue;
    fail_at_line(manifest, row.line,
                 "the column " + config::quoted(labeled.table.label) + " of the files of " + labeled.name +
                     " says what was done; expected neither a label nor a start and an end here");
  }
}

// What windows are cut from a recording of which no part is annotated: it shows one class throughout, or nobody knows.
void annotate_throughout(Lines& lines) {
  for (std::size_t i = 0; i < lines.rows.size(); ++i) {
    if (!lines.parts[i].empty() || lines.rows[i].files.labeled_by_sensor) continue;
    Annotation all{std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max()};
    all.id = lines.rows[i].files.id;
    lines.parts[i].push_back({std::move(all), lines.labels[i], lines.rows[i].line});
  }
}

void number_labels(const RecordingsDescription& description, Lines& lines, std::vector<std::string>& classes) {
  std::set<std::string> sorted;
  for (std::size_t i = 0; i < lines.rows.size(); ++i) {
    for (const LabeledPart& one : lines.parts[i]) sorted.insert(one.label);
    const bool is_whole = lines.parts[i].empty() && !lines.rows[i].files.labeled_by_sensor;
    if (is_whole) sorted.insert(lines.labels[i]);
  }
  if (description.windows && description.outside == OutsideWindows::as_class) sorted.insert(kOutsideClass);
  bool some_unlabeled = sorted.erase(kNoLabel) > 0;
  some_unlabeled |= description.windows && description.outside == OutsideWindows::unlabeled;
  if (classes.empty()) classes.assign(sorted.begin(), sorted.end());
  if (some_unlabeled) classes.emplace_back(kNoLabel);
  for (std::size_t i = 0; i < lines.rows.size(); ++i) {
    RecordingFiles& files = lines.rows[i].files;
    files.continuous = !lines.parts[i].empty() || files.labeled_by_sensor;
    if (!files.continuous) files.label = label_of(description.manifest, lines.rows[i].line, lines.labels[i], classes);
    for (LabeledPart& one : lines.parts[i]) {
      const fs::path& file =
          one.part.id.empty() && !description.annotations.empty() ? description.annotations : description.manifest;
      one.part.label = label_of(file, one.line, one.label, classes);
      files.annotations.push_back(one.part);
    }
  }
}

}  // namespace

Manifest read_manifest(const RecordingsDescription& description, const std::vector<SensorDescription>& sensors,
                       const fs::path& root) {
  const fs::path& file = description.manifest;
  std::error_code none;
  if (!fs::is_regular_file(file, none)) {
    throw Error(ErrorKind::data, file.string() + ": the manifest that " + description.file.string() +
                                     " names is missing: expected a CSV file that lists the recordings" +
                                     found_instead(file.parent_path(), file.filename(),
                                                   "correct manifest in " + description.file.string()));
  }
  ListFile header(file, "id", "id,subject,label,skeleton and the sensors");
  const Columns columns = find_columns(header, description, sensors);
  for (const SensorDescription& sensor : description.sensors) {  // those that are not read now are known all the same
    header.find(sensor.name);
    header.find(sensor.name + "_start");
    header.find(sensor.name + "_rate");
  }
  header.refuse_others();
  if (description.skeleton) {
    check_alignment(description, description.skeleton->table, columns.skeleton_start, "skeleton");
  }
  for (std::size_t i = 0; i < sensors.size(); ++i) {
    check_alignment(description, sensors[i].table, columns.sensor_start[i], sensors[i].name);
  }
  const std::vector<std::string> joint_files =
      description.skeleton ? description.skeleton->joint_files : std::vector<std::string>();
  Lines read = read_lines(header, root, columns, joint_files);
  Manifest manifest;
  manifest.classes = description.classes;
  if (!description.annotations.empty()) add_annotations(description.annotations, root, read);
  if (const SensorDescription* const labeled = labeled_sensor(sensors)) leave_labels_to_sensor(*labeled, file, read);
  if (description.windows) {
    check_files_once(file, read);
    annotate_throughout(read);
  } else {
    refuse_shared_time(description, read);
  }
  number_labels(description, read, manifest.classes);
  manifest.rows = std::move(read.rows);
  sort_rows(manifest.rows);
  manifest.subjects = distinct(manifest.rows, &RecordingFiles::subject);
  manifest.trials = distinct(manifest.rows, &RecordingFiles::trial);
  if (columns.scene) manifest.scenes = distinct(manifest.rows, &RecordingFiles::scene);
  if (columns.camera) manifest.cameras = distinct(manifest.rows, &RecordingFiles::camera);
  return manifest;
}

}  // namespace pskd::data::readers
