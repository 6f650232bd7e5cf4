// What is proposed for the skeleton: joints, columns and lengths.
#pragma once

#include <string>
#include <vector>

#include "data/readers/recordings/proposal/found_stream.hpp"
#include "data/readers/recordings/proposal/lines.hpp"

namespace pskd::data::readers {

/// A recording has one skeleton: keeps of several the one of three dimensions, else the first.
void choose_skeleton(std::vector<FoundStream>& streams, std::vector<std::string>& left_out,
                     std::vector<std::string>& doubts);

void add_skeleton(const FoundStream& stream, Lines& lines, std::vector<std::string>& left_out);

}  // namespace pskd::data::readers
