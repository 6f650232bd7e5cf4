#include "synthetic/writers/joined.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/file.hpp"
#include "data/data_check.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "support/dataset_config.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::synthetic {
namespace {

using data::Clip;
using data::Dataset;
using data::Frames;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two people who do two things twice, for 4 s at 10 Hz; ax says which clip it is.
Dataset four_seconds() {
  Dataset dataset;
  dataset.info.name = "made up";
  dataset.info.classes = {"push", "wave"};
  dataset.info.channels = {"ax", "ay", "az"};
  dataset.info.units = {"g", "g", "g"};
  dataset.info.sensor_rate = 10;
  dataset.info.protocols = {{"cross-subject", {data::SplitAxis::subjects, {1}}}};
  for (const int label : {0, 1}) {
    for (const int subject : {1, 2}) {
      for (const int trial : {1, 2}) {
        Clip clip;
        clip.label = label;
        clip.subject = subject;
        clip.trial = trial;
        clip.sensor = Frames::Constant(40, 3, static_cast<float>(0.1 * label + 0.01 * subject + 0.001 * trial));
        dataset.clips.push_back(clip);
      }
    }
  }
  return dataset;
}

TEST(JoinedTest, IsReadAsOnesOwnRecordingsWithRestAsAClass) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path root = folder / "joined";
  EXPECT_EQ(write_joined(root, four_seconds(), {.rest = 3, .window = 2, .step = 1}), 4);
  const data::DataCheck check = data::readers::check_dataset(testing::dataset_config("generic", root));
  EXPECT_THAT(check.broken, IsEmpty());
  EXPECT_EQ(check.info.classes, (std::vector<std::string>{"push", "wave", "other"}));
  std::map<int, int> windows;
  for (const Clip& clip : check.clips) {
    ++windows[clip.label];
    if (clip.label == 2) continue;
    const float expected = 0.1F * static_cast<float>(clip.label) + 0.01F * static_cast<float>(*clip.subject.number()) +
                           0.001F * static_cast<float>(*clip.trial.number());
    EXPECT_GE(((clip.sensor.col(0) - expected).abs() < 1e-4F).count(), clip.sensor.rows() / 2) << clip.id;
  }
  // 3 + 4 + 3 + 4 + 3 s: windows at 0, 1, ..., 14 s. The clips last from 3 to 7 s and from 10 to 14 s: windows that
  // begin at 2, ..., 6 s share at least a half with the first. Four recordings.
  EXPECT_EQ(windows[0] + windows[1], 4 * 10);
  EXPECT_EQ(windows[2], 4 * 5);
}

TEST(JoinedTest, OrderAndNoiseFollowTheSeed) {
  const testing::TemporaryFolder folder;
  const auto text = [&](const char* name, std::uint64_t seed) {
    JoinOptions options;
    options.seed = seed;
    write_joined(folder / name, four_seconds(), options);
    return read_file(folder / name / "watch" / "s1_t1.csv");
  };
  const std::string once = text("a", 1);
  EXPECT_EQ(text("b", 1), once);
  EXPECT_NE(text("c", 2), once);
}

TEST(JoinedTest, WritesOnceWhatSeveralCamerasSawAndEachRepetition) {
  const testing::TemporaryFolder folder;
  Dataset dataset = four_seconds();
  dataset.info.protocols["cross-subject"].train = {1, 7};
  Clip other_view = dataset.clips[0], repetition = dataset.clips[0];
  other_view.camera = 2;
  repetition.sensor += 0.5F;
  dataset.clips.push_back(other_view);
  dataset.clips.push_back(repetition);
  write_joined(folder / "joined", dataset, {.rest = 1});
  const std::string text = read_file(folder / "joined" / "watch" / "s1_t1.csv");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 3 * 40 + 4 * 10);
  EXPECT_THAT(read_file(folder / "joined" / "dataset.yaml"), HasSubstr("train_subjects: [\"1\"]\n"));
}

TEST(JoinedTest, NeedsASensorWithARateAndAnEmptyFolder) {
  const testing::TemporaryFolder folder;
  Dataset dataset = four_seconds();
  write_joined(folder / "full", dataset, {});
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { write_joined(folder / "full", dataset, {}); }),
              HasSubstr("full"));
  dataset.info.sensor_rate = 0;
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { write_joined(folder / "none", dataset, {}); }),
              HasSubstr("made up: its clips cannot be joined: their sensors have no common rate"));
  EXPECT_FALSE(std::filesystem::exists(folder / "none"));
}

}  // namespace
}  // namespace pskd::synthetic
