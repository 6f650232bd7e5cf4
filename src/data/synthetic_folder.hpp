// A folder of synthetic recordings appears when it is complete.
#pragma once

#include <filesystem>
#include <functional>

namespace pskd {

/// Calls `fill` with a folder beside `folder`, which then takes the name `folder`; returns what `fill` returns. Refuses
/// (Error(data)) a folder that holds anything already. On failure nothing is left.
int write_folder_atomically(const std::filesystem::path& folder,
                            const std::function<int(const std::filesystem::path& partial)>& fill);

}  // namespace pskd
