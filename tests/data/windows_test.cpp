// Windows of continuous recordings.
#include "data/windows.hpp"

#include <gmock/gmock.h>

namespace pskd::data {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<double> begins(const std::vector<Piece>& pieces) {
  std::vector<double> all;
  for (const Piece& piece : pieces) all.push_back(piece.begin);
  return all;
}
std::vector<int> labels(const std::vector<Piece>& pieces) {
  std::vector<int> all;
  for (const Piece& piece : pieces) all.push_back(piece.label);
  return all;
}

const std::vector<Annotation> kAnnotations = {{0, 7, 0}, {8, 15, 1}};

TEST(Windows, LieInsideTheRecordingOneEveryStep) {
  const std::vector<Annotation> all = {{-1, 100, 0}};
  EXPECT_THAT(begins(windows_of(3, 8, all, {.length = 2, .step = 1})), ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(begins(windows_of(3, 7.99, all, {.length = 2, .step = 2})), ElementsAre(3, 5));
  EXPECT_THAT(windows_of(3, 4.9, all, {.length = 2, .step = 1}), IsEmpty());
  EXPECT_EQ(count_windows(3, 8, {.length = 2, .step = 1}), 4);
  EXPECT_EQ(count_windows(3, 4.9, {.length = 2, .step = 1}), 0);
}

TEST(Windows, HaveTheLabelThatTakesEnoughOfThem) {
  const WindowRule half{.length = 2, .step = 1};
  EXPECT_THAT(begins(windows_of(0, 12, kAnnotations, half)), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_THAT(labels(windows_of(0, 12, kAnnotations, half)), ElementsAre(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1));
  const WindowRule whole{.length = 2, .step = 1, .minimum_share = 1};
  EXPECT_THAT(begins(windows_of(0, 12, kAnnotations, whole)), ElementsAre(0, 1, 2, 3, 4, 5, 8, 9, 10));
}

TEST(Windows, OutsideEveryAnnotationHaveALabelOfTheirOwnOrAreDropped) {
  const std::vector<Annotation> early = {{0, 3, 0}};
  WindowRule rule{.length = 2, .step = 2};
  EXPECT_THAT(begins(windows_of(0, 8, early, rule)), ElementsAre(0, 2));
  rule.outside = 5;
  EXPECT_THAT(labels(windows_of(0, 8, early, rule)), ElementsAre(0, 0, 5, 5));
  EXPECT_THAT(labels(windows_of(0, 4, {}, rule)), ElementsAre(5, 5));
}

TEST(Windows, CountTimeOnceThatTwoAnnotationsGiveOneLabel) {
  const std::vector<Annotation> twice = {{0, 0.6, 0}, {0, 0.6, 0}, {0.3, 0.7, 0}};
  EXPECT_THAT(windows_of(0, 2, twice, {.length = 2, .step = 2}), IsEmpty()) << "0.7 s of 2 s";
  EXPECT_THAT(labels(windows_of(0, 2, twice, {.length = 2, .step = 2, .outside = 5})), ElementsAre(5));
}

TEST(Windows, WithoutOneLabelAreDropped) {
  const std::vector<Annotation> mixed = {{0, 0.8, 0}, {0.8, 1.6, 1}, {1.6, 2, 2}};
  EXPECT_THAT(windows_of(0, 2, mixed, {.length = 2, .step = 2}), IsEmpty());
  EXPECT_THAT(labels(windows_of(0, 2, mixed, {.length = 2, .step = 2, .minimum_share = 0.4})), ElementsAre(0));
}

TEST(Windows, ThatShareSamplesSaySo) {
  const std::vector<Annotation> all = {{0, 100, 0}};
  const auto overlapping = [&](const WindowRule& rule) {
    std::vector<bool> found;
    for (const Piece& piece : windows_of(0, 6, all, rule)) found.push_back(piece.overlaps);
    return found;
  };
  EXPECT_THAT(overlapping({.length = 2, .step = 1}), ElementsAre(false, true, false, true, false));
  EXPECT_THAT(overlapping({.length = 2, .step = 2}), ElementsAre(false, false, false));
  EXPECT_THAT(overlapping({.length = 2, .step = 1.5}), ElementsAre(false, true, false));
  EXPECT_THAT(overlapping({.length = 2, .step = 1, .overlap_is_for_training = false}),
              ElementsAre(false, false, false, false, false));
}

}  // namespace
}  // namespace pskd::data
