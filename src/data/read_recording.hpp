// One recording, read, aligned and cut into its clips.
#pragma once

#include "data/data_check.hpp"

namespace pskd::data {

/// Adds the clips of a recording to `check`, and what was found of its files: nothing is thrown for a bad one.
void read_recording(const Reader& reader, RecordingFiles files, DataCheck& check);

}  // namespace pskd::data
