// The manifest of a user's own recordings: a CSV file with one line for each.
#pragma once

#include <string>
#include <vector>

#include "data/reader.hpp"
#include "data/readers/recordings/description.hpp"

namespace pskd::data::readers {

struct ManifestRow {
  RecordingFiles files;  ///< paths as the manifest says, relative ones made to lie beside it; sensors in their order
  std::size_t line = 0;  ///< in the manifest, from 1
  double skeleton_start = 0;         ///< seconds
  std::vector<double> sensor_start;  ///< seconds, of each sensor
  double skeleton_rate = 0;          ///< Hz; 0: as the description says
  std::vector<double> sensor_rate;   ///< Hz, of each sensor; 0: as the description says
};

struct Manifest {
  std::vector<ManifestRow> rows;                        ///< sorted by label, subject, scene, trial, camera, id
  std::vector<std::string> classes;                     ///< by label; kNoLabel is the last where a label is missing
  std::vector<Name> subjects, trials, scenes, cameras;  ///< that occur; scenes and cameras empty without their column
};

/// Columns: id, subject, skeleton where the description has one, and one for each of `sensors` (a single one may be
/// called `sensor`); a recording may lack either, but not both. Optional: label, trial, scene, camera; skeleton_rate
/// and <sensor>_rate (of a single sensor also `rate`), where devices differ; and, where streams are aligned by
/// timestamps, skeleton_start and <sensor>_start; start and end of the part of a recording that a line means, which the
/// lines of the description's annotations say, too: seconds by the clock of its time stamps, or from its beginning
/// where streams are aligned by their span. A recording of which parts are known, or windows are wanted, is continuous.
/// Files lie in `root`, the folder of the data set, or beside the manifest. Throws Error(data) naming line and column,
/// Error(config) when the description's rule of alignment needs what is not there.
Manifest read_manifest(const RecordingsDescription& description, const std::vector<SensorDescription>& sensors,
                       const std::filesystem::path& root);

}  // namespace pskd::data::readers
