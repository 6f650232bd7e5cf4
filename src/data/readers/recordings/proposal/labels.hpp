// The column of a table that says what was done.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/readers/recordings/proposal/found_stream.hpp"
#include "data/readers/recordings/proposal/lines.hpp"

namespace pskd::data::readers {

/// The sensor whose files have a column of labels; nullptr: none.
const FoundStream* labeled_stream(const std::vector<FoundStream>& streams);

/// Reads the labels of the sensor that says what was done: one does at most, and none where annotations do. A column
/// that says nothing is none.
void find_labels(const std::filesystem::path& root, bool annotated, std::vector<FoundStream>& streams,
                 std::vector<std::string>& left_out);

/// What was done, by the labels of a stream, without the words that say that nothing was.
std::vector<std::string> classes_of(const FoundStream& stream);

void add_labels(const FoundStream& stream, Lines& lines);

}  // namespace pskd::data::readers
