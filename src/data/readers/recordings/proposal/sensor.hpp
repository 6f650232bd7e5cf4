// What is proposed for the sensors: channels, units and scales.
#pragma once

#include <string>
#include <vector>

#include "data/readers/recordings/proposal/found_stream.hpp"
#include "data/readers/recordings/proposal/lines.hpp"

namespace pskd::data::readers {

/// Where names of files say the sensor, keeps those that serve: of one kind the best, and no other kinds.
void choose_sensors(std::vector<FoundStream>& streams, std::vector<std::string>& left_out,
                    std::vector<std::string>& doubts);

void add_sensor(const FoundStream& stream, Lines& lines, std::vector<std::string>& left_out);

}  // namespace pskd::data::readers
