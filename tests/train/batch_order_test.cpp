// Which clips a batch holds, where some have labels and some have none.
#include "train/batch_order.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/refusal.hpp"
#include "train/train_step.hpp"

namespace pskd::train {
namespace {

constexpr int kBatch = 32;

std::vector<std::int64_t> order_of(const ClipCounts& counts, std::optional<double> share, std::uint64_t key = 1) {
  RandomStream stream(key);
  return batch_order(counts, share, kBatch, stream);
}

std::int64_t times_at_most_one_apart(const std::vector<std::int64_t>& order, std::int64_t first, std::int64_t end) {
  std::map<std::int64_t, std::int64_t> times;
  for (std::int64_t clip = first; clip < end; ++clip) times[clip] = 0;
  for (const std::int64_t clip : order) {
    if (clip >= first && clip < end) ++times[clip];
  }
  const auto [least, most] =
      std::minmax_element(times.begin(), times.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_LE(most->second - least->second, 1);
  return most->second;
}

TEST(BatchOrder, WithoutAShareEveryClipComesOnce) {
  const std::vector<std::int64_t> order = order_of({431, 216}, std::nullopt);
  EXPECT_EQ(order.size(), 647U);
  EXPECT_EQ(times_at_most_one_apart(order, 0, 647), 1);
  RandomStream stream(1);
  EXPECT_EQ(order_of({431, 0}, std::nullopt), stream.permutation(431)) << "labels alone: as ever";
}

TEST(BatchOrder, EveryBatchHoldsTheShare) {
  for (const double share : {0.1, 0.25, 0.5, 0.9}) {
    for (const ClipCounts counts : {ClipCounts{431, 216}, {100, 1000}, {35, 3}, {1, 1}}) {
      const std::vector<std::int64_t> order = order_of(counts, share);
      const auto clips = counts.labeled + counts.unlabeled;
      ASSERT_EQ(std::ssize(order), clips);
      const int steps = steps_per_epoch(clips, kBatch);
      for (int step = 0; step < steps; ++step) {
        const auto begin = order.begin() + clips * step / steps, end = order.begin() + clips * (step + 1) / steps;
        const auto labeled = std::count_if(begin, end, [&](std::int64_t clip) { return clip < counts.labeled; });
        EXPECT_LE(std::abs(static_cast<double>(labeled) - share * static_cast<double>(end - begin)), 1.0);
      }
      times_at_most_one_apart(order, 0, counts.labeled);
      times_at_most_one_apart(order, counts.labeled, clips);
    }
  }
}

TEST(BatchOrder, AShareOfNothingOrEverythingIsAnEpochOfOneKind) {
  const std::vector<std::int64_t> unlabeled = order_of({431, 216}, 0.0), labeled = order_of({431, 216}, 1.0);
  EXPECT_EQ(unlabeled.size(), 216U);
  EXPECT_EQ(times_at_most_one_apart(unlabeled, 431, 647), 1);
  EXPECT_EQ(labeled.size(), 431U);
  EXPECT_EQ(times_at_most_one_apart(labeled, 0, 431), 1);
}

TEST(BatchOrder, AShareNeedsClipsOfTheKind) {
  EXPECT_THAT(testing::refusal(ErrorKind::config,
                               [] {
                                 order_of({431, 0}, 0.5);
                               }),
              ::testing::HasSubstr("no unlabeled training clip"));
  EXPECT_THAT(testing::refusal(ErrorKind::config,
                               [] {
                                 order_of({0, 5}, 0.5);
                               }),
              ::testing::HasSubstr("no labeled training clip"));
}

}  // namespace
}  // namespace pskd::train
