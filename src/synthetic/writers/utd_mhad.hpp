// Synthetic recordings in UTD-MHAD's format.
#pragma once

#include <filesystem>

#include "synthetic/options.hpp"

namespace pskd::synthetic {

/// Writes Inertial/ and Skeleton/ MAT files with UTD-MHAD's names; the same options give the same bytes. The folder
/// appears when it is complete. Refuses (Error(data)) one that holds anything already. Returns the number of
/// recordings.
int write_utd_mhad(const std::filesystem::path& folder, const SyntheticOptions& options);

}  // namespace pskd::synthetic
