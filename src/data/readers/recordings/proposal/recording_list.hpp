// The proposed manifest: who does what in which recording, by the names of the files.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "data/readers/recordings/proposal/found_stream.hpp"
#include "data/readers/recordings/proposal/name_pattern.hpp"

namespace pskd::data::readers {

/// The pattern of the recordings' names: `given`, where it is not empty. `by_time`: something else says who did what
/// when. Throws Error(data) where no pattern is found.
NamePattern pattern_for(const std::set<std::string>& keys, const std::string& given, bool by_time);

/// The manifest and what it lists.
struct RecordingList {
  std::string manifest;
  std::size_t recordings = 0;
  std::set<std::string> subjects;
};
RecordingList list_recordings(const std::vector<FoundStream>& streams, const NamePattern& pattern,
                              std::vector<std::string>& left_out);

/// Names of people look like those of what they do: only numbers tell subjects from labels. But a number alone may be
/// that of a repetition, too.
void doubt_names(const NamePattern& pattern, const std::set<std::string>& keys, std::vector<std::string>& doubts);

}  // namespace pskd::data::readers
