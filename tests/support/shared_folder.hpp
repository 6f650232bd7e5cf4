// Where recordings that are not in the repository lie.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace pskd::testing {

/// What the environment's `variable` says, else ../shared/<name> beside the repository.
inline std::filesystem::path shared_folder(const char* variable, const char* name) {
  if (const char* root = std::getenv(variable)) return root;
  return std::filesystem::path(PSKD_SOURCE_DIR) / ".." / "shared" / name;
}

}  // namespace pskd::testing
