// The recordings of other people's loggers behave as is right for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "data/data_check_text.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "support/cases.hpp"
#include "support/dataset_config.hpp"
#include "support/refusal.hpp"

namespace pskd::data::readers {
namespace {

using testing::dataset_config;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::refusal;

// Folders whose eight recordings are read without a word.
class SoundCase : public ::testing::TestWithParam<const char*> {};

TEST_P(SoundCase, IsRead) {
  PSKD_CASE_OR_SKIP(root, GetParam());
  const DataCheck check = check_dataset(dataset_config("generic", root));
  EXPECT_EQ(check.clips.size(), 8U);
  EXPECT_THAT(check.broken, IsEmpty()) << check.broken.front().problem;
  for (const Clip& clip : check.clips) {
    const float magnitude = clip.sensor.square().rowwise().sum().sqrt().mean();
    EXPECT_GT(magnitude, 0.7F) << clip.id << ": in g";
    EXPECT_LT(magnitude, 1.5F) << clip.id;
  }
}

INSTANTIATE_TEST_SUITE_P(Loggers, SoundCase,
                         ::testing::Values("iso-stamps", "calendar-stamps", "preamble", "sep-line", "units-row",
                                           "milli-g", "semicolon-manifest", "decimal-comma", "quoted-numbers",
                                           "trailing-blank-line", "text-subjects", "windows-paths"),
                         [](const auto& one) {
                           std::string name = one.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(LoggerCase, StampsWithAZoneSayHowLongAClipIs) {
  PSKD_CASE_OR_SKIP(root, "iso-stamps");
  for (const Clip& clip : check_dataset(dataset_config("generic", root)).clips) {
    if (clip.subject != Name(1)) continue;
    EXPECT_EQ(clip.sensor.rows(), 68) << clip.id;
  }
}

TEST(LoggerCase, AnotherEncodingIsNamed) {
  PSKD_CASE_OR_SKIP(latin1, "latin1-labels");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { check_dataset(dataset_config("generic", latin1)); }),
              HasSubstr("probably Latin-1"));
  PSKD_CASE_OR_SKIP(utf16, "utf16-manifest");
  EXPECT_THAT(refusal(ErrorKind::data, [&] { check_dataset(dataset_config("generic", utf16)); }), HasSubstr("UTF-16"));
}

}  // namespace
}  // namespace pskd::data::readers
