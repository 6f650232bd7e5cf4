// Samples with time stamps, brought to equal intervals.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/repairs.hpp"
#include "data/windows.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data {

/// Samples as a sensor stamped them.
struct TimedSamples {
  std::vector<double> times;  ///< seconds
  Frames values;              ///< [times.size(), channels]
};

/// What was measured of one stream of a recording before it was aligned.
struct StreamMeasure {
  std::string stream;                                 ///< "skeleton", or the name of the sensor
  double declared_rate = 0;                           ///< Hz; 0: none is declared
  double stated_rate = 0;                             ///< Hz, as the file itself says; 0: it says none
  double rate = 0;                                    ///< Hz, by its time stamps; 0: it has none
  double length = 0;                                  ///< s
  double longest_gap = 0;                             ///< s, between time stamps; 0: it has none
  std::optional<double> magnitude = std::nullopt;     ///< median |a| in g of a sensor's first three accelerations
  std::optional<double> extent = std::nullopt;        ///< median over the frames of the longest side of a body's box, m
  std::optional<double> angular_rate = std::nullopt;  ///< 99th percentile of any axis, deg/s
  double longest_hold = 0;                            ///< s, in which no value of a movement changed
  std::optional<bool> names_zone = std::nullopt;  ///< whether its time stamps say their zone; none: they are numbers
};

/// Frames at equal intervals; no frame at all: nothing was recorded, as a rule noted in Repairs says.
struct Stream {
  Frames frames;
  double begin = 0, end = 0;           ///< moments of the first and last frame, seconds, by the clock of the recording
  double cut_front = 0, cut_back = 0;  ///< what a rule for gaps took from the ends, seconds
  std::vector<StreamMeasure> measures = {};  ///< where the reader takes them: one of a skeleton, or of each sensor
  std::vector<Annotation> annotations = {};  ///< that the file itself holds
};

/// Puts stamps that run backwards in order and drops all but the first sample of a repeated one; `repairs` says how
/// many of clip `id`.
TimedSamples in_order(TimedSamples samples, const std::string& id, Repairs& repairs);

/// The longest time from one stamp to the next, s; 0 where there are fewer than two.
double longest_interval(const std::vector<double>& times);

/// Throws Error(data) naming `file` where one interval is longer than 5 s and than all others together: a stamp is
/// wrong. The stamps must increase.
void require_stamps_together(const std::filesystem::path& file, const std::vector<double>& times);

/// As many samples at equal intervals over the same span of time, by linear interpolation. The stamps must increase.
Stream at_equal_intervals(const TimedSamples& samples);

/// The same with `count` samples, at least 2 where there are 2.
Stream at_equal_intervals(const TimedSamples& samples, std::size_t count);

/// How many samples there would be if the device had lost none: at the median interval, where nearly all intervals are
/// about a whole number of it. The number of `times`, which must increase, where they are few, where fewer than one in
/// twenty is lost, and where more than half would be: then stamps come in packets.
std::size_t count_without_losses(const std::vector<double>& times);

/// The part of `stream` from `begin` to `end` (seconds, inside its span), at about its own rate.
Stream cut_to_span(const Stream& stream, double begin, double end);

/// `stream` at about `rate` rows a second over the same span; unchanged where its own rate is no higher.
Stream resampled_to(const Stream& stream, double rate);

/// Whether the time stamps of a stream say their zone; nothing where they are numbers, or there are none.
std::optional<bool> names_zone(const Stream& stream);

/// Cuts the streams of one recording, which were read from `files`, to the span of time they share. Throws Error(data)
/// naming the file whose span shares nothing with the ones before it, or whose stamps say a zone where others do not.
void cut_to_shared_span(const std::vector<std::filesystem::path>& files, const std::vector<Stream*>& streams);

/// Where streams cover the same time from end to end, but a rule for gaps cut one, cuts the other to the same part: by
/// seconds from the beginning, or from the end where the last part was kept. Where it cut both, to what is left of
/// both. Throws Error(data) naming the file that does not cover it.
void cut_as_the_other(const std::filesystem::path& file, Stream& stream, const Stream& other);

/// Clips `values`, g, to the rail of their sensor and notes under `rule` how many lay beyond it.
void clip_to_rail(Eigen::Ref<Frames, 0, Eigen::OuterStride<>> values, double rail, const std::string& rule,
                  const std::string& id, Repairs& repairs);

/// Streams of one recording side by side, each stretched over the same span and resampled to the longest one's length.
Stream side_by_side(std::vector<Stream> streams);

}  // namespace pskd::data
