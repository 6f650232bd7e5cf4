// A user's own recordings: a YAML description says what the columns of their CSV files are, a manifest lists the files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/formats/text_table.hpp"
#include "data/gaps.hpp"
#include "data/readers/recordings/joint_mapping.hpp"
#include "data/readers/recordings/table_file.hpp"
#include "data/readers/recordings/units.hpp"
#include "data/windows.hpp"
#include "pskd/data/topology.hpp"

namespace pskd::data::readers {

inline constexpr const char* kDescriptionName = "dataset.yaml";  ///< unless a config says another one

inline constexpr double kMinRate = 0.01, kMaxRate = 1e6;  ///< Hz, of a stream

inline constexpr const char* kUnsure = "# CHECK";  ///< with which data init marks what it could not tell

enum class UpAxis { y, z, minus_y };  ///< the axis that points up in the file; read skeletons have y up

struct SkeletonDescription {
  formats::TableDescription table;
  Topology topology;
  std::vector<std::string> joint_files;  ///< ends of the names of one file for each joint; empty: one file has all
  std::optional<Topology> shown_as;      ///< what clips have instead, by names
  JointMapping mapping;                  ///< to it
  LengthUnit unit = LengthUnit::m;
  double scale = 1;             ///< what the values in the file are multiplied by to be in `unit`
  double meters_per_pixel = 0;  ///< of unit px
  UpAxis up = UpAxis::y;
  bool confidence = false;  ///< 2-D: whether a third column of each joint is the confidence; else it is 1
};

/// Columns of one joint in a file.
inline int joint_columns(const SkeletonDescription& skeleton) {
  return skeleton.topology.dimensions == 3 || skeleton.confidence ? 3 : 2;
}

struct SensorDescription {
  std::string name;
  formats::TableDescription table;
  std::vector<std::string> channels;
  std::vector<ChannelUnit> units;     ///< of each channel
  std::vector<double> scales;         ///< what the values of each channel are multiplied by to be in its unit
  double rail = 0;                    ///< g; accelerations beyond it are clipped to it; 0: not known
  std::vector<std::string> classes;   ///< those of the description
  std::vector<std::string> no_label;  ///< what that column says, besides nothing, where there is no label
};

/// What becomes of windows without annotation.
enum class OutsideWindows { drop, as_class, unlabeled };

struct RecordingsDescription {
  std::filesystem::path file;        ///< the description itself
  std::filesystem::path manifest;    ///< CSV file that lists the recordings
  std::vector<std::string> classes;  ///< by label; empty: those of the manifest, sorted
  std::vector<Name> train_subjects;  ///< of the cross-subject protocol; empty: there is none
  bool by_timestamps = false;        ///< the rule of alignment: timestamps, else span
  std::string align_at;              ///< "file:line" of that rule
  GapRule gaps;
  bool estimates_offset = false;
  std::filesystem::path annotations;  ///< CSV file that says who did what when; empty: there is none
  std::optional<WindowRule> windows;  ///< of continuous recordings
  OutsideWindows outside = OutsideWindows::drop;
  std::optional<SkeletonDescription> skeleton;  ///< none: no camera recorded
  std::vector<SensorDescription> sensors;       ///< empty: there is a skeleton
};

/// The sensor whose files say in a column what was done; nullptr: none.
const SensorDescription* labeled_sensor(const std::vector<SensorDescription>& sensors);

/// The words of a description for formats::Separator, in the enum's order.
const std::vector<std::string>& separator_words();

/// Throws one Error(config) that lists all problems with file:line and key, Error(data) when the file is not there.
RecordingsDescription read_recordings_description(const std::filesystem::path& file);

}  // namespace pskd::data::readers
