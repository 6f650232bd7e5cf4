#include "pskd/data/dataset.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "source.hpp"

namespace pskd {
namespace {

// Readers' messages begin with the file, which BrokenFile has apart.
std::string problem_of(const std::filesystem::path& file, const Error& error) {
  const std::string message = error.what();
  const std::string prefix = file.string() + ": ";
  return message.compare(0, prefix.size(), prefix) == 0 ? message.substr(prefix.size()) : message;
}

// The values of one file, or nothing when it is broken, which `check` then says.
std::optional<Frames> read_checked(Frames (*read)(const std::filesystem::path&), const std::filesystem::path& file,
                                   DataCheck& check) {
  try {
    return read(file);
  } catch (const NotFinite& error) {
    check.non_finite += error.values();
    check.broken.push_back({file, problem_of(file, error)});
  } catch (const Error& error) {
    check.broken.push_back({file, problem_of(file, error)});
  }
  return std::nullopt;
}

void read_recording(const Source& source, const RecordingFiles& files, DataCheck& check) {
  Clip clip;
  clip.id = source.clip_id(files.label, files.subject, files.trial);
  clip.subject = files.subject;
  clip.trial = files.trial;
  clip.label = files.label;
  if (!files.skeleton) check.no_skeleton.push_back(clip.id);
  if (!files.sensor) check.no_sensor.push_back(clip.id);
  auto skeleton = files.skeleton ? read_checked(source.read_skeleton, *files.skeleton, check) : std::nullopt;
  auto sensor = files.sensor ? read_checked(source.read_sensor, *files.sensor, check) : std::nullopt;
  if (!skeleton || !sensor) return;
  clip.skeleton = std::move(*skeleton);
  clip.sensor = std::move(*sensor);
  clip.hash = clip_hash(clip);
  check.clips.push_back(std::move(clip));
}

std::vector<std::string> missing_recordings(const Source& source, const std::vector<RecordingFiles>& recordings) {
  std::set<int> labels;
  std::set<int> subjects;
  std::set<int> trials;
  std::set<std::string> present;
  for (const RecordingFiles& files : recordings) {
    labels.insert(files.label);
    subjects.insert(files.subject);
    trials.insert(files.trial);
    present.insert(source.clip_id(files.label, files.subject, files.trial));
  }
  std::vector<std::string> missing;
  for (const int label : labels) {
    for (const int subject : subjects) {
      for (const int trial : trials) {
        std::string id = source.clip_id(label, subject, trial);
        if (present.count(id) == 0) missing.push_back(std::move(id));
      }
    }
  }
  return missing;
}

std::vector<std::pair<std::string, std::string>> duplicate_clips(const std::vector<Clip>& clips) {
  std::vector<std::pair<std::string, std::string>> duplicates;
  std::map<std::string, std::string> first;  // id by hash
  for (const Clip& clip : clips) {
    const auto [seen, inserted] = first.emplace(clip.hash, clip.id);
    if (!inserted) duplicates.emplace_back(seen->second, clip.id);
  }
  return duplicates;
}

std::int64_t count_rail_samples(const DatasetInfo& info, const std::vector<Clip>& clips) {
  std::int64_t count = 0;
  for (std::size_t channel = 0; channel < info.channels.size(); ++channel) {
    if (info.channels[channel].front() != 'a') continue;  // angular rates have no rail in g
    for (const Clip& clip : clips) {
      count += (clip.sensor.col(static_cast<Eigen::Index>(channel)).abs() >= kRailG).count();
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

DatasetInfo dataset_info(const std::string& name) { return find_source(name).info; }

DataCheck check_dataset(const std::string& name, const std::filesystem::path& root) {
  const Source& source = find_source(name);
  FolderListing listing = list_recordings(source, root);
  DataCheck check;
  check.info = source.info;
  check.root = root;
  check.broken = std::move(listing.unexpected);
  check.missing = missing_recordings(source, listing.recordings);
  for (const RecordingFiles& files : listing.recordings) read_recording(source, files, check);
  check.duplicates = duplicate_clips(check.clips);
  check.rail_samples = count_rail_samples(check.info, check.clips);
  return check;
}

Dataset read_dataset(const std::string& name, const std::filesystem::path& root) {
  DataCheck check = check_dataset(name, root);
  refuse_broken(check);
  Dataset dataset{std::move(check.info), std::move(check.clips), ""};
  dataset.hash = dataset_hash(dataset.clips);
  return dataset;
}

}  // namespace pskd
