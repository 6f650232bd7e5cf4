// Sensor files in every format that the readers of data sets know, and plain ones, CSV or NumPy: one recording each, as
// a model sees it.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/readers/recordings/units.hpp"
#include "data/repairs.hpp"
#include "deploy/model_file.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::deploy {

struct SensorRecording {
  data::Frames samples;                ///< [T, channels of the model], T >= 2, at equal intervals; in g and deg/s
  double rate = 0;                     ///< Hz; 0: not known
  bool stamped = false;                ///< whether the rate is that of the file's own time stamps
  double cut_front = 0, cut_back = 0;  ///< what a rule for gaps took from the ends of the file, seconds
};

/// How files are read.
struct ReadOptions {
  std::string format = {};                 ///< one of sensor_formats(); empty: by the file's name
  std::filesystem::path description = {};  ///< of own recordings, which says what their files hold; empty: none
  double rate = 0;  ///< Hz, of files without time stamps; 0: that of the file, of the data set or of the model
  std::optional<data::readers::ChannelUnit> unit = {};  ///< of accelerations in plain files; none: the file's, else g
};

/// utd-mhad, berkeley-mhad, mmact and plain.
std::vector<std::string> sensor_formats();

/// Reads files for one model. By its name, a file is of the model's own data set where it has that extension, else of
/// the format that has it.
class SensorFiles {
 public:
  /// Throws Error(usage) where the model does not see the sensor, Error(config) and Error(data) for a description.
  SensorFiles(const ModelFile& model, ReadOptions options);

  /// What the readers put right is noted in `repairs`. Throws Error(data) or Error(io) naming the file, Error(usage)
  /// where files of its format cannot have what the model needs.
  SensorRecording read(const std::filesystem::path& file, data::Repairs& repairs);

 private:
  using Read = std::function<SensorRecording(const std::filesystem::path&, data::Repairs&)>;
  std::string format_of(const std::filesystem::path& file) const;
  Read reader_of(const std::string& format) const;
  Read data_set_reader(const std::string& name) const;
  Read plain_reader() const;
  Read described_reader() const;

  SensorInput sensor_;
  std::string data_set_;  ///< that the model was trained on
  ReadOptions options_;
  std::map<std::string, Read> readers_;  ///< by format, once it was needed
};

}  // namespace pskd::deploy
