#include "data/read_recording.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "data/alignment.hpp"
#include "data/finite.hpp"

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

// What a recording lacks, where the data set has it of others.
void note_absent(const DatasetInfo& info, const RecordingFiles& files, Repairs& repairs) {
  const auto note = [&](const char* modality) {
    note_repair(repairs, std::string("no ") + modality + " file in the data set: used without it", files.id);
  };
  if (files.skeleton.empty() && !info.topology.joints.empty()) note("skeleton");
  if (files.sensor.empty() && !info.channels.empty()) note("sensor");
}

// Its span and measures: the frames may be large.
Stream without_frames(const Stream& stream) {
  return {Frames(), stream.begin, stream.end, stream.cut_front, stream.cut_back, stream.measures};
}

// The streams of a recording that are there. Throws Error(data) when they do not fit together.
void align(const Reader& reader, const RecordingFiles& recording, std::optional<Stream>& skeleton,
           std::optional<Stream>& sensor) {
  if (!skeleton || !sensor) return;
  if (reader.by_timestamps) {
    return cut_to_shared_span({recording.skeleton.front(), recording.sensor.front()}, {&*skeleton, &*sensor});
  }
  const Stream as_read = without_frames(*skeleton);
  cut_as_the_other(recording.skeleton.front(), *skeleton, *sensor);
  cut_as_the_other(recording.sensor.front(), *sensor, as_read);
}

// The columns of the first three accelerations.
std::vector<Eigen::Index> acceleration_columns(const DatasetInfo& info) {
  std::vector<Eigen::Index> columns;
  for (std::size_t i = 0; i < info.units.size() && columns.size() < 3; ++i) {
    if (info.units[i] == "g") columns.push_back(static_cast<Eigen::Index>(i));
  }
  return columns;
}

// Notes how far the clocks of two streams are apart; puts that of the sensor right where the reader wants it.
void mend_offset(const Reader& reader, RecordingFiles& files, const std::optional<Stream>& skeleton,
                 std::optional<Stream>& sensor, DataCheck& check) {
  if (!reader.by_timestamps || !skeleton || !sensor) return;
  const Topology& body = reader.info.topology;
  const auto offset = clock_offset(*skeleton, body.wrist, body.dimensions, *sensor, acceleration_columns(reader.info));
  if (!offset) return;
  check.offsets[files.id] = *offset;
  if (!reader.estimates_offset || !offset->is_sure()) return;
  sensor->begin -= offset->seconds;
  sensor->end -= offset->seconds;
  for (Annotation& annotation : files.annotations) {
    if (!files.labeled_by_sensor) break;
    annotation.begin -= offset->seconds;
    annotation.end -= offset->seconds;
  }
  note_repair(check.repairs, "clocks of sensor and skeleton apart: the sensor's put right by its movement", files.id);
}

// Refuses stamps that cannot be right.
void check_rates(const std::filesystem::path& file, const Stream& stream, const std::optional<Stream>& partner) {
  for (const StreamMeasure& measure : stream.measures) {
    const double length = partner && !partner->measures.empty() ? partner->measures.front().length : 0;
    const std::string problem = implausible_rate(measure, length);
    if (!problem.empty()) throw Error(ErrorKind::data, file.string() + ": " + problem);
  }
}

// Refuses parts by a clock that says its zone where the stream's does not, or the other way round.
void check_zones(const RecordingFiles& files, const std::filesystem::path& file, const Stream& stream) {
  const std::optional<bool> own = names_zone(stream);
  for (const Annotation& part : files.annotations) {
    if (!own || !part.names_zone || *own == *part.names_zone) continue;
    throw Error(ErrorKind::data, file.string() + ": its time stamps " + (*own ? "say" : "do not say") +
                                     " their zone, but the starts and ends of its parts do" + (*own ? " not" : "") +
                                     "; write it in both, or in neither");
  }
}

// Notes what was measured of a stream, `before` it was aligned.
void note_measures(const Reader& reader, const std::string& id, const Stream& before, const Stream& after,
                   DataCheck& check) {
  for (const StreamMeasure& measure : before.measures) {
    const double own = before.end - before.begin + before.cut_front + before.cut_back;
    const double length = reader.by_timestamps ? measure.length : own;  // several sensors share a span beforehand
    add_measure(check.streams, {id, measure, (after.end - after.begin) / length});
  }
}

