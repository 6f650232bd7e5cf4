#include "data/readers/recordings/reader.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <memory>
#include <numbers>
#include <optional>
#include <sstream>

#include "base/file.hpp"
#include "base/quantile.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "config/node.hpp"
#include "data/file_error.hpp"
#include "data/finite.hpp"
#include "data/formats/numbers.hpp"
#include "data/formats/text_table.hpp"
#include "data/no_label.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/readers/recordings/manifest.hpp"
#include "data/readers/recordings/table_file.hpp"
#include "data/units.hpp"
#include "pskd/config/load.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Eigen::Index;

// What is read, and what the manifest says of each recording.
struct Recordings {
  SkeletonDescription skeleton;  // without joints: there is none
  std::vector<SensorDescription> sensors;
  bool by_timestamps = false;
  GapRule gaps;
  Manifest manifest;
  std::map<std::string, const ManifestRow*> rows;  // by id
};

// ---- streams -------------------------------------------------------------------------------------------

// Seconds of one unit of a table's stamps; 0 where they are calendar stamps.
double tick_of(const formats::TableDescription& table) {
  return table.time_format.empty() ? formats::seconds_of(table.time_unit) : 0;
}

// The longest time in which no value changed, in seconds, of a stream in which some do. A few samples may be equal by
// chance.
double longest_hold(const TimedSamples& samples) {
  constexpr std::size_t kFewSamples = 20;
  double longest = 0;
  std::size_t first = 0;  // row since which nothing changed
  for (std::size_t i = 1; i < samples.times.size(); ++i) {
    const auto row = static_cast<Index>(i);
    if ((samples.values.row(row) != samples.values.row(row - 1)).any()) first = i;
    if (i - first >= kFewSamples) longest = std::max(longest, samples.times[i] - samples.times[first]);
  }
  return first == 0 ? 0 : longest;
}

// Gives samples without time stamps those of their rate; mends the stamps of others.
void mend_times(ReadSamples& read, const formats::TableDescription& table, double rate, const StreamOrigin& origin,
                Repairs& repairs) {
  if (!table.time.empty()) return mend_stamps(read, tick_of(table), origin, repairs);
  for (std::size_t i = 0; i < read.lines.size(); ++i) read.samples.times.push_back(static_cast<double>(i) / rate);
}

// Samples whose stamps increase and that have no gap that is too long.
struct Mended {
  TimedSamples samples;
  double cut_front = 0, cut_back = 0;  // seconds that were taken from the ends
};

// Applies the rules for stamps and gaps to values as the file has them. `columns` are named in messages.
Mended mended(ReadSamples read, const formats::TableDescription& table, const Placing& placing,
              const std::vector<std::string>& columns, const StreamOrigin& origin, Repairs& repairs) {
  mend_times(read, table, placing.rate, origin, repairs);
  const std::vector<double>& times = read.samples.times;
  const double begin = times.front();
  const double end = times.back();
  mend_gaps(read, placing.gaps, columns, origin, repairs);
  check_finite(origin.file, read.samples.values);
  const double cut_front = times.front() - begin;
  const double cut_back = end - times.back();
  return {std::move(read.samples), cut_front, cut_back};
}

// How many samples the grid of stamped samples has: as many as there are where the device has the rate that was
// declared, also by a clock of coarse ticks; else those that were lost count, too.
std::size_t grid_size(const std::vector<double>& times, double declared_rate) {
  constexpr double kApart = 0.1;
  const double rate = static_cast<double>(times.size() - 1) / (times.back() - times.front());
  const bool as_declared = declared_rate > 0 && std::abs(rate / declared_rate - 1) <= kApart;
  return as_declared ? times.size() : count_without_losses(times);
}

