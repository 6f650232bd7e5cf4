// The fuzz targets in the ordinary tests: what they begin with is sound, and what once broke a reader is refused.
#include <gtest/gtest.h>

#include "pskd/base/file.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

class FuzzTarget : public ::testing::TestWithParam<Target> {};

TEST_P(FuzzTarget, TakesItsSeeds) {
  const std::vector<std::string> seeds = GetParam().seeds();
  EXPECT_FALSE(seeds.empty());
  for (std::size_t i = 0; i < seeds.size(); ++i) EXPECT_NO_THROW(GetParam().read(seeds[i])) << "seed " << i + 1;
}

TEST_P(FuzzTarget, RefusesWhatOnceBrokeItsReader) {
  const std::filesystem::path folder =
      std::filesystem::path(PSKD_SOURCE_DIR "/tests/fuzz/regressions") / GetParam().name;
  if (!std::filesystem::exists(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_THROW(GetParam().read(read_file(entry.path())), Error) << entry.path();
  }
}

INSTANTIATE_TEST_SUITE_P(Readers, FuzzTarget, ::testing::ValuesIn(targets()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace pskd::fuzz
