#include "data/data_check.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include "base/unicode.hpp"
#include "data/alignment.hpp"
#include "data/finite.hpp"
#include "data/reader.hpp"

namespace pskd::data {
namespace {

using Paths = std::vector<std::filesystem::path>;

// Readers' messages begin with the file, which BrokenFile has apart.
BrokenFile broken_file(const Paths& files, const Error& error) {
  const std::string message = error.what();
  for (const std::filesystem::path& file : files) {
    const std::string prefix = file.string() + ": ";
    if (message.compare(0, prefix.size(), prefix) == 0) return {file, message.substr(prefix.size())};
  }
  return {files.front(), message};
}

// One modality of a recording, or nothing when it is absent or broken, which `check` then says.
std::optional<Stream> read_checked(const std::function<Stream(const RecordingFiles&, Repairs&)>& read,
                                   const RecordingFiles& recording, const Paths& files, DataCheck& check) {
  if (files.empty()) return std::nullopt;
  try {
    return read(recording, check.repairs);
  } catch (const NotFinite& error) {
    check.non_finite += error.values();
    check.broken.push_back(broken_file(files, error));
  } catch (const Error& error) {
    check.broken.push_back(broken_file(files, error));
  }
  return std::nullopt;
}

void note_absent(const Reader& reader, const RecordingFiles& files, DataCheck& check) {
  const bool known = reader.may_lack_partner(files);
  const auto note = [&](const char* modality, std::vector<std::string>& absent) {
    if (!known) return absent.push_back(files.id);
    note_repair(check.repairs, std::string("no ") + modality + " file in the data set: recording left out", files.id);
  };
  if (files.skeleton.empty()) note("skeleton", check.no_skeleton);
  if (files.sensor.empty()) note("sensor", check.no_sensor);
}

// Cuts both streams to the span of time they share; false when there is none, which `check` then says.
bool aligned_by_timestamps(const RecordingFiles& recording, Stream& skeleton, Stream& sensor, DataCheck& check) {
  const Paths files = {recording.skeleton.front(), recording.sensor.front()};
  try {
    cut_to_shared_span(files, {&skeleton, &sensor});
    return true;
  } catch (const Error& error) {
    check.broken.push_back(broken_file(files, error));
    return false;
  }
}

void read_recording(const Reader& reader, const RecordingFiles& files, DataCheck& check) {
  Clip clip;
  clip.id = files.id;
  clip.subject = files.subject;
  clip.trial = files.trial;
  clip.scene = files.scene;
  clip.camera = files.camera;
  clip.label = files.label;
  note_absent(reader, files, check);
  auto skeleton = read_checked(reader.read_skeleton, files, files.skeleton, check);
  auto sensor = read_checked(reader.read_sensor, files, files.sensor, check);
  if (!skeleton || !sensor || skeleton->frames.rows() == 0 || sensor->frames.rows() == 0) return;
  if (reader.by_timestamps && !aligned_by_timestamps(files, *skeleton, *sensor, check)) return;
  clip.skeleton = std::move(skeleton->frames);
  clip.sensor = std::move(sensor->frames);
  clip.hash = clip_hash(clip);
  check.clips.push_back(std::move(clip));
}

std::vector<std::string> missing_recordings(const Reader& reader, const std::vector<RecordingFiles>& recordings) {
  if (!reader.grid_id) return {};
  std::set<int> labels;
  std::set<Name> subjects;
  std::set<Name> trials;
  std::set<std::string> present;
  for (const RecordingFiles& files : recordings) {
    labels.insert(files.label);
    subjects.insert(files.subject);
    trials.insert(files.trial);
    present.insert(files.id);
  }
  std::vector<std::string> missing;
  for (const int label : labels) {
    for (const Name& subject : subjects) {
      for (const Name& trial : trials) {
        std::string id = reader.grid_id(label, subject, trial);
        if (present.count(id) == 0) missing.push_back(std::move(id));
      }
    }
  }
  return missing;
}

void note_duplicates(DataCheck& check) {
  std::map<std::string, const Clip*> first;  // by hash
  for (const Clip& clip : check.clips) {
    const auto [seen, inserted] = first.emplace(clip.hash, &clip);
    if (inserted) continue;
    check.duplicates.emplace_back(seen->second->id, clip.id);
    if (seen->second->label != clip.label) check.two_labels.emplace_back(seen->second->id, clip.id);
  }
}

std::size_t count_left_by_systems(const std::filesystem::path& root) {
  std::size_t count = 0;
  std::error_code unreadable;
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  for (std::filesystem::recursive_directory_iterator at(root, options, unreadable), end; at != end;
       at.increment(unreadable)) {
    if (is_left_by_system(at->path())) {
      at.disable_recursion_pending();
      ++count;
    }
    if (unreadable) break;
  }
  return count;
}

// ax, or h02_ax: angular rates have no rail in g.
bool is_acceleration(const std::string& channel) { return channel.size() >= 2 && channel[channel.size() - 2] == 'a'; }

std::int64_t count_rail_samples(const DatasetInfo& info, const std::vector<Clip>& clips) {
  if (info.rail == 0) return 0;
  const auto rail = static_cast<float>(info.rail - kRailMargin);
  std::int64_t count = 0;
  for (std::size_t channel = 0; channel < info.channels.size(); ++channel) {
    if (!is_acceleration(info.channels[channel])) continue;
    for (const Clip& clip : clips) {
      count += (clip.sensor.col(static_cast<Eigen::Index>(channel)).abs() >= rail).count();
    }
  }
  return count;
}

void refuse_broken(const DataCheck& check) {
  std::string problems;
  for (const BrokenFile& file : check.broken) {
    problems += "\n  " + file.file.string() + ": " + file.problem;
  }
  for (const std::string& id : check.no_skeleton) problems += "\n  " + id + ": the skeleton file is absent";
  for (const std::string& id : check.no_sensor) problems += "\n  " + id + ": the sensor file is absent";
  if (problems.empty()) return;
  throw Error(ErrorKind::data, "the recordings in " + check.root.string() +
                                   " cannot be used; obtain these files again or remove them:" + problems);
}

}  // namespace

DataCheck check_recordings(const Reader& reader, const std::filesystem::path& root) {
  return check_recordings(reader, root, list_recordings(reader, root));
}

DataCheck check_recordings(const Reader& reader, const std::filesystem::path& root, FolderListing listing) {
  DataCheck check;
  check.info = reader.info;
  check.root = root;
  check.broken = std::move(listing.unexpected);
  check.missing = missing_recordings(reader, listing.recordings);
  for (const RecordingFiles& files : listing.recordings) read_recording(reader, files, check);
  note_duplicates(check);
  check.alike_classes = alike_names(check.info.classes);
  std::vector<std::string> subjects;
  for (const Name& subject : check.info.subjects) subjects.push_back(subject.text());
  check.alike_subjects = alike_names(subjects);
  check.left_by_systems = count_left_by_systems(root);
  check.rail_samples = count_rail_samples(check.info, check.clips);
  return check;
}

Dataset complete_dataset(DataCheck check) {
  refuse_broken(check);
  if (check.clips.empty()) {
    throw Error(ErrorKind::data, "no recording in " + check.root.string() +
                                     " has both a skeleton and a sensor; `pskd data check` says what was left out");
  }
  Dataset dataset{std::move(check.info), std::move(check.clips), ""};
  dataset.hash = dataset_hash(dataset.clips);
  return dataset;
}

}  // namespace pskd::data
