// Scores of windows of continuous recordings: by recording and by event.
#include "eval/window_scores.hpp"

#include <gtest/gtest.h>

namespace pskd::eval {
namespace {

constexpr int kOther = 2;

// Windows of 2 s, one a second, by the class that each shows and the one that is said.
std::vector<Window> windows(const std::string& recording, const std::vector<int>& labels,
                            const std::vector<int>& predicted) {
  std::vector<Window> all;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto begin = static_cast<double>(i);
    all.push_back({recording, begin, begin + 2, labels[i], predicted[i]});
  }
  return all;
}

TEST(WindowScores, ARecordingIsWhatMostOfItsWindowsAre) {
  std::vector<Window> all = windows("a", {0, 0, 0, 1}, {0, 1, 0, 1});
  for (const Window& one : windows("b", {1, 1, 1}, {0, 1, 0})) all.push_back(one);
  const WindowScores scores = score_windows(all, {});
  EXPECT_EQ(scores.recordings, 2);
  EXPECT_EQ(scores.right_recordings, 1) << "of a, two windows of four say each class, and the first class counts";
  EXPECT_DOUBLE_EQ(scores.accuracy(), 0.5);
}

TEST(WindowScores, AnEventIsARunOfOneClassAndTheBackgroundIsNone) {
  const WindowScores scores =
      score_windows(windows("a", {kOther, 0, 0, kOther, 1, 1, 0}, {0, 0, 0, kOther, 1, 0, 0}), kOther);
  EXPECT_EQ(scores.events, 3);
  EXPECT_EQ(scores.predicted_events, 3);
  EXPECT_EQ(scores.right_events, 3) << "each begins within half a window, a second";
  EXPECT_DOUBLE_EQ(scores.tolerance, 1);
  EXPECT_DOUBLE_EQ(scores.f1(), 1);
}

TEST(WindowScores, AnEventIsFoundOnce) {
  const WindowScores scores = score_windows(windows("a", {0, 0, 0, 0, 0, 0}, {0, 1, 0, kOther, 1, 1}), kOther);
  EXPECT_EQ(scores.events, 1);
  EXPECT_EQ(scores.predicted_events, 4) << "0, 1, 0 and 1 again";
  EXPECT_EQ(scores.right_events, 1) << "the second 0 begins two seconds late, and the event is taken";
  EXPECT_DOUBLE_EQ(scores.precision(), 0.25);
  EXPECT_DOUBLE_EQ(scores.recall(), 1);
  EXPECT_DOUBLE_EQ(scores.f1(), 0.4);
}

TEST(WindowScores, EventsThatBeginTooLateOrInAnotherRecordingAreNotFound) {
  EXPECT_EQ(score_windows(windows("a", {0, 0, 0, 0}, {1, 1, 0, 0}), {}).right_events, 0);
  std::vector<Window> all = windows("a", {0, 0}, {1, 1});
  for (const Window& one : windows("b", {1, 1}, {0, 0})) all.push_back(one);
  EXPECT_EQ(score_windows(all, {}).right_events, 0);
}

TEST(WindowScores, WindowsThatDoNotTouchAreTwoEventsWhateverTheirOrder) {
  const std::vector<Window> all = {{"a", 10, 12, 0, 0}, {"a", 0, 2, 0, 0}, {"a", 1, 3, 0, 0}};
  const WindowScores scores = score_windows(all, {});
  EXPECT_EQ(scores.events, 2);
  EXPECT_EQ(scores.right_events, 2);
}

TEST(WindowScores, WindowsWhoseStepDoesNotDivideTheirLengthFollowEachOtherWithoutTouching) {
  const std::vector<Window> all = {{"a", 0, 5, 0, 0}, {"a", 6, 11, 0, 0}, {"a", 12, 17, 1, 1}, {"a", 24, 29, 1, 1}};
  EXPECT_EQ(score_windows(all, {}).events, 3) << "0 to 11, 12 to 17, and 24 to 29, before which a window was left out";
}

TEST(WindowScores, OfNoEventsSharesAreZero) {
  const WindowScores scores = score_windows(windows("a", {kOther}, {kOther}), kOther);
  EXPECT_EQ(scores.precision(), 0);
  EXPECT_EQ(scores.recall(), 0);
  EXPECT_EQ(scores.f1(), 0);
}

}  // namespace
}  // namespace pskd::eval
