#include "data/readers/recordings/reader.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <numbers>

#include "config/node.hpp"
#include "data/finite.hpp"
#include "data/formats/numbers.hpp"
#include "data/formats/text_table.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/readers/recordings/manifest.hpp"
#include "data/units.hpp"
#include "pskd/config/load.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Eigen::Index;

// What is read, and what the manifest says of each recording.
struct Recordings {
  SkeletonDescription skeleton;
  std::vector<SensorDescription> sensors;
  bool by_timestamps = false;
  Manifest manifest;
  std::map<std::string, const ManifestRow*> rows;  // by id
};

// ---- streams -------------------------------------------------------------------------------------------

// The samples in time. `start`: moment of the first sample, or of the time stamp 0, seconds.
Stream placed_in_time(const fs::path& file, TimedSamples samples, const formats::TableDescription& table, double start,
                      const std::string& id, Repairs& repairs) {
  Stream stream;
  if (table.time.empty()) {
    stream.begin = start;
    stream.end = start + static_cast<double>(samples.values.rows() - 1) / table.rate;
    stream.frames = std::move(samples.values);
  } else {
    for (double& time : samples.times) time += start;
    stream = at_equal_intervals(in_order(std::move(samples), id, repairs));
  }
  if (stream.frames.rows() >= 2 && stream.begin < stream.end) return stream;
  throw Error(ErrorKind::data, file.string() + ": expected at least two different moments, found all at " +
                                   std::to_string(stream.begin) + " s");
}

// A column that is read, and the unit that the description says it has; empty: it says none.
struct DescribedUnit {
  std::string column;
  std::string unit;
};

// What a file says of the units of its columns must be what its description says of them.
void check_units(const fs::path& file, const formats::TextTable& read, const formats::TableDescription& table,
                 std::vector<DescribedUnit> described) {
  const bool numbers = !table.time.empty() && table.time_format.empty();
  described.push_back(
      {"the time", numbers ? time_unit_words()[static_cast<std::size_t>(table.time_unit)] : std::string()});
  bool any_known = false;
  for (std::size_t i = 0; i < read.units.size(); ++i) {
    const std::optional<std::string> found = unit_word(read.units[i]);
    any_known = any_known || found;
    if (!found || described[i].unit.empty() || *found == described[i].unit) continue;
    formats::fail_at_line(file, read.units_line,
                          "the file says that " + described[i].column + " is in " + *found + ", its description says " +
                              described[i].unit);
  }
  if (any_known || !read.units_row) return;
  formats::fail_at_line(file, read.units_line,
                        "expected numbers, or the units of the columns; found " + formats::quoted_field(read.units[0]));
}

// Meters of one unit of the file.
double unit_length(const SkeletonDescription& skeleton) {
  switch (skeleton.unit) {
    case LengthUnit::m:
      return 1;
    case LengthUnit::cm:
      return 1e-2;
    case LengthUnit::mm:
      return 1e-3;
    case LengthUnit::px:
      return skeleton.meters_per_pixel;
  }
  return 1;
}

// x, y, z of a joint with y up. A body is turned, never mirrored; the plane of a 2-D one is only seen with y upwards.
void turn_upright(Eigen::Ref<Frames, 0, Eigen::OuterStride<>> joint, const SkeletonDescription& skeleton) {
  if (skeleton.up == UpAxis::z) {
    const Frames y = joint.col(1);
    joint.col(1) = joint.col(2).eval();
    joint.col(2) = -y;
  } else if (skeleton.up == UpAxis::minus_y) {
    joint.col(1) = -joint.col(1).eval();
    if (skeleton.topology.dimensions == 3) joint.col(0) = -joint.col(0).eval();
  }
}

// [T, V * 3] in meters with y up, from the columns of a file.
Frames skeleton_frames(const Frames& read, const SkeletonDescription& skeleton) {
  const auto joints = static_cast<Index>(skeleton.topology.joints.size());
  const auto axes = static_cast<Index>(skeleton.topology.dimensions);
  const Index columns = joint_columns(skeleton);
  Frames frames = Frames::Ones(read.rows(), joints * 3);
  for (Index joint = 0; joint < joints; ++joint) {
    frames.middleCols(3 * joint, columns) = read.middleCols(columns * joint, columns);
    frames.middleCols(3 * joint, axes) *= static_cast<float>(unit_length(skeleton) * skeleton.scale);
    turn_upright(frames.middleCols(3 * joint, 3), skeleton);
  }
  return frames;
}

