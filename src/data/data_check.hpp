// The data sets by name, the strict reader over a whole folder, and the data check.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/data/clip.hpp"

namespace pskd {

/// What the data set of `config` is. Throws Error(config) listing the known names, or naming an option that the data
/// set does not have.
DatasetInfo dataset_info(const DataConfig& config);

/// Acceleration this close to the sensor's rail, in g, counts as on it.
inline constexpr double kRailMargin = 0.01;

struct BrokenFile {
  std::filesystem::path file;
  std::string problem;  ///< what was expected and what was found
};

/// What readers put right by one rule: how many values, frames or files, and in which clips.
struct Repair {
  std::int64_t count = 0;
  std::vector<std::string> clips;
};
/// By rule, e.g. "acceleration beyond the rail of 2 g: clipped to it".
using Repairs = std::map<std::string, Repair>;
void note_repair(Repairs& repairs, const std::string& rule, const std::string& clip, std::int64_t count = 1);

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
  Repairs repairs;                                              ///< what the data set's rules changed or left out
  std::int64_t rail_samples = 0;  ///< acceleration values on the sensor's rail, in the complete clips
  std::int64_t non_finite = 0;    ///< values that are NaN or infinite; their files are listed as broken
};

/// Reads everything in the folder of `config`. Throws Error(data) when it is missing or holds no file of the data set.
DataCheck check_dataset(const DataConfig& config);

/// For people: counts by subject and class, lengths, what is missing, broken or double.
std::string describe(const DataCheck& check);
/// For programs: the same as JSON.
std::string to_json(const DataCheck& check);

/// All paired clips of that folder. Throws Error(data) naming every broken file, and every clip that lacks a modality
/// though its data set has no such gap; and when no clip is left.
Dataset read_dataset(const DataConfig& config);

}  // namespace pskd
