// Reader of a user's own recordings, which a YAML description and a manifest describe.
#pragma once

#include "data/gaps.hpp"
#include "data/reader.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/stamps.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd::data::readers {

/// How the samples of a file are placed in time.
struct Placing {
  double rate = 0;   ///< Hz, declared; 0: none is, and there are time stamps
  double start = 0;  ///< moment of the first sample, or of the time stamp 0, seconds
  GapRule gaps;
};

/// A sensor's file as `sensor` describes it: accelerations in g within the rail, angular rates in deg/s, at equal
/// intervals. Throws Error(data) naming file and line, Error(io).
Stream read_sensor_file(const StreamOrigin& origin, const SensorDescription& sensor, const Placing& placing,
                        Repairs& repairs);

Reader recordings_reader(const config::DataConfig& config);

}  // namespace pskd::data::readers
