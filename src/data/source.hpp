// How a data set's folder is listed and its files are read: one Source for each data set.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pskd/base/error.hpp"
#include "pskd/data/clip.hpp"
#include "pskd/data/dataset.hpp"

namespace pskd {

/// Thrown by readers: the file is sound, its values are not.
class NotFinite : public Error {
 public:
  NotFinite(const std::string& message, std::int64_t values) : Error(ErrorKind::data, message), values_(values) {}
  std::int64_t values() const { return values_; }

 private:
  std::int64_t values_;
};

/// The files of one recording.
struct RecordingFiles {
  int label = 0;
  int subject = 0;
  int trial = 0;
  std::optional<std::filesystem::path> skeleton;
  std::optional<std::filesystem::path> sensor;
};

struct FolderListing {
  std::vector<RecordingFiles> recordings;  ///< sorted by label, subject, trial
  std::vector<BrokenFile> unexpected;      ///< files whose name says nothing
};

struct Source {
  DatasetInfo info;
  std::string layout;  ///< one line: the files expected under the root
  FolderListing (*list)(const std::filesystem::path& root);
  Frames (*read_skeleton)(const std::filesystem::path& file);
  Frames (*read_sensor)(const std::filesystem::path& file);
  std::string (*clip_id)(int label, int subject, int trial);
};

/// Throws Error(config) listing the known names.
const Source& find_source(const std::string& name);

/// The listing of `root`. Throws Error(data) when the folder is missing or holds no recording.
FolderListing list_recordings(const Source& source, const std::filesystem::path& root);

Source utd_mhad_source();

}  // namespace pskd