// The samples, in the units that clips have, at equal intervals.
Stream placed_in_time(Mended mended, const formats::TableDescription& table, const Placing& placing,
                      const StreamOrigin& origin) {
  TimedSamples& samples = mended.samples;
  const bool stamped = !table.time.empty();
  StreamMeasure measure;
  measure.declared_rate = placing.rate;
  if (stamped) measure.longest_gap = longest_interval(samples.times);
  for (double& time : samples.times) time += placing.start;
  Stream stream = stamped ? at_equal_intervals(samples, grid_size(samples.times, placing.rate))
                          : Stream{std::move(samples.values), samples.times.front(), samples.times.back()};
  if (stream.frames.rows() < 2 || stream.begin >= stream.end) {
    throw Error(ErrorKind::data, origin.file.string() + ": expected at least two different moments, found all at " +
                                     std::to_string(stream.begin) + " s");
  }
  const double length = stream.end - stream.begin;
  measure.length = length + mended.cut_front + mended.cut_back;
  if (stamped) measure.rate = static_cast<double>(stream.frames.rows() - 1) / length;
  stream.cut_front = mended.cut_front;
  stream.cut_back = mended.cut_back;
  stream.measures = {measure};
  return stream;
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
    fail_at_line(file, read.units_line,
                 "the file says that " + described[i].column + " is in " + *found + ", its description says " +
                     described[i].unit);
  }
  if (any_known || !read.units_row) return;
  fail_at_line(file, read.units_line,
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

// What its columns are called in messages: "WRIST_RIGHT.x".
std::vector<std::string> skeleton_columns_of(const SkeletonDescription& skeleton) {
  std::vector<std::string> names;
  for (const std::string& joint : skeleton.topology.joints) {
    for (int axis = 0; axis < joint_columns(skeleton); ++axis) {
      names.push_back(std::string(joint).append(".").append(1, "xyz"[axis]));
    }
  }
  return names;
}

// Frames in which every joint is at 0 are those that saw nobody: they are positions of nobody, and count as missing.
void mark_zero_frames(ReadSamples& read, const GapRule& gaps, const StreamOrigin& origin, Repairs& repairs) {
  std::int64_t zeros = 0;
  std::size_t first = 0;
  for (Index row = 0; row < read.samples.values.rows(); ++row) {
    if ((read.samples.values.row(row) != 0).any()) continue;
    if (zeros++ == 0) first = read.lines[static_cast<std::size_t>(row)];
    read.samples.values.row(row) = std::numeric_limits<float>::quiet_NaN();
  }
  if (zeros == 0) return;
  if (zeros == read.samples.values.rows()) {
    fail_at_line(origin.file, first,
                 "every joint of every frame is at 0: the camera saw nobody; leave the cell of this skeleton in "
                 "the manifest empty");
  }
  if (gaps.kind == GapRule::Kind::refuse) {
    fail_at_line(origin.file, first,
                 "every joint is at 0 in " + std::to_string(zeros) +
                     " frames, of which this is the first: the camera saw nobody; the description's key `gaps` "
                     "may say interpolate, or cut");
  }
  note_repair(repairs, "skeleton frames of zeros, where the camera saw nobody: taken as missing", origin.id, zeros);
}

// The median over the frames of the longest side of the box around the joints.
double median_extent(const Frames& frames, int dimensions) {
  std::vector<float> extents;
  for (Index frame = 0; frame < frames.rows(); ++frame) {
    float longest = 0;
    for (Index axis = 0; axis < dimensions; ++axis) {
      const Eigen::ArrayXf along = frames.row(frame)(Eigen::seq(axis, Eigen::last, 3)).transpose();
      longest = std::max(longest, along.maxCoeff() - along.minCoeff());
    }
    extents.push_back(longest);
  }
  return upper_median(std::move(extents));
}

Stream read_skeleton(const Recordings& all, const RecordingFiles& recording, Repairs& repairs) {
  const StreamOrigin origin{recording.skeleton[0], recording.id};
  const ManifestRow& row = *all.rows.at(recording.id);
  const formats::TableDescription& table = all.skeleton.table;
  const std::vector<std::string> columns = skeleton_columns_of(all.skeleton);
  formats::TextTable text = read_tables(recording.skeleton, table, columns.size() / recording.skeleton.size());
  check_units(origin.file, text, table, skeleton_units(all.skeleton, columns.size()));
  ReadSamples read{std::move(text.samples), std::move(text.lines)};
  mark_zero_frames(read, all.gaps, origin, repairs);
  const Placing placing{row.skeleton_rate > 0 ? row.skeleton_rate : table.rate, row.skeleton_start, all.gaps};
  Mended samples = mended(std::move(read), table, placing, columns, origin, repairs);
  samples.samples.values = skeleton_frames(samples.samples.values, all.skeleton);
  if (all.skeleton.shown_as) samples.samples.values = mapped_joints(samples.samples.values, all.skeleton.mapping);
  const double extent = median_extent(samples.samples.values, all.skeleton.topology.dimensions);
  const double hold = longest_hold(samples.samples);
  Stream stream = placed_in_time(std::move(samples), table, placing, origin);
  stream.measures[0].stream = "skeleton";
  stream.measures[0].stated_rate = text.stated_rate;
  stream.measures[0].names_zone = text.names_zone;
  stream.measures[0].extent = extent;
  stream.measures[0].longest_hold = hold;
  return stream;
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

// Where columns are taken in their order, a header that calls one by the name of another channel contradicts it: axes
// in another order, or the file of another sensor.
void check_names(const fs::path& file, const formats::TextTable& text, const SensorDescription& sensor) {
  constexpr std::array kUsual = {"ax", "ay", "az", "gx", "gy", "gz", "mx", "my", "mz"};
  const auto is_one = [](const std::string& name, const auto& list) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  if (!sensor.table.columns.empty()) return;
  for (std::size_t i = 0; i < text.names.size(); ++i) {
    const std::string name = compared_form(text.names[i]);
    const std::string& channel = sensor.channels[i];
    const bool is_another = is_one(name, sensor.channels) || (is_one(name, kUsual) && is_one(channel, kUsual));
    if (!is_another || name == compared_form(channel)) continue;
    fail_at_line(file, text.header_line,
                 "expected the channels of the description in their order, " + joined(sensor.channels) +
                     "; found a column " + config::quoted(text.names[i]) + " in the place of " + channel +
                     "; the key `columns` names those to read");
  }
}

// The median over the samples of the length of the first three accelerations, in g.
std::optional<double> median_magnitude(const Frames& values, const SensorDescription& sensor) {
  std::vector<Index> axes;
  for (std::size_t i = 0; i < sensor.units.size(); ++i) {
    if (is_acceleration(sensor.units[i]) && axes.size() < 3) axes.push_back(static_cast<Index>(i));
  }
  if (axes.size() < 3) return std::nullopt;
  const Eigen::ArrayXf lengths =
      (values.col(axes[0]).square() + values.col(axes[1]).square() + values.col(axes[2]).square()).sqrt();
  return upper_median(std::vector<float>(lengths.begin(), lengths.end()));
}

bool is_angular_rate(ChannelUnit unit) { return unit == ChannelUnit::deg_per_s || unit == ChannelUnit::rad_per_s; }

// Of the axes the highest 99th percentile of the angular rate, in deg/s.
std::optional<double> highest_angular_rate(const Frames& values, const SensorDescription& sensor) {
  std::optional<double> highest;
  for (std::size_t i = 0; i < sensor.units.size(); ++i) {
    if (!is_angular_rate(sensor.units[i])) continue;
    const Eigen::ArrayXf rates = values.col(static_cast<Index>(i)).abs();
    const auto place = static_cast<std::size_t>(99 * (rates.size() - 1) / 100);
    const float own = value_at(std::vector<float>(rates.begin(), rates.end()), place);
    highest = std::max(highest.value_or(0), static_cast<double>(own));
  }
  return highest;
}

// Others, such as a temperature, may stay the same for long.
bool shows_movement(const SensorDescription& sensor) {
  return std::any_of(sensor.units.begin(), sensor.units.end(),
                     [](ChannelUnit unit) { return is_acceleration(unit) || is_angular_rate(unit); });
}

// ---- labels in a sensor's file ---------------------------------------------------------------------------

constexpr float kUnlabeled = -1;

// The label of the samples of a run.
float label_of(const fs::path& file, const SensorDescription& sensor, const formats::LabelRun& run, std::size_t line) {
  const std::string word = stored_form(run.label);
  const auto at = [&](const std::vector<std::string>& words) { return std::find(words.begin(), words.end(), word); };
  if (word.empty() || at(sensor.no_label) != sensor.no_label.end()) return kUnlabeled;
  if (at(sensor.classes) != sensor.classes.end())
    return static_cast<float>(at(sensor.classes) - sensor.classes.begin());
  fail_at_line(file, line,
               "column " + sensor.table.label +
                   ": expected one of the description's classes, or one of no_label; found " + config::quoted(word) +
                   config::did_you_mean(word, sensor.classes));
}

// Makes labels a further column of values: rules for stamps and gaps then take each along with its sample.
void append_labels(const fs::path& file, const SensorDescription& sensor, const std::vector<formats::LabelRun>& runs,
                   ReadSamples& read) {
  Frames& values = read.samples.values;
  values.conservativeResize(Eigen::NoChange, values.cols() + 1);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::size_t end = i + 1 < runs.size() ? runs[i + 1].first : read.lines.size();
    const float label = label_of(file, sensor, runs[i], read.lines[runs[i].first]);
    values.col(values.cols() - 1)
        .segment(static_cast<Index>(runs[i].first), static_cast<Index>(end - runs[i].first))
        .setConstant(label);
  }
}

// Takes the column of labels off again. What it says of a sample holds until the next one.
std::vector<Annotation> take_labels(TimedSamples& samples, double start) {
  const Index column = samples.values.cols() - 1;
  std::vector<Annotation> annotations;
  float open = kUnlabeled;
  for (Index row = 0; row < samples.values.rows(); ++row) {
    const float label = samples.values(row, column);
    const double moment = samples.times[static_cast<std::size_t>(row)] + start;
    if (open != kUnlabeled) annotations.back().end = moment;
    if (label != open && label != kUnlabeled) annotations.push_back({moment, moment, static_cast<int>(label)});
    open = label;
  }
  samples.values.conservativeResize(Eigen::NoChange, column);
  if (!annotations.empty() && annotations.back().begin == annotations.back().end) annotations.pop_back();
  return annotations;
}

// Annotations of one of the streams by the clock of the recording. Where streams have no clocks, moments count from the
// beginning of the files, and all last as long as the first.
std::vector<Annotation> annotations_of(const Recordings& all, const std::vector<Stream>& streams,
                                       const Stream& labeled) {
  std::vector<Annotation> annotations = labeled.annotations;
  if (all.by_timestamps) return annotations;
  const Stream& first = streams.front();
  const double scale = (first.end - first.begin) / (labeled.end - labeled.begin);
  for (Annotation& annotation : annotations) {
    annotation.begin = (annotation.begin - labeled.begin) * scale + labeled.cut_front;
    annotation.end = (annotation.end - labeled.begin) * scale + labeled.cut_front;
  }
  return annotations;
}

// Brings the sensors of one recording to one span of time.
void align_sensors(const Recordings& all, const RecordingFiles& recording, std::vector<Stream>& streams) {
  std::vector<Stream*> pointers;
  for (Stream& stream : streams) pointers.push_back(&stream);
  if (all.by_timestamps) return cut_to_shared_span(recording.sensor, pointers);
  for (const Stream& stream : streams) {
    if (stream.cut_front == 0 && stream.cut_back == 0) continue;
    throw Error(ErrorKind::data, recording.sensor[0].string() +
                                     ": a gap is cut out of one of several sensors, which align: span cannot follow; "
                                     "align them by timestamps");
  }
}

Stream read_sensors(const Recordings& all, const RecordingFiles& recording, Repairs& repairs) {
  const ManifestRow& row = *all.rows.at(recording.id);
  std::vector<Stream> streams;
  std::vector<StreamMeasure> measures;
  std::size_t labeled = 0;
  for (std::size_t i = 0; i < all.sensors.size(); ++i) {
    const double rate = row.sensor_rate[i] > 0 ? row.sensor_rate[i] : all.sensors[i].table.rate;
    streams.push_back(read_sensor_file({recording.sensor[i], recording.id}, all.sensors[i],
                                       {rate, row.sensor_start[i], all.gaps}, repairs));
    measures.push_back(streams.back().measures[0]);
    if (!all.sensors[i].table.label.empty()) labeled = i;
  }
  std::vector<Annotation> annotations = annotations_of(all, streams, streams[labeled]);
  if (streams.size() > 1) align_sensors(all, recording, streams);
  Stream side = side_by_side(std::move(streams));
  side.measures = std::move(measures);
  side.annotations = std::move(annotations);
  return side;
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
      throw Error(ErrorKind::config, "data.sensors: expected some of " + joined(names) + ", found " +
                                         config::quoted(name) + config::did_you_mean(name, names));
    }
    chosen.push_back(description.sensors[static_cast<std::size_t>(found - names.begin())]);
  }
  const SensorDescription* const labeled = labeled_sensor(description.sensors);
  if (labeled != nullptr && labeled_sensor(chosen) == nullptr) {
    throw Error(ErrorKind::config, "data.sensors: expected also " + config::quoted(labeled->name) +
                                       ", whose files say in their column " + config::quoted(labeled->table.label) +
                                       " what was done");
  }
  return chosen;
}

