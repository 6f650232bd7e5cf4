// What of a published data set is not there.
#pragma once

#include <string>
#include <vector>

#include "data/reader.hpp"

namespace pskd::data {

/// "213 of 861 recordings of utd-mhad are missing: all of trial 4". Empty where nothing is missing, or where nobody
/// knows what there is: of a user's own recordings.
std::string missing_of_published(const Reader& reader, const std::vector<RecordingFiles>& recordings);

}  // namespace pskd::data
