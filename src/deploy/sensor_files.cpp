#include "deploy/sensor_files.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "config/node.hpp"
#include "data/file_error.hpp"
#include "data/formats/npy.hpp"
#include "data/readers/recordings/reader.hpp"
#include "data/readers/recordings/table_look.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"

namespace pskd::deploy {
namespace {

namespace fs = std::filesystem;
namespace formats = data::formats;
using data::readers::ChannelUnit;
using data::readers::SensorDescription;
using data::readers::TableLook;

constexpr const char *kPlain = "plain", *kDescribed = "described";

struct Format {
  const char *name, *extension;
};
// Of two with one extension, a file of another data set's model is of the latter.
constexpr std::array kFormats = {Format{"utd-mhad", ".mat"}, Format{"berkeley-mhad", ".txt"}, Format{"mmact", ".csv"},
                                 Format{kPlain, ".csv"},     Format{kPlain, ".tsv"},          Format{kPlain, ".npy"},
                                 Format{kPlain, ".npz"}};

/// Where the model's channels are among those of a file.
std::vector<int> columns_of(const std::vector<std::string>& wanted, const std::vector<std::string>& there,
                            const std::string& what) {
  return data::channel_columns(wanted, there, [&](const std::string&) {
    throw Error(ErrorKind::usage, what + " has the channels " + joined(there) + ", and the model needs " +
                                      joined(wanted) + "; give plain files with these columns");
  });
}

/// The model's columns of what a reader read. `rate`: of files without time stamps.
SensorRecording recording_of(const fs::path& file, const data::Stream& stream, const std::vector<int>& columns,
                             double rate, bool stamped) {
  if (stream.frames.rows() < 2) {
    throw Error(ErrorKind::data,
                file.string() + ": expected at least 2 samples, found " + std::to_string(stream.frames.rows()));
  }
  SensorRecording recording{data::Frames(stream.frames.rows(), static_cast<Eigen::Index>(columns.size())), rate,
                            stamped, stream.cut_front, stream.cut_back};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    recording.samples.col(static_cast<Eigen::Index>(i)) = stream.frames.col(columns[i]);
  }
  if (stamped) recording.rate = static_cast<double>(stream.frames.rows() - 1) / (stream.end - stream.begin);
  return recording;
}

/// A file that `sensor` describes; `rate` 0: it has time stamps, or nobody knows its rate.
SensorRecording read_as(const fs::path& file, const SensorDescription& sensor, const std::vector<int>& columns,
                        double rate, const data::GapRule& gaps, data::Repairs& repairs) {
  const double counted = rate > 0 ? rate : 1;  // where nobody knows, nothing is said of seconds
  const data::Stream stream =
      data::readers::read_sensor_file({file, file.filename().string()}, sensor, {counted, 0, gaps}, repairs);
  return recording_of(file, stream, columns, rate, !sensor.table.time.empty());
}

/// The described sensor that has these channels; of several the one of `names`, where the description has such names.
SensorDescription sensor_in(const data::readers::RecordingsDescription& description,
                            const std::vector<std::string>& channels, const std::vector<std::string>& names) {
  const auto is_in = [](const std::string& one, const std::vector<std::string>& all) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const bool tells = std::any_of(description.sensors.begin(), description.sensors.end(),
                                 [&](const SensorDescription& one) { return is_in(one.name, names); });
  std::vector<std::string> found;
  SensorDescription sensor;
  for (const SensorDescription& one : description.sensors) {
    const bool has_all = std::all_of(channels.begin(), channels.end(),
                                     [&](const std::string& channel) { return is_in(channel, one.channels); });
    if (!has_all || (tells && !is_in(one.name, names))) continue;
    found.push_back(one.name);
    sensor = one;
  }
  if (found.size() == 1) return sensor;
  const std::string needed = "the channels that the model needs: " + joined(channels);
  if (!found.empty()) {
    throw Error(ErrorKind::usage, description.file.string() + ": " + joined(found) + " have " + needed +
                                      "; give a description with only the one whose files these are");
  }
  const std::string which = tells ? "no sensor " + joined(names) + ", on which the model was trained," : "no sensor";
  throw Error(ErrorKind::usage, description.file.string() + ": " + which + " has " + needed);
}

/// The unit of that word; nothing where there is none.
std::optional<ChannelUnit> unit_called(const std::string& word) {
  const std::vector<std::string>& words = data::readers::channel_unit_words();
  const auto known = std::find(words.begin(), words.end(), word);
  if (known == words.end()) return std::nullopt;
  return static_cast<ChannelUnit>(known - words.begin());
}

/// The unit that a plain file states for one of its columns; nothing where it states none.
std::optional<ChannelUnit> stated_unit(const TableLook& look, const std::string& column) {
  const auto at = std::find(look.columns.begin(), look.columns.end(), column);
  if (at == look.columns.end()) return std::nullopt;
  const auto word = data::readers::unit_word(look.units[static_cast<std::size_t>(at - look.columns.begin())]);
  return word ? unit_called(*word) : std::nullopt;
}

void require_columns(const fs::path& file, const std::vector<std::string>& wanted, const TableLook& look) {
  std::vector<std::string> there = look.columns;
  there.insert(there.end(), look.others.begin(), look.others.end());
  for (const std::string& column : wanted) {
    if (std::find(there.begin(), there.end(), column) != there.end()) continue;
    data::fail(file, "expected a column called " + config::quoted(column) + ", found the columns " + joined(there) +
                         "; --description names the file that says what they are, as `pskd data init` writes it");
  }
}

/// The channels of a plain file: its columns of their names, or in their order where it has no names. `unit`: of
/// accelerations, as the user says.
SensorDescription plain_sensor(const fs::path& file, const SensorInput& input, std::optional<ChannelUnit> unit) {
  const std::vector<std::string>& channels = input.channels;
  SensorDescription sensor;
  sensor.name = kPlain;
  sensor.channels = channels;
  for (const std::string& word : input.units) {
    const ChannelUnit trained = unit_called(word).value_or(ChannelUnit::none);
    sensor.units.push_back(unit && is_acceleration(trained) ? *unit : trained);
    sensor.scales.push_back(1);
  }
  if (formats::is_numpy_file(file)) return sensor;
  const TableLook look = data::readers::look_at_table(file);
  sensor.table = look.table;
  sensor.table.label.clear();
  sensor.table.columns = look.table.header ? channels : look.columns;
  require_columns(file, sensor.table.columns, look);
  if (sensor.table.columns.size() != channels.size()) {
    data::fail(file, "expected columns for " + joined(channels) + ", perhaps after time stamps, found " +
                         std::to_string(look.columns.size()) +
                         "; with their names in a first line they may lie in any order");
  }
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const auto stated = stated_unit(look, sensor.table.columns[i]);
    if (stated && !unit && is_acceleration(*stated) == is_acceleration(sensor.units[i])) sensor.units[i] = *stated;
  }
  return sensor;
}

}  // namespace

