#include "train/other_runs/seen.hpp"

#include <algorithm>
#include <vector>

#include "data/stream_hash.hpp"
#include "pskd/base/error.hpp"

namespace pskd::train {
namespace {

constexpr std::size_t kDigits = 16;

/// Of the recording, and of its streams in `sees`: of one recording, two runs may read other sensors or skeletons.
std::set<std::string> clip_names(const data::Recording& recording, Modalities sees) {
  std::set<std::string> names = {recording.hash.substr(0, kDigits)};
  if (sees.skeleton) names.insert(data::stream_hash(recording.skeleton).substr(0, kDigits));
  if (sees.sensor) names.insert(data::stream_hash(recording.sensor).substr(0, kDigits));
  names.erase("");
  return names;
}
/// By which a recording is known, whatever was seen of it.
std::set<std::string> all_names(const data::Recording& recording) {
  return clip_names(recording, {.skeleton = true, .sensor = true});
}
bool contains(const SeenRecordings& seen, const std::set<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return seen.clips.contains(name); });
}
std::string subject_name(const TrainingSetup& setup, const data::Recording& recording) {
  return setup.info.name + "/" + recording.subject.text();
}

void add_recording(SeenRecordings& seen, const TrainingSetup& setup, Modalities sees,
                   const data::Recording& recording) {
  seen.clips.merge(clip_names(recording, sees));
  seen.subjects.insert(subject_name(setup, recording));
}

/// "a, b and 12 others"
std::string listed(const std::set<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::string list;
  std::size_t told = 0;
  for (const std::string& name : names) {
    if (told == kMost) break;
    list.append(told++ == 0 ? "" : ", ").append(name);
  }
  return names.size() == told ? list : list + " and " + std::to_string(names.size() - told) + " others";
}

void refuse_if_any(const std::set<std::string>& names, const std::string& place, const std::string& trained_on,
                   const std::string& why) {
  if (names.empty()) return;
  throw Error(ErrorKind::config, place + ": was trained on " + trained_on + " " + listed(names) + why);
}

void require_unseen_clips(const TrainingSetup& setup, const Seen& seen, const std::string& place) {
  std::set<std::string> tested, labeled;
  for (const data::Clip& clip : setup.split.test) {
    if (knows(seen, clip)) tested.insert(clip.id);
  }
  for (const data::Recording& recording : setup.split.unlabeled) {
    if (contains(seen.labeled, all_names(recording))) labeled.insert(recording.id);
  }
  refuse_if_any(tested, place, "clips that this experiment tests:",
                "; its accuracy on them says nothing. Take a run that has not seen them");
  refuse_if_any(labeled, place, "the labels of clips that are unlabeled in this experiment:",
                ". Take a run that has not seen them, or take them out of protocol.unlabeled");
}

void require_unseen_subjects(const TrainingSetup& setup, const Seen& seen, const std::string& place) {
  if (setup.protocol.allow_shared_subjects) return;
  std::set<std::string> personal, known, recorded;
  for (const data::Recording& recording : setup.split.unlabeled) personal.insert(subject_name(setup, recording));
  for (const data::Clip& clip : setup.split.test) {
    const std::string name = subject_name(setup, clip);
    if (seen.labeled.subjects.contains(name)) known.insert(name);
    if (seen.unlabeled.subjects.contains(name) && !personal.contains(name)) recorded.insert(name);
  }
  refuse_if_any(known, place, "labels of subjects that this experiment tests:",
                "; it says nothing about new people. Take a run that has not seen them, or set "
                "protocol.allow_shared_subjects: true, and every table will say so");
  refuse_if_any(recorded, place, "recordings, without labels, of subjects that this experiment tests as new people:",
                ". Take a run that has not seen them, or call it protocol.name: personal");
}

}  // namespace

bool knows(const Seen& seen, const data::Recording& recording) {
  const std::set<std::string> names = all_names(recording);
  return contains(seen.labeled, names) || contains(seen.unlabeled, names);
}

Seen own_recordings(const TrainingSetup& setup, Modalities sees, bool with_unlabeled) {
  Seen seen;
  for (const auto* part : {&setup.split.train, &setup.split.val}) {
    for (const data::Clip& clip : *part) add_recording(seen.labeled, setup, sees, clip);
  }
  if (!with_unlabeled) return seen;
  for (const data::Recording& recording : setup.split.unlabeled) add_recording(seen.unlabeled, setup, sees, recording);
  return seen;
}

void add_seen(Seen& seen, const Seen& earlier) {
  const auto add_part = [](SeenRecordings& part, const SeenRecordings& more) {
    part.clips.insert(more.clips.begin(), more.clips.end());
    part.subjects.insert(more.subjects.begin(), more.subjects.end());
  };
  add_part(seen.labeled, earlier.labeled);
  add_part(seen.unlabeled, earlier.unlabeled);
}

void require_unseen(const TrainingSetup& setup, const Seen& seen, const std::string& place) {
  require_unseen_clips(setup, seen, place);
  require_unseen_subjects(setup, seen, place);
}

}  // namespace pskd::train
