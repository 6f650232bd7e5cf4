// The data sets by name, the strict reader over a whole folder, and the data check.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "pskd/data/clip.hpp"

namespace pskd {

/// Acceleration of at least this size, in g, counts as on the rail of a +-8 g sensor.
inline constexpr float kRailG = 7.99F;

/// Throws Error(config) listing the known names.
DatasetInfo dataset_info(const std::string& name);

struct BrokenFile {
  std::filesystem::path file;
  std::string problem;  ///< what was expected and what was found
};

/// What lies in a data set's folder. Nothing is thrown for a bad file: it is listed. `missing` is counted against the
/// grid of the actions, subjects and trials that occur in the folder, so that a smaller set (a synthetic one) is
/// complete in itself.
struct DataCheck {
  DatasetInfo info;
  std::filesystem::path root;
  std::vector<Clip> clips;               ///< complete ones
  std::vector<BrokenFile> broken;        ///< unreadable, wrong shape, not finite, unexpected name
  std::vector<std::string> missing;      ///< recordings of the full grid absent in both modalities
  std::vector<std::string> no_skeleton;  ///< sensor file without skeleton file
  std::vector<std::string> no_sensor;    ///< skeleton file without sensor file
  std::vector<std::pair<std::string, std::string>> duplicates;  ///< clips with equal content
  std::int64_t rail_samples = 0;  ///< acceleration values on the sensor's rail, in the complete clips
  std::int64_t non_finite = 0;    ///< values that are NaN or infinite; their files are listed as broken
};

/// Reads everything under `root`. Throws Error(data) when the folder is missing or holds no file of the data set.
DataCheck check_dataset(const std::string& name, const std::filesystem::path& root);

/// For people: counts by subject and class, lengths, what is missing, broken or double.
std::string describe(const DataCheck& check);
/// For programs: the same as JSON.
std::string to_json(const DataCheck& check);

/// All paired clips of a folder. Throws Error(data) naming every broken file, and every clip with one modality only.
Dataset read_dataset(const std::string& name, const std::filesystem::path& root);

}  // namespace pskd