std::vector<std::string> sensor_formats() { return {"utd-mhad", "berkeley-mhad", "mmact", kPlain}; }

SensorFiles::SensorFiles(const ModelFile& model, ReadOptions options) : options_(std::move(options)) {
  if (!model.sensor) throw Error(ErrorKind::usage, "the model does not see the sensor");
  sensor_ = *model.sensor;
  data_set_ = model.data_set;
  if (options_.description.empty()) return;
  if (!options_.format.empty()) {
    throw Error(ErrorKind::usage, "--description says how files are read, and so does --reader; give one of them");
  }
  if (options_.unit) throw Error(ErrorKind::usage, "--unit: the description says the units");
  options_.format = kDescribed;
  readers_[kDescribed] = described_reader();
}

SensorRecording SensorFiles::read(const fs::path& file, data::Repairs& repairs) {
  const std::string format = format_of(file);
  Read& reader = readers_[format];
  if (!reader) reader = reader_of(format);
  try {
    return reader(file, repairs);
  } catch (const Error& error) {
    const bool is_guessed = options_.format.empty() && format != kPlain && format != data_set_;
    if (!is_guessed || error.kind() != ErrorKind::data) throw;
    throw Error(error.kind(), std::string(error.what()) + "; by its name it was read as a file of " + format +
                                  ": --reader plain reads a table with a column for each channel");
  }
}