// Units of the columns of a skeleton file; a scale says that its values are in another one.
std::vector<DescribedUnit> skeleton_units(const SkeletonDescription& skeleton, std::size_t columns) {
  const bool said = skeleton.scale == 1 && !skeleton.confidence;
  const std::string unit = length_unit_words()[static_cast<std::size_t>(skeleton.unit)];
  return std::vector<DescribedUnit>(columns, {"the skeleton", said ? unit : ""});
}

Stream read_skeleton(const Recordings& all, const RecordingFiles& recording, Repairs& repairs) {
  const fs::path& file = recording.skeleton[0];
  const std::size_t columns =
      all.skeleton.topology.joints.size() * static_cast<std::size_t>(joint_columns(all.skeleton));
  formats::TextTable read = formats::read_text_table(file, all.skeleton.table, columns);
  check_units(file, read, all.skeleton.table, skeleton_units(all.skeleton, columns));
  TimedSamples& samples = read.samples;
  check_finite(file, samples.values);
  samples.values = skeleton_frames(samples.values, all.skeleton);
  return placed_in_time(file, std::move(samples), all.skeleton.table, all.rows.at(recording.id)->skeleton_start,
                        recording.id, repairs);
}

// Brings values from the unit of their channel to g or deg/s; others stay.
template <class Column>
void convert(Column column, ChannelUnit unit) {
  constexpr float kMilli = 1000;
  if (unit == ChannelUnit::m_per_s2) column /= static_cast<float>(kGravity);
  if (unit == ChannelUnit::milli_g) column /= kMilli;
  if (unit == ChannelUnit::rad_per_s) column *= static_cast<float>(180 / std::numbers::pi);
}

// Accelerations in g within the rail, angular rates in deg/s.
void convert_channels(const fs::path& file, Frames& values, const SensorDescription& sensor, const std::string& id,
                      Repairs& repairs) {
  for (std::size_t channel = 0; channel < sensor.channels.size(); ++channel) {
    auto column = values.col(static_cast<Index>(channel));
    const ChannelUnit unit = sensor.units[channel];
    if (sensor.scales[channel] != 1) column *= static_cast<float>(sensor.scales[channel]);
    convert(column, unit);
    if (!is_acceleration(unit)) continue;
    check_acceleration(file, values.middleCols(static_cast<Index>(channel), 1));
    if (sensor.rail == 0) continue;
    clip_to_rail(values.middleCols(static_cast<Index>(channel), 1), sensor.rail,
                 sensor.name + ": acceleration beyond its rail: clipped to it", id, repairs);
  }
}

// Units of the columns of a sensor file; a scale says that its values are in another one.
std::vector<DescribedUnit> sensor_units(const SensorDescription& sensor) {
  std::vector<DescribedUnit> units;
  for (std::size_t i = 0; i < sensor.channels.size(); ++i) {
    const bool said = sensor.scales[i] == 1 && sensor.units[i] != ChannelUnit::none;
    units.push_back({sensor.channels[i], said ? channel_unit_words()[static_cast<std::size_t>(sensor.units[i])] : ""});
  }
  return units;
}

Stream read_one_sensor(const fs::path& file, const SensorDescription& sensor, double start, const std::string& id,
                       Repairs& repairs) {
  formats::TextTable read = formats::read_text_table(file, sensor.table, sensor.channels.size());
  check_units(file, read, sensor.table, sensor_units(sensor));
  TimedSamples& samples = read.samples;
  check_finite(file, samples.values);
  convert_channels(file, samples.values, sensor, id, repairs);
  return placed_in_time(file, std::move(samples), sensor.table, start, id, repairs);
}

Stream read_sensors(const Recordings& all, const RecordingFiles& recording, Repairs& repairs) {
  const ManifestRow& row = *all.rows.at(recording.id);
  std::vector<Stream> streams;
  for (std::size_t i = 0; i < all.sensors.size(); ++i) {
    streams.push_back(read_one_sensor(recording.sensor[i], all.sensors[i], row.sensor_start[i], recording.id, repairs));
  }
  std::vector<Stream*> all_streams;
  for (Stream& stream : streams) all_streams.push_back(&stream);
  if (all.by_timestamps && streams.size() > 1) cut_to_shared_span(recording.sensor, all_streams);
  return side_by_side(streams);
}

// ---- the data set --------------------------------------------------------------------------------------

