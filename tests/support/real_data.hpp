// Where the real recordings lie: $PSKD_DATA_ROOT, else ../shared/data beside the repository. Tests that need them skip,
// and say so, where they are absent; with PSKD_REQUIRE_REAL_DATA set (continuous integration) they fail instead.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "support/shared_folder.hpp"

namespace pskd::testing {

inline std::filesystem::path real_data_root() { return shared_folder("PSKD_DATA_ROOT", "data"); }

}  // namespace pskd::testing

/// Inside a test: `folder` becomes the real data set's folder, or the test is skipped.
#define PSKD_REAL_DATA_OR_SKIP(folder, name)                                                                     \
  const std::filesystem::path folder = pskd::testing::real_data_root() / name;                                   \
  if (!std::filesystem::exists(folder)) {                                                                        \
    ASSERT_EQ(std::getenv("PSKD_REQUIRE_REAL_DATA"), nullptr) << "real data is required but absent: " << folder; \
    GTEST_SKIP() << "real data is absent: " << folder << " (set PSKD_DATA_ROOT)";                                \
  }
