// The fuzz targets in the ordinary tests: what they begin with is sound, blind changes of it break no reader, and what
// once broke one is refused.
#include <gtest/gtest.h>

#include <random>

#include "base/file.hpp"
#include "target.hpp"

namespace pskd::fuzz {
namespace {

// Sets a few bytes anew, and cuts the end off one time in eight.
std::string changed(std::string bytes, std::mt19937& random) {
  const std::size_t changes = 1 + random() % 4;
  for (std::size_t i = 0; i < changes; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
  if (random() % 8 == 0) bytes.resize(random() % bytes.size());
  return bytes;
}

class FuzzTarget : public ::testing::TestWithParam<Target> {};

TEST_P(FuzzTarget, TakesItsSeeds) {
  const std::vector<std::string> seeds = GetParam().seeds();
  EXPECT_FALSE(seeds.empty());
  for (std::size_t i = 0; i < seeds.size(); ++i) EXPECT_NO_THROW(GetParam().read(seeds[i])) << "seed " << i + 1;
}

// Others each time with --gtest_shuffle --gtest_repeat=N: so are those targets fuzzed that clang cannot compile.
TEST_P(FuzzTarget, TakesOrRefusesChangesOfItsSeeds) {
  constexpr int kChanges = 300;
  std::mt19937 random(1 + ::testing::UnitTest::GetInstance()->random_seed());
  for (const std::string& seed : GetParam().seeds()) {
    for (int i = 0; i < kChanges; ++i) {
      try {
        GetParam().read(changed(seed, random));
      } catch (const Error&) {  // anything else fails the test
      }
    }
  }
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
                         [](const auto& target) { return target.param.name; });

}  // namespace
}  // namespace pskd::fuzz