std::string SensorFiles::format_of(const fs::path& file) const {
  if (!options_.format.empty()) return options_.format;
  std::string by_extension;
  const std::string extension = extension_of(file);
  for (const Format& format : kFormats) {
    if (extension != format.extension) continue;
    if (format.name == data_set_) return format.name;
    by_extension = format.name;
  }
  if (!by_extension.empty()) return by_extension;
  throw Error(ErrorKind::data,
              file.string() +
                  ": expected a file .mat (utd-mhad), .txt (berkeley-mhad), .csv, .tsv, .npy or .npz; --reader says "
                  "what it is under another name");
}

SensorFiles::Read SensorFiles::reader_of(const std::string& format) const {
  if (format == kPlain) return plain_reader();
  if (options_.unit) throw Error(ErrorKind::usage, "--unit is of plain files; those of " + format + " have their own");
  return data_set_reader(format);
}

SensorFiles::Read SensorFiles::data_set_reader(const std::string& name) const {
  config::DataConfig config;
  config.name = name;
  if (name == data_set_) config.sensors = sensor_.sensors;
  if (config.sensors.size() > 1) {
    throw Error(ErrorKind::usage, "the model sees " + joined(config.sensors) + ", and a file of " + name +
                                      " holds one of them; give plain files with the columns " +
                                      joined(sensor_.channels));
  }
  const data::Reader reader = data::readers::make_reader(config);
  const std::vector<int> columns = columns_of(sensor_.channels, reader.info.channels, "a file of " + name);
  const double rate = options_.rate > 0 ? options_.rate : reader.info.sensor_rate;
  return [reader, columns, rate](const fs::path& file, data::Repairs& repairs) {
    data::RecordingFiles files;
    files.id = file.filename().string();
    files.sensor = {file};
    const data::Stream stream = reader.read_sensor(files, repairs);
    return recording_of(file, stream, columns, rate, stream.end > stream.begin);
  };
}

SensorFiles::Read SensorFiles::plain_reader() const {
  if (options_.unit && std::find(sensor_.units.begin(), sensor_.units.end(), "g") == sensor_.units.end()) {
    throw Error(ErrorKind::usage, "--unit is of accelerations, and the model sees none: its channels are " +
                                      joined(sensor_.channels) + " in " + joined(sensor_.units) +
                                      "; files of pskd 0.9.0 do not say units: export the run again");
  }
  std::vector<int> columns(sensor_.channels.size());
  std::iota(columns.begin(), columns.end(), 0);
  return [input = sensor_, columns, unit = options_.unit, rate = options_.rate](const fs::path& file,
                                                                                data::Repairs& repairs) {
    const SensorDescription sensor = plain_sensor(file, input, unit);
    const double known = rate > 0 ? rate : sensor.table.rate > 0 ? sensor.table.rate : input.rate;
    return read_as(file, sensor, columns, known, {}, repairs);
  };
}

SensorFiles::Read SensorFiles::described_reader() const {
  const auto description = data::readers::read_recordings_description(options_.description);
  // Other data sets have other names for their sensors.
  const bool is_own = data::readers::dataset_name(data_set_) == "generic";
  SensorDescription described =
      sensor_in(description, sensor_.channels, is_own ? sensor_.sensors : std::vector<std::string>{});
  const std::vector<int> columns = columns_of(sensor_.channels, described.channels, described.name);
  const double rate = options_.rate > 0 ? options_.rate : described.table.rate;
  if (!described.table.columns.empty()) described.table.label.clear();  // new recordings need not have that column
  return
      [sensor = std::move(described), columns, rate, gaps = description.gaps](
          const fs::path& file, data::Repairs& repairs) { return read_as(file, sensor, columns, rate, gaps, repairs); };
}

}  // namespace pskd::deploy
