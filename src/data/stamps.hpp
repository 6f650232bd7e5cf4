// Rules for time stamps that cannot be right. Each has a name under which it is counted, and a limit beyond which it is
// an error: a file that is wrong throughout is not put right but refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/alignment.hpp"
#include "data/repairs.hpp"

namespace pskd::data {

/// Samples of one stream as a file has them.
struct ReadSamples {
  TimedSamples samples;
  std::vector<std::uint32_t> lines;  ///< of the file, of each sample, from 1
};

/// What messages and counts of repairs name.
struct StreamOrigin {
  std::filesystem::path file;
  std::string id;  ///< of the recording
};

/// Brings stamps into increasing order:
///
/// - stamps of 0 among others: their samples are dropped; an error where they are more than 5 % (and more than 2)
/// - counters that wrap around: continued, of 2^16, 2^24, 2^31 or 2^32 ticks, or a time of day past midnight
/// - stamps that run backwards: sorted up to 1 s; an error beyond it, or where they are more than 10 % (and 3)
/// - samples written twice: dropped
/// - repeated stamps: later samples are dropped, up to 10 % (or 3)
/// - stamps that several samples share: spread evenly to the next one, as where a logger writes whole seconds, or the
///   moment at which a packet arrived
///
/// `tick`: seconds of one unit of the stamps; 0: they are calendar stamps. Throws Error(data) naming file and line.
void mend_stamps(ReadSamples& read, double tick, const StreamOrigin& origin, Repairs& repairs);

/// The median of the intervals between stamps, of which there are at least two.
double median_interval(const std::vector<double>& times);

}  // namespace pskd::data