// Aligns the streams and notes what was measured; false when they cannot be used, which `check` then says.
bool aligned(const Reader& reader, RecordingFiles& recording, std::optional<Stream>& skeleton,
             std::optional<Stream>& sensor, DataCheck& check) {
  Paths files = recording.skeleton;
  files.insert(files.end(), recording.sensor.begin(), recording.sensor.end());
  const Stream read_skeleton = skeleton ? without_frames(*skeleton) : Stream();
  const Stream read_sensor = sensor ? without_frames(*sensor) : Stream();
  try {
    if (reader.by_timestamps && sensor) check_zones(recording, recording.sensor.front(), *sensor);
    if (reader.by_timestamps && skeleton) check_zones(recording, recording.skeleton.front(), *skeleton);
    if (sensor) check_rates(recording.sensor.front(), *sensor, skeleton);
    if (skeleton) check_rates(recording.skeleton.front(), *skeleton, sensor);
    mend_offset(reader, recording, skeleton, sensor, check);
    align(reader, recording, skeleton, sensor);
  } catch (const Error& error) {
    check.broken.push_back(broken_file(files, error));
    return false;
  }
  if (skeleton) note_measures(reader, recording.id, read_skeleton, *skeleton, check);
  if (sensor) note_measures(reader, recording.id, read_sensor, *sensor, check);
  return true;
}

// Throws Error(data) where an annotation shares nothing with the recording from `begin` to `end`.
void check_annotations(const RecordingFiles& files, double begin, double end) {
  const auto text = [](double a, double b) { return std::to_string(a) + " .. " + std::to_string(b) + " s"; };
  for (const Annotation& annotation : files.annotations) {
    if (std::max(begin, annotation.begin) < std::min(end, annotation.end)) continue;
    const std::filesystem::path& file = files.sensor.empty() ? files.skeleton.front() : files.sensor.front();
    throw Error(ErrorKind::data, file.string() + ": the part " + text(annotation.begin, annotation.end) +
                                     " lies outside the recording, which is " + text(begin, end) +
                                     " where all its streams are whole");
  }
}

// Leaves labels out that the sensor's file has before `begin` or after `end`, where another stream did not record.
void drop_labels_outside(RecordingFiles& files, double begin, double end, DataCheck& check) {
  const auto dropped = std::erase_if(files.annotations, [&](const Annotation& annotation) {
    return std::max(begin, annotation.begin) >= std::min(end, annotation.end);
  });
  if (dropped == 0) return;
  note_repair(check.repairs, "labels where not all streams are whole: left out", files.id,
              static_cast<std::int64_t>(dropped));
}

// Notes parts that reach beyond the recording, and those of two labels that share time.
void note_reach(const RecordingFiles& files, double begin, double end, DataCheck& check) {
  std::vector<Annotation> parts = files.annotations;
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  const Annotation* before = nullptr;  // the one that ends last
  for (const Annotation& part : parts) {
    const bool is_throughout = part.end == std::numeric_limits<double>::max();  // as nobody annotated parts
    if (!is_throughout && (part.begin < begin || part.end > end)) {
      note_repair(check.repairs, "parts that reach beyond the recording: cut to it", files.id);
    }
    if (before != nullptr && part.begin < before->end && part.label != before->label) {
      note_repair(check.repairs, "parts that share time with one of another label: taken as they are", files.id);
    }
    if (before == nullptr || part.end > before->end) before = &part;
  }
}

// The parts of a continuous recording from `begin` to `end` that are clips.
std::vector<Piece> pieces_of(const Reader& reader, const RecordingFiles& files, double begin, double end,
                             DataCheck& check) {
  check_annotations(files, begin, end);
  note_reach(files, begin, end, check);
  if (reader.windows) {
    std::vector<Piece> windows = windows_of(begin, end, files.annotations, *reader.windows);
    const std::int64_t all = count_windows(begin, end, *reader.windows), dropped = all - std::ssize(windows);
    if (all == 0) note_repair(check.repairs, "recordings shorter than a window: left out", files.id);
    if (dropped > 0) note_repair(check.repairs, "windows without one label: left out", files.id, dropped);
    return windows;
  }
  std::vector<Piece> pieces;
  for (const Annotation& annotation : files.annotations) {
    pieces.push_back({std::max(begin, annotation.begin), std::min(end, annotation.end), annotation.label});
  }
  if (pieces.empty()) note_repair(check.repairs, "recordings in which no sample has a label: left out", files.id);
  return pieces;
}

