// MMAct's sensor files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "pskd/data/clip.hpp"

namespace pskd::data::readers {

/// A sensor's text as it stands in the file: `YYYYMMDD_HH:MM:SS.ffffff,x,y,z`, one sample a line; a first line of words
/// is a header, empty lines at the end are none. A stamp without fraction gets a moment of its second between its
/// neighbors; where none has a fraction, samples follow each other at `rate` Hz. Throws Error(data) naming the file
/// and the line.
struct MmactSamples {
  std::vector<double> times;  ///< [T] seconds, since 1970 by the recorder's clock
  Frames values;              ///< [T, 3], the file's units
  bool header = false;
  std::int64_t without_fraction = 0;  ///< stamps
};
MmactSamples read_mmact_csv(const std::filesystem::path& file, double rate);

}  // namespace pskd::data::readers
