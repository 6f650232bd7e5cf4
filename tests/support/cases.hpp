// Where small recordings that others made lie, in the shapes of real loggers' files: $PSKD_CASES_ROOT, else
// ../shared/cases beside the repository. Tests that need them skip, and say so, where they are absent; where the
// variable names the folder (continuous integration) they fail instead.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "support/shared_folder.hpp"

namespace pskd::testing {

inline std::filesystem::path cases_root() { return shared_folder("PSKD_CASES_ROOT", "cases"); }

}  // namespace pskd::testing

/// Inside a test: `folder` becomes the folder of recordings of that name, or the test is skipped.
#define PSKD_CASE_OR_SKIP(folder, name)                                                     \
  const std::filesystem::path folder = pskd::testing::cases_root() / "recordings" / (name); \
  if (!std::filesystem::exists(folder)) {                                                   \
    ASSERT_EQ(std::getenv("PSKD_CASES_ROOT"), nullptr) << "named, but absent: " << folder;  \
    GTEST_SKIP() << "absent: " << folder << " (set PSKD_CASES_ROOT)";                       \
  }