// "p1_0003"
std::string piece_id(const RecordingFiles& files, std::size_t number, bool by_windows) {
  if (!by_windows && !files.annotations[number].id.empty()) return files.annotations[number].id;
  constexpr std::size_t kDigits = 4;
  const std::string digits = std::to_string(number + 1);
  return files.id + "_" + std::string(kDigits - std::min(kDigits, digits.size()), '0') + digits;
}

// Cuts an aligned recording into clips that have the names of `whole`. By their span, streams cover the same time,
// whatever their rates are: moments are then seconds of the sensor from the beginning of its file, of which a rule for
// gaps took the first `cut_front`.
void cut_out(const Reader& reader, RecordingFiles& files, const Clip& whole, const std::optional<Stream>& skeleton,
             const std::optional<Stream>& sensor, double cut_front, DataCheck& check) {
  const Stream& clock = sensor ? *sensor : *skeleton;
  const double length = clock.end - clock.begin;
  const double begin = reader.by_timestamps ? clock.begin : cut_front;
  const double end = reader.by_timestamps ? clock.end : cut_front + length;
  const auto place = [&](const Stream& stream, double moment) {
    if (reader.by_timestamps) return moment;
    return stream.begin + (moment - begin) / length * (stream.end - stream.begin);
  };
  if (files.labeled_by_sensor) drop_labels_outside(files, begin, end, check);
  const std::vector<Piece> pieces = pieces_of(reader, files, begin, end, check);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto cut = [&](const std::optional<Stream>& stream, Frames& frames) {
      if (!stream) return;
      frames = cut_to_span(*stream, place(*stream, pieces[i].begin), place(*stream, pieces[i].end)).frames;
    };
    Clip clip = whole;
    clip.id = piece_id(files, i, reader.windows.has_value());
    clip.label = pieces[i].label;
    clip.source = files.id;
    clip.overlaps = pieces[i].overlaps;
    if (reader.windows) {
      clip.begin = pieces[i].begin;
      clip.end = pieces[i].end;
    }
    cut(skeleton, clip.skeleton);
    cut(sensor, clip.sensor);
    clip.hash = clip_hash(clip);
    check.clips.push_back(std::move(clip));
  }
}

}  // namespace

void read_recording(const Reader& reader, RecordingFiles files, DataCheck& check) {
  Clip clip;
  clip.id = files.id;
  clip.subject = files.subject;
  clip.trial = files.trial;
  clip.scene = files.scene;
  clip.camera = files.camera;
  clip.label = files.label;
  note_absent(reader.info, files, check.repairs);
  auto skeleton = read_checked(reader.read_skeleton, files, files.skeleton, check);
  auto sensor = read_checked(reader.read_sensor, files, files.sensor, check);
  const bool is_broken = (!skeleton && !files.skeleton.empty()) || (!sensor && !files.sensor.empty());
  if (is_broken) return;
  for (auto* const stream : {&skeleton, &sensor}) {
    if (*stream && (*stream)->frames.rows() == 0) stream->reset();
  }
  if (!skeleton && !sensor) return;
  if (files.labeled_by_sensor && sensor) files.annotations = std::move(sensor->annotations);
  const double cut_front = std::max(skeleton ? skeleton->cut_front : 0, sensor ? sensor->cut_front : 0);
  if (!aligned(reader, files, skeleton, sensor, check)) return;
  const auto channels = static_cast<Eigen::Index>(reader.info.channels.size());
  clip.skeleton = Frames(0, skeleton_columns(reader.info));
  clip.sensor = Frames(0, channels);
  if (files.continuous) {
    try {
      return cut_out(reader, files, clip, skeleton, sensor, cut_front, check);
    } catch (const Error& error) {
      check.broken.push_back(broken_file(files.sensor.empty() ? files.skeleton : files.sensor, error));
      return;
    }
  }
  if (skeleton) clip.skeleton = std::move(skeleton->frames);
  if (sensor) clip.sensor = std::move(sensor->frames);
  clip.hash = clip_hash(clip);
  check.clips.push_back(std::move(clip));
}

}  // namespace pskd::data
