// What the streams of all recordings are like, and what in them is probably wrong.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/alignment.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data {

/// One stream of one recording, as it was read and as it was used.
struct MeasuredStream {
  std::string id;  ///< of the recording
  StreamMeasure measure;
  double kept = 1;  ///< share of its length that alignment and the rule for gaps left
};

/// The streams of one name in all recordings.
struct StreamSummary {
  std::string stream;
  std::vector<MeasuredStream> recordings;
};

void add_measure(std::vector<StreamSummary>& streams, const MeasuredStream& measured);

/// "watch: 8 recordings, 32.1 Hz by stamps (31.9-32.3), longest gap 0.05 s (wave_s01), median |a| 1.02 g".
std::string describe(const StreamSummary& summary);

/// What is probably wrong with a stream, one line each: a median |a| that no worn accelerometer shows, or a body of no
/// body's size, on the whole or in some recordings; angular rates that no movement has; values that stay the same for
/// seconds; a rate that no recording of movements has, or not the declared one, by stamps or as the file
/// says; much of it left out by alignment.
std::vector<std::string> warnings_of(const StreamSummary& summary);

/// "wave_s02: alignment kept 51 % of watch", for each recording of which less than 80 % was kept.
std::vector<std::string> little_kept(const StreamSummary& summary);

/// Where both files of a recording are taken for the same time, one line for those whose lengths differ by more than a
/// fifth; none when there are none.
std::vector<std::string> warnings_of_lengths(const std::vector<StreamSummary>& streams);

/// Why a stream cannot be what its stamps say, with `partner`, the length of the recording's other modality in seconds
/// (0: none); empty where nothing is wrong. No sensor that sees a movement takes less than one sample in two seconds.
std::string implausible_rate(const StreamMeasure& measure, double partner);

/// Streams and channels that never change: a sensor that was off, or a column that is not what it is taken for.
struct ConstantStreams {
  std::vector<std::string> skeletons, sensors;  ///< clips whose whole stream is constant
  std::map<std::string, std::vector<std::string>>
      channels;  ///< clips, by the channel that is constant, others being not
  /// Clips in which all channels, or all coordinates of a joint, are at 0 in some frames and in others not: what
  /// devices write for what they did not measure.
  std::vector<std::string> zero_samples, zero_joints;
};
ConstantStreams constant_streams(const DatasetInfo& info, const std::vector<Clip>& clips);

/// The whole recordings of which a stream has less than a quarter of the median frames of its class, which has three or
/// more of them: files that were cut short. Parts, and what nobody labeled, may have any length.
std::vector<std::string> short_recordings(const DatasetInfo& info, const std::vector<Clip>& clips);

}  // namespace pskd::data
