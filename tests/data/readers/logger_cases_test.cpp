// The recordings of other people's loggers behave as is right for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.hpp"
#include "data/data_check_text.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "support/cases.hpp"
#include "support/dataset_config.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::data::readers {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
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

// What is wrong with the first recording that is broken.
std::string first_problem(const std::filesystem::path& root) {
  const DataCheck check = check_dataset(dataset_config("generic", root));
  return check.broken.empty() ? "nothing is broken"
                              : check.broken.front().file.string() + ": " + check.broken.front().problem;
}

// The folder with `key` added to its description.
std::filesystem::path with_key(const std::filesystem::path& root, const std::filesystem::path& copy,
                               const std::string& key) {
  std::filesystem::copy(root, copy, std::filesystem::copy_options::recursive);
  testing::write_anew(copy / "dataset.yaml", key + "\n" + read_file(root / "dataset.yaml"));
  return copy;
}

TEST(LoggerCase, AGapIsRefusedOrCut) {
  PSKD_CASE_OR_SKIP(root, "gap-20s");
  EXPECT_THAT(first_problem(root), AllOf(HasSubstr("push_s01.csv: line 36: a gap of 20"), HasSubstr("after line 35")));
  const testing::TemporaryFolder folder;
  const DataCheck check = check_dataset(dataset_config("generic", with_key(root, folder / "cut", "gaps: cut")));
  EXPECT_EQ(check.clips.size(), 8U);
  EXPECT_EQ(check.repairs.at("gaps: the longest part kept").count, 1);
}

TEST(LoggerCase, AStampOfZeroIsDropped) {
  PSKD_CASE_OR_SKIP(root, "zero-stamp");
  const DataCheck check = check_dataset(dataset_config("generic", root));
  EXPECT_THAT(check.broken, IsEmpty());
  EXPECT_GE(check.repairs.at("time stamps of 0: samples dropped").count, 1);
}

TEST(LoggerCase, StampsToTheSecondAreSpread) {
  PSKD_CASE_OR_SKIP(root, "whole-second-stamps");
  const DataCheck check = check_dataset(dataset_config("generic", root));
  ASSERT_EQ(check.clips.size(), 8U);
  for (const Clip& clip : check.clips) EXPECT_GE(clip.sensor.rows(), 60) << clip.id;
}

TEST(LoggerCase, StampsOfAnotherUnitAreRefused) {
  PSKD_CASE_OR_SKIP(root, "stamps-in-ms-called-seconds");
  EXPECT_THAT(first_problem(root), AllOf(HasSubstr("it has 0.03"), HasSubstr("times shorter")));
}

TEST(LoggerCase, AWrongUnitIsAskedFor) {
  PSKD_CASE_OR_SKIP(root, "wrong-unit");
  EXPECT_THAT(suspicions_of(check_dataset(dataset_config("generic", root))), Contains(HasSubstr("is the unit m/s2?")));
}

TEST(LoggerCase, MissingValuesAndFramesAreRefusedOrInterpolated) {
  PSKD_CASE_OR_SKIP(values, "missing-values");
  EXPECT_THAT(first_problem(values), HasSubstr("line 21, column a"));
  EXPECT_EQ(check_dataset(dataset_config("generic", values)).broken.size(), 3U);
  const testing::TemporaryFolder folder;
  const DataCheck filled =
      check_dataset(dataset_config("generic", with_key(values, folder / "values", "gaps: interpolate")));
  EXPECT_EQ(filled.repairs.at("missing values: interpolated").count, 3);
  PSKD_CASE_OR_SKIP(frames, "zero-skeleton-frames");
  EXPECT_THAT(first_problem(frames), HasSubstr("every joint is at 0 in 10 frames"));
  const DataCheck seen =
      check_dataset(dataset_config("generic", with_key(frames, folder / "frames", "gaps: interpolate")));
  EXPECT_EQ(seen.clips.size(), 8U);
  EXPECT_EQ(seen.repairs.at("skeleton frames of zeros, where the camera saw nobody: taken as missing").count, 10);
}

}  // namespace
}  // namespace pskd::data::readers
