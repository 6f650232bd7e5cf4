// Synthetic recordings as somebody's own CSV files, to show how such data are described.
#pragma once

#include <filesystem>

#include "synthetic/options.hpp"

namespace pskd::synthetic {

/// As many recordings as a worked example needs.
inline constexpr SyntheticOptions kRecordingsExample = {.subjects = 4, .trials = 3, .actions = 5};

/// Writes a worked example of a user's own data: dataset.yaml, clips.csv and CSV files of a watch at 32 Hz and of a
/// skeleton of 32 joints at 30 Hz, which begin and end at different moments. Otherwise as write_utd_mhad.
int write_recordings(const std::filesystem::path& folder, const SyntheticOptions& options);

}  // namespace pskd::synthetic
