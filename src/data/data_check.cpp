#include "data/data_check.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>
#include <tuple>

#include "base/pace.hpp"
#include "base/unicode.hpp"
#include "data/inventory.hpp"
#include "data/read_recording.hpp"
#include "data/reader.hpp"

namespace pskd::data {
namespace {

// Recordings are read one by one; their clips have the order of all clips.
void sort_clips(std::vector<Clip>& clips) {
  const auto key = [](const Clip& clip) {
    return std::tie(clip.label, clip.subject, clip.scene, clip.trial, clip.camera, clip.id);
  };
  std::sort(clips.begin(), clips.end(), [&](const Clip& a, const Clip& b) { return key(a) < key(b); });
}

// Says every few seconds how far it is.
void read_all(const Reader& reader, const std::vector<RecordingFiles>& recordings, DataCheck& check) {
  Pace pace;
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    read_recording(reader, recordings[i], check);
    if (pace.is_due()) spdlog::info("{} of {} recordings read", i + 1, recordings.size());
  }
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

std::int64_t count_rail_samples(const DatasetInfo& info, const std::vector<Clip>& clips) {
  if (info.rail == 0) return 0;
  const auto rail = static_cast<float>(info.rail - kRailMargin);
  std::int64_t count = 0;
  for (std::size_t channel = 0; channel < info.units.size(); ++channel) {
    if (info.units[channel] != "g") continue;  // angular rates have no rail
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
  check.by_timestamps = reader.by_timestamps;
  check.unsure = reader.unsure;
  check.offsets_are_mended = reader.estimates_offset;
  check.missing = missing_recordings(reader, listing.recordings);
  check.incomplete = missing_of_published(reader, listing.recordings);
  read_all(reader, listing.recordings, check);
  const auto is_cut = [](const RecordingFiles& files) { return files.continuous; };
  if (std::any_of(listing.recordings.begin(), listing.recordings.end(), is_cut)) sort_clips(check.clips);
  note_duplicates(check);
  check.alike_classes = alike_names(check.info.classes);
  std::vector<std::string> subjects;
  for (const Name& subject : check.info.subjects) subjects.push_back(subject.text());
  check.alike_subjects = alike_names(subjects);
  check.left_by_systems = count_left_by_systems(root);
  check.constant = constant_streams(check.info, check.clips);
  check.rail_samples = count_rail_samples(check.info, check.clips);
  return check;
}

Dataset complete_dataset(DataCheck check) {
  refuse_broken(check);
  if (check.clips.empty()) {
    throw Error(ErrorKind::data, "no clip is left of the recordings in " + check.root.string() +
                                     "; `pskd data check` says what was left out");
  }
  Dataset dataset{std::move(check.info), std::move(check.clips), ""};
  dataset.hash = dataset_hash(dataset.clips);
  return dataset;
}

}  // namespace pskd::data
