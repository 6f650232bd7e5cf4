// How a data set's folder is listed and its files are read: one Reader for each data set.
#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "data/alignment.hpp"
#include "data/repairs.hpp"
#include "data/windows.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/experiment.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data {

/// The files of one recording.
struct RecordingFiles {
  std::string id;
  int label = 0;
  Name subject = 0;
  Name trial = 0;
  Name scene = 0;
  Name camera = 0;
  std::vector<std::filesystem::path> skeleton;  ///< empty: absent
  std::vector<std::filesystem::path> sensor;    ///< empty: absent
  bool continuous = false;  ///< whether it is cut into clips: into windows where the reader has a rule, else by these
  std::vector<Annotation> annotations = {};
  bool labeled_by_sensor = false;  ///< whether the sensor's stream has the annotations, which is known when it is read
};

struct BrokenFile {
  std::filesystem::path file;
  std::string problem;  ///< what was expected and what was found
};

struct FolderListing {
  std::vector<RecordingFiles> recordings;  ///< sorted by label, subject, scene, trial, camera
  std::vector<BrokenFile> unexpected;      ///< files whose name says nothing
};

/// What reads one data set. Made by its function in data/readers, see data/readers/registry.hpp.
struct Reader {
  DatasetInfo info;
  std::string layout;                               ///< one line: the files expected under the root
  std::vector<std::filesystem::path> folders = {};  ///< that must be there, below the root
  std::function<FolderListing(const std::filesystem::path& root)> list;
  /// One modality of a recording that has its files: frames and the span of time they cover. Throws Error(data), its
  /// message beginning with the file; an empty Stream: nothing was recorded, as a rule noted in Repairs says.
  std::function<Stream(const RecordingFiles&, Repairs&)> read_skeleton;
  std::function<Stream(const RecordingFiles&, Repairs&)> read_sensor;
  /// Names a recording of the full grid of labels, subjects and trials; none where the data set is no such grid.
  std::function<std::string(int label, const Name& subject, const Name& trial)> grid_id = nullptr;
  /// Names of that grid of which it is known that they were never published.
  std::vector<std::string> never_published = {};
  std::optional<WindowRule> windows = {};  ///< of continuous recordings
  bool estimates_offset = false;           ///< whether a sensor's clock is put right where that is sure
  bool by_timestamps = false;              ///< streams are cut to the span of time they share; else each is the span
  std::vector<std::filesystem::path> beside = {};  ///< further files that decide what is read, such as a description
  std::vector<std::string> unsure = {};            ///< "file:line" of what data init proposed and nobody has looked at
};

/// The recordings below `root`. Throws Error(data) when it is missing or holds no recording.
FolderListing list_recordings(const Reader& source, const std::filesystem::path& root);

/// Whether a file or folder, by its name, is what a system left there unasked: __MACOSX, ._*, .DS_Store of macOS,
/// Thumbs.db, desktop.ini, $RECYCLE.BIN, ~$* of Windows, @eaDir of a file server.
bool is_left_by_system(const std::filesystem::path& entry);

/// Whether a file or folder is no part of a data set: a hidden one, or one that a system left there.
bool is_hidden(const std::filesystem::path& entry);

/// Where `expected`, which is not in `folder`, lies instead, to end a message: "; found ..., whose name differs in case
/// ...: rename it", or "; found it in ...: `remedy`" for a folder up to two levels deeper (of about 1,000) or the
/// parent; "; what has that name is a folder" where it is another thing; nothing where it is nowhere near.
std::string found_instead(const std::filesystem::path& folder, const std::filesystem::path& expected,
                          const std::string& remedy);
/// The remedy for what data.root should have led to.
constexpr const char* kNameThatFolder = "data.root should name that folder";

/// What a config can choose of a data set, by the key of that name under `data`.
enum class DataChoice { sensors, skeleton, cameras, classes, description };

/// Throws Error(config) when a choice of `config` is given that is not in `offered`: the data set has no such choice.
void refuse_other_choices(const config::DataConfig& config, std::initializer_list<DataChoice> offered);

/// 1, 2, ..., last.
std::vector<Name> from_one_to(int last);

struct SensorChannels {
  std::string sensor;
  std::vector<std::string> channels;
};
/// The names of all channels: the sensor's own for one sensor, else h01_ax, ...
std::vector<std::string> channel_names(const std::vector<SensorChannels>& sensors);

}  // namespace pskd::data
