// The data check: what lies in a data set's folder; and the strict reading of all of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/clock_offset.hpp"
#include "data/reader.hpp"
#include "data/repairs.hpp"
#include "data/stream_summary.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data {

/// Acceleration this close to the sensor's rail, in g, counts as on it.
inline constexpr double kRailMargin = 0.01;

/// What lies in a data set's folder. Nothing is thrown for a bad file: it is listed. `missing` is counted against the
/// grid of the actions, subjects and trials that occur in the folder, so that a smaller set (a synthetic one) is
/// complete in itself.
struct DataCheck {
  DatasetInfo info;
  std::filesystem::path root;
  std::vector<Clip> clips;           ///< complete ones, and those of one modality where the reader uses them
  std::vector<BrokenFile> broken;    ///< unreadable, wrong shape, not finite, unexpected name
  std::vector<std::string> missing;  ///< recordings of the full grid absent in both modalities
  std::vector<std::pair<std::string, std::string>> duplicates;  ///< clips with equal content
  /// Clips with equal content and different labels; they are among the duplicates.
  std::vector<std::pair<std::string, std::string>> two_labels;
  std::vector<std::vector<std::string>> alike_classes;  ///< names that a reader takes for one, see base/unicode.hpp
  std::vector<std::vector<std::string>> alike_subjects;
  std::size_t left_by_systems = 0;             ///< files and folders that is_left_by_system names, ignored
  Repairs repairs;                             ///< what the data set's rules changed or left out
  std::vector<StreamSummary> streams;          ///< of readers that measure them
  ConstantStreams constant;                    ///< among the complete clips
  std::string incomplete;                      ///< what of a published data set is not there, see missing_of_published
  std::map<std::string, ClockOffset> offsets;  ///< by recording, where they are aligned by time stamps and long enough
  bool offsets_are_mended = false;             ///< whether the reader puts them right
  bool by_timestamps = false;                  ///< the reader's rule of alignment
  std::vector<std::string> unsure;             ///< the reader's
  std::int64_t rail_samples = 0;               ///< acceleration values on the sensor's rail, in the complete clips
  std::int64_t non_finite = 0;                 ///< values that are NaN or infinite; their files are listed as broken
};

/// Reads everything below `root`. Throws Error(data) when it is missing or holds no file of the data set.
DataCheck check_recordings(const Reader& reader, const std::filesystem::path& root);
/// Reads the recordings of `listing`, which list_recordings returned for `root`.
DataCheck check_recordings(const Reader& reader, const std::filesystem::path& root, FolderListing listing);

/// The clips of a check, also those of one modality. Throws Error(data) naming every broken file, and when no clip is
/// left.
Dataset complete_dataset(DataCheck check);

}  // namespace pskd::data