std::vector<std::string> channels_of(const std::vector<SensorDescription>& sensors) {
  std::vector<SensorChannels> channels;
  for (const SensorDescription& sensor : sensors) channels.push_back({sensor.name, sensor.channels});
  return channel_names(channels);
}

// That channels are read in, see convert_channels.
std::vector<std::string> units_of(const std::vector<SensorDescription>& sensors) {
  std::vector<std::string> units;
  for (const SensorDescription& sensor : sensors) {
    for (const ChannelUnit unit : sensor.units) {
      units.push_back(is_acceleration(unit)   ? "g"
                      : is_angular_rate(unit) ? "deg/s"
                                              : channel_unit_words()[static_cast<std::size_t>(unit)]);
    }
  }
  return units;
}

SkeletonDescription no_skeleton() {
  SkeletonDescription none;
  none.topology.name = "none";
  return none;
}

// What all sensors have for `value`; 0 where there are none or they differ.
template <class Value>
double shared(const std::vector<SensorDescription>& sensors, const Value& value) {
  if (sensors.empty()) return 0;
  const auto same = [&](const SensorDescription& sensor) { return value(sensor) == value(sensors[0]); };
  return std::all_of(sensors.begin(), sensors.end(), same) ? value(sensors[0]) : 0;
}

DatasetInfo info_of(const RecordingsDescription& description, const Recordings& all) {
  DatasetInfo info;
  info.name = "generic";
  info.classes = all.manifest.classes;
  info.channels = channels_of(all.sensors);
  info.units = units_of(all.sensors);
  info.topology = all.skeleton.shown_as.value_or(all.skeleton.topology);
  info.rail = shared(all.sensors, [](const SensorDescription& sensor) { return sensor.rail; });
  info.skeleton_rate = all.skeleton.table.rate;
  info.sensor_rate = shared(all.sensors, [](const SensorDescription& sensor) { return sensor.table.rate; });
  info.subjects = all.manifest.subjects;
  info.trials = all.manifest.trials;
  info.scenes = all.manifest.scenes;
  info.cameras = all.manifest.cameras;
  if (description.train_subjects.empty()) return info;
  info.protocols = {{config::kCrossSubject, {SplitAxis::subjects, description.train_subjects}}};
  return info;
}