// The recordings whose files are there; the files that are not.
FolderListing list_manifest(const Manifest& manifest, const fs::path& file) {
  constexpr std::size_t kSearched = 5;  // missing files
  FolderListing listing;
  for (const ManifestRow& row : manifest.rows) {
    std::vector<fs::path> files = row.files.skeleton;
    files.insert(files.end(), row.files.sensor.begin(), row.files.sensor.end());
    bool complete = true;
    for (const fs::path& one : files) {
      std::error_code none;
      if (fs::is_regular_file(one, none)) continue;
      complete = false;
      listing.unexpected.push_back(
          {one, "missing: " + file.string() + " names it in line " + std::to_string(row.line) +
                    (listing.unexpected.size() < kSearched
                         ? found_instead(one.parent_path(), one.filename(), "correct that line")
                         : "")});
    }
    if (complete) listing.recordings.push_back(row.files);
  }
  if (listing.recordings.empty() && !listing.unexpected.empty()) {
    const BrokenFile& first = listing.unexpected.front();
    throw Error(ErrorKind::data, "no recording has all its files; " + first.file.string() + ": " + first.problem);
  }
  return listing;
}

// The described sensors, or those of them that the config names.
std::vector<SensorDescription> chosen_sensors(const config::DataConfig& config,
                                              const RecordingsDescription& description) {
  if (config.sensors.empty()) return description.sensors;
  std::vector<SensorDescription> chosen;
  std::vector<std::string> names;
  for (const SensorDescription& sensor : description.sensors) names.push_back(sensor.name);
  for (const std::string& name : config.sensors) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw Error(ErrorKind::config, "data.sensors: expected some of " + config::joined(names) + ", found " +
                                         config::quoted(name) + config::did_you_mean(name, names));
    }
    chosen.push_back(description.sensors[static_cast<std::size_t>(found - names.begin())]);
  }
  return chosen;
}

std::vector<std::string> channels_of(const std::vector<SensorDescription>& sensors) {
  std::vector<SensorChannels> channels;
  for (const SensorDescription& sensor : sensors) channels.push_back({sensor.name, sensor.channels});
  return channel_names(channels);
}

// The rail of all sensors; 0 where they differ.
double shared_rail(const std::vector<SensorDescription>& sensors) {
  const auto same = [&](const SensorDescription& sensor) { return sensor.rail == sensors[0].rail; };
  return std::all_of(sensors.begin(), sensors.end(), same) ? sensors[0].rail : 0;
}

// The rate of all sensors, Hz; 0 where they differ or their files have time stamps.
double shared_rate(const std::vector<SensorDescription>& sensors) {
  const auto same = [&](const SensorDescription& sensor) { return sensor.table.rate == sensors[0].table.rate; };
  return std::all_of(sensors.begin(), sensors.end(), same) ? sensors[0].table.rate : 0;
}

DatasetInfo info_of(const RecordingsDescription& description, const Recordings& all) {
  DatasetInfo info;
  info.name = "generic";
  info.classes = all.manifest.classes;
  info.channels = channels_of(all.sensors);
  info.topology = all.skeleton.topology;
  info.rail = shared_rail(all.sensors);
  info.skeleton_rate = all.skeleton.table.rate;
  info.sensor_rate = shared_rate(all.sensors);
  info.subjects = all.manifest.subjects;
  info.trials = all.manifest.trials;
  info.scenes = all.manifest.scenes;
  info.cameras = all.manifest.cameras;
  if (description.train_subjects.empty()) return info;
  for (const Name& subject : description.train_subjects) {
    if (std::binary_search(info.subjects.begin(), info.subjects.end(), subject)) continue;
    throw Error(ErrorKind::config, description.file.string() + ": train_subjects: subject " + subject.text() +
                                       " is not in " + description.manifest.string());
  }
  info.protocols = {{"cross-subject", {SplitAxis::subjects, description.train_subjects}}};
  return info;
}

}  // namespace

Reader recordings_reader(const config::DataConfig& config) {
  refuse_other_choices(config, {DataChoice::description, DataChoice::sensors});
  const fs::path root = fs::weakly_canonical(config::resolve_data_path(config.root));
  const RecordingsDescription description =
      read_recordings_description(root / (config.description.empty() ? "dataset.yaml" : config.description));
  const auto all = std::make_shared<Recordings>();
  all->skeleton = description.skeleton;
  all->sensors = chosen_sensors(config, description);
  all->by_timestamps = description.by_timestamps;
  all->manifest = read_manifest(description, all->sensors, root);
  for (const ManifestRow& row : all->manifest.rows) all->rows[row.files.id] = &row;
  return {
      .info = info_of(description, *all),
      .layout = "the files that " + description.manifest.string() + " lists",
      .list = [all, file = description.manifest](const fs::path&) { return list_manifest(all->manifest, file); },
      .read_skeleton = [all](const RecordingFiles& files,
                             Repairs& repairs) { return read_skeleton(*all, files, repairs); },
      .read_sensor = [all](const RecordingFiles& files,
                           Repairs& repairs) { return read_sensors(*all, files, repairs); },
      .by_timestamps = description.by_timestamps,
      .beside = {description.file, description.manifest},
  };
}

}  // namespace pskd::data::readers
