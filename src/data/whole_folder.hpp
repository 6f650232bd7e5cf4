// A folder of files that appears when it is complete.
#pragma once

#include <filesystem>
#include <functional>

namespace pskd {

/// Lets `write` fill <folder>.partial, renames that to `folder` and returns what `write` did. Throws Error(data) when
/// `folder` holds anything already, Error(io) when it cannot be written; nothing is left behind then.
int write_whole_folder(const std::filesystem::path& folder,
                       const std::function<int(const std::filesystem::path& partial)>& write);

}  // namespace pskd