// The rule with the label of what is outside.
std::optional<WindowRule> windows_of(const RecordingsDescription& description, const Manifest& manifest) {
  std::optional<WindowRule> rule = description.windows;
  if (!rule || description.outside == OutsideWindows::drop) return rule;
  const char* const name = description.outside == OutsideWindows::as_class ? kOutsideClass : kNoLabel;
  const auto label = std::find(manifest.classes.begin(), manifest.classes.end(), name);
  if (label == manifest.classes.end()) {
    throw Error(ErrorKind::config, description.file.string() + ": classes: expected also " + name +
                                       ", which windows.outside: class needs");
  }
  rule->outside = static_cast<int>(label - manifest.classes.begin());
  return rule;
}

// Lines that pskd data init marked with CHECK.
std::vector<std::string> marked_lines(const fs::path& description) {
  std::vector<std::string> marked;
  std::istringstream text(read_file(description));
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (formats::trimmed(line).starts_with(kUnsure))
      marked.push_back(description.string() + ":" + std::to_string(number));
  }
  return marked;
}

// Those that decide what is read, beside the recordings.
std::vector<fs::path> files_of(const RecordingsDescription& description) {
  std::vector<fs::path> files = {description.file, description.manifest};
  if (!description.annotations.empty()) files.push_back(description.annotations);
  return files;
}

}  // namespace

