// A folder that appears when it is complete.
#pragma once

#include <filesystem>
#include <functional>

namespace pskd::synthetic {

/// Has `fill` write into a folder beside `folder` and renames it when `fill` returns; what it returns is passed on. On
/// any failure nothing is left. Throws Error(data) when `folder` holds anything already, Error(io) when it cannot be
/// written, and whatever `fill` throws.
int write_folder_atomically(const std::filesystem::path& folder,
                            const std::function<int(const std::filesystem::path& partial)>& fill);

}  // namespace pskd::synthetic