Stream read_sensor_file(const StreamOrigin& origin, const SensorDescription& sensor, const Placing& placing,
                        Repairs& repairs) {
  formats::TextTable text = read_table(origin.file, sensor.table, sensor.channels.size());
  check_units(origin.file, text, sensor.table, sensor_units(sensor));
  check_names(origin.file, text, sensor);
  ReadSamples read{std::move(text.samples), std::move(text.lines)};
  const bool is_labeled = !sensor.table.label.empty();
  if (is_labeled) append_labels(origin.file, sensor, text.labels, read);
  Mended samples = mended(std::move(read), sensor.table, placing, sensor.channels, origin, repairs);
  std::vector<Annotation> annotations;
  if (is_labeled) annotations = take_labels(samples.samples, placing.start);
  convert_channels(origin.file, samples.samples.values, sensor, origin.id, repairs);
  const std::optional<double> magnitude = median_magnitude(samples.samples.values, sensor);
  const std::optional<double> angular_rate = highest_angular_rate(samples.samples.values, sensor);
  const double hold = shows_movement(sensor) ? longest_hold(samples.samples) : 0;
  Stream stream = placed_in_time(std::move(samples), sensor.table, placing, origin);
  stream.measures[0].stream = sensor.name;
  stream.measures[0].stated_rate = text.stated_rate;
  stream.measures[0].angular_rate = angular_rate;
  stream.measures[0].longest_hold = hold;
  stream.measures[0].names_zone = text.names_zone;
  stream.measures[0].magnitude = magnitude;
  stream.annotations = std::move(annotations);
  return stream;
}

Reader recordings_reader(const config::DataConfig& config) {
  refuse_other_choices(config, {DataChoice::description, DataChoice::sensors});
  const fs::path root = fs::weakly_canonical(config::resolve_data_path(config.root));
  const RecordingsDescription description =
      read_recordings_description(root / (config.description.empty() ? kDescriptionName : config.description));
  const auto all = std::make_shared<Recordings>();
  all->skeleton = description.skeleton.value_or(no_skeleton());
  all->sensors = chosen_sensors(config, description);
  all->by_timestamps = description.by_timestamps;
  all->gaps = description.gaps;
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
      .windows = windows_of(description, all->manifest),
      .estimates_offset = description.estimates_offset,
      .by_timestamps = description.by_timestamps,
      .beside = files_of(description),
      .unsure = marked_lines(description.file),
  };
}

}  // namespace pskd::data::readers
