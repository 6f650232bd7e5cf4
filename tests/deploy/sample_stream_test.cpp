#include "deploy/sample_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

#include "base/file.hpp"
#include "base/random.hpp"
#include "deploy/predict.hpp"
#include "deploy/recognizer.hpp"
#include "deploy/sample_input.hpp"
#include "deploy/small_model.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::small_model;

using Values = std::vector<float>;

Values drawn(std::size_t samples, std::uint64_t key) {
  RandomStream stream(key);
  Values values(3 * samples);
  for (float& value : values) value = static_cast<float>(stream.normal());
  return values;
}

class SampleStreamTest : public ::testing::Test {
 protected:
  SampleStream stream(const StreamOptions& options) {
    made_.clear();
    return SampleStream(recognizer_of(small_model(), "it"), options,
                        [this](const StreamDecision& made) { made_.push_back(made); });
  }
  /// With times from `origin` on; without, where that is none.
  static void feed(SampleStream& stream, const Values& values, std::optional<double> origin = std::nullopt,
                   double rate = 50) {
    for (std::size_t i = 0; i < values.size() / 3; ++i) {
      const double time = origin.value_or(0) + static_cast<double>(i) / rate;
      stream.add(origin ? std::optional(time) : std::nullopt, {values.data() + 3 * i, 3});
    }
  }

  std::vector<StreamDecision> made_;
};

TEST_F(SampleStreamTest, DecidesAsPredictDoesAboutTheSameWindows) {
  const testing::TemporaryFolder folder;
  const ModelFile model = small_model();
  const WindowOptions windows{.length = 2, .step = 0.7};
  for (const bool stamped : {false, true}) {
    RandomStream random(stamped ? 1 : 2);
    std::ofstream file(folder / "day.csv");
    for (int i = 0; i < 1000; ++i) {
      char line[100];
      std::snprintf(line, sizeof(line), "%.2f,%.6f,%.6f,%.6f\n", i / 50.0, random.normal(), random.normal(),
                    random.normal());
      file << (stamped ? line : std::string(line).substr(std::string(line).find(',') + 1));
    }
    file.close();
    std::vector<FileDecision> expected;
    Recognizer recognizer = recognizer_of(model, "it");
    predict_files(model, recognizer, {folder / "day.csv"}, {}, windows,
                  {[&](const FileDecision& one) { expected.push_back(one); },
                   [](const Error& error) { FAIL() << error.what(); }});
    SampleStream live = stream({.rate = 50, .windows = windows});
    SampleInput input(model.sensor->channels, SampleForm::text);
    input.add(read_file(folder / "day.csv"), [&](const Sample& one) { live.add(one.time, one.values); });
    ASSERT_EQ(made_.size(), expected.size());
    ASSERT_GT(made_.size(), 20U);
    for (std::size_t i = 0; i < made_.size(); ++i) {
      EXPECT_NEAR(made_[i].start, expected[i].start, 1e-6);
      EXPECT_NEAR(made_[i].end, expected[i].end, 1e-6);
      for (std::size_t k = 0; k < model.classes.size(); ++k) {
        EXPECT_NEAR(made_[i].decision.probabilities[k], expected[i].decision.probabilities[k], stamped ? 1e-5 : 0);
      }
    }
  }
}

TEST_F(SampleStreamTest, BringsSamplesToItsRate) {
  SampleStream live = stream({.rate = 10, .windows = {.length = 1, .step = 0.5}});
  Values line;
  for (int i = 0; i < 40; ++i) line.insert(line.end(), {static_cast<float>(i), 0, 1});
  feed(live, line, 1e9, 20);
  ASSERT_EQ(made_.size(), 3U) << "1.95 s hold the windows that begin at 0, 0.5 and 1";
  EXPECT_DOUBLE_EQ(made_[2].start, 1e9 + 1);
  EXPECT_NEAR(made_[2].end, 1e9 + 1.9, 1e-6);
  EXPECT_EQ(live.samples(), 40);
}

TEST_F(SampleStreamTest, SurvivesGapsBackwardTimeAndNan) {
  SampleStream live = stream({.rate = 50, .windows = {.length = 1, .step = 1}});
  const Values part = drawn(60, 2), bad = {0, std::nanf(""), 0};
  feed(live, part, 0);
  live.add(0.5, std::span(part).first(3));
  live.add(1.21, bad);
  live.add(std::nan(""), std::span(part).first(3));
  feed(live, part, 100);
  EXPECT_EQ(live.troubles().backward, 1);
  EXPECT_EQ(live.troubles().impossible, 2);
  EXPECT_EQ(live.troubles().gaps, 1);
  ASSERT_EQ(made_.size(), 2U) << "no window reaches over the gap";
  EXPECT_DOUBLE_EQ(made_[1].start, 100);
  EXPECT_EQ(made_[0].decision.probabilities, made_[1].decision.probabilities);
  feed(live, drawn(200, 3), 10);
  EXPECT_EQ(made_.size(), 5U) << "a clock that was set back is believed after a second";
  EXPECT_EQ(live.troubles().backward, 51);
}

TEST_F(SampleStreamTest, ASampleThatIsMissingIsBridged) {
  const WindowOptions windows{.length = 1, .step = 1};
  Values line;
  for (int i = 0; i < 50; ++i) line.insert(line.end(), {static_cast<float>(i), 1, static_cast<float>(-i)});
  SampleStream whole = stream({.rate = 50, .windows = windows});
  feed(whole, line);
  const Values expected = made_.at(0).decision.probabilities;
  Values without = line;
  without[3 * 20] = std::nanf("");
  SampleStream live = stream({.rate = 50, .windows = windows});
  feed(live, without);
  ASSERT_EQ(made_.size(), 1U);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(made_[0].decision.probabilities[k], expected[k], 1e-5);
}

TEST_F(SampleStreamTest, ASampleBeyondTheLimitsIsDropped) {
  const Values sound = {0, 0, 1}, more = {0, 2001, 1}, less = {0, -1001, 1};
  SampleStream live = stream({.rate = 50, .windows = {.length = 1, .step = 1}, .limits = {1000, 2000, 1000}});
  for (const Values& sample : {sound, more, less}) live.add(std::nullopt, sample);
  EXPECT_EQ(live.troubles().impossible, 1);
  for (int i = 0; i < 48; ++i) live.add(std::nullopt, sound);
  EXPECT_EQ(made_.size(), 1U);
}

TEST_F(SampleStreamTest, SmoothingAndHysteresisHoldAClass) {
  const Values values = drawn(3000, 5);
  const auto changes = [&](double smoothing, double hysteresis) {
    SampleStream live =
        stream({.rate = 50, .windows = {.length = 1, .step = 0.2}, .smoothing = smoothing, .hysteresis = hysteresis});
    feed(live, values);
    return std::count_if(made_.begin(), made_.end(), [](const StreamDecision& one) { return one.changed; });
  };
  const auto plain = changes(0, 0);
  EXPECT_LT(changes(0.8, 0), plain);
  EXPECT_LT(changes(0, 0.5), plain);
  EXPECT_EQ(changes(0, 1), 1) << "the first class stays";
}

TEST_F(SampleStreamTest, BelowTheThresholdTheAnswerIsNoneAndAChangeIsSaid) {
  SampleStream all = stream({.rate = 50, .windows = {.length = 1, .step = 1}});
  feed(all, drawn(500, 7));
  ASSERT_EQ(made_.size(), 10U);
  std::vector<double> confidences;
  for (const StreamDecision& one : made_) confidences.push_back(one.confidence);
  std::nth_element(confidences.begin(), confidences.begin() + 5, confidences.end());
  const double threshold = confidences[5];
  SampleStream some = stream({.rate = 50, .windows = {.length = 1, .step = 1}, .none_threshold = threshold});
  feed(some, drawn(500, 7));
  int before = -2;
  for (const StreamDecision& one : made_) {
    EXPECT_EQ(one.label, one.decision.confidence < threshold ? -1 : one.decision.label);
    EXPECT_EQ(one.changed, one.label != before);
    before = one.label;
  }
}

TEST(SampleLine, IsALineOfNumbersOrJson) {
  const std::vector<std::string> channels = {"ax", "ay", "az"};
  const auto values = [&](const char* line) {
    const auto sample = sample_in(line, channels);
    return sample ? sample->values : Values{};
  };
  for (const char* line : {"1,2,3", " 1; 2; 3 ", "1 2  3", "1\t2\t3", "0.5,1,2,3", "[1,2,3]", "[0.5,1,2,3]",
                           R"({"az":3,"ay":2,"ax":1})", R"({"t":0.5,"ax":1,"ay":2,"az":3,"note":"x"})"}) {
    EXPECT_THAT(values(line), ElementsAre(1, 2, 3)) << line;
  }
  EXPECT_EQ(sample_in("0.5,1,2,3", channels)->time, 0.5);
  EXPECT_EQ(sample_in(R"({"t":0.5,"ax":1,"ay":2,"az":3})", channels)->time, 0.5);
  EXPECT_EQ(sample_in("1,2,3", channels)->time, std::nullopt);
  for (const char* line : {"", "1,2", "1,2,3,4,5", "1,2,x", "t,ax,ay,az", "[1,[2],3]", "{\"ax\":1}",
                           "{\"ax\":", "[1,2,\"3\"]", R"({"t":"x","ax":1,"ay":2,"az":3})", "{{{{{", "\xff\xfe"}) {
    EXPECT_FALSE(sample_in(line, channels)) << line;
  }
}

class SampleInputTest : public ::testing::Test {
 protected:
  /// The first value of each sample in `text`, which comes in pieces of `size` bytes.
  Values firsts(const std::string& text, std::size_t size = 7) {
    Values found;
    for (std::size_t at = 0; at < text.size(); at += size) {
      input_.add(std::string_view(text).substr(at, size),
                 [&](const Sample& one) { found.push_back(one.values.front()); });
    }
    input_.finish();
    return found;
  }
  SampleInput input_{{"ax", "ay", "az"}, SampleForm::text};
};

TEST_F(SampleInputTest, LinesMayComeInAnyPieces) {
  EXPECT_THAT(firsts("1,0,0\r\n2,0,0\nx\n3,0,0\n", 1), ElementsAre(1, 2, 3));
  EXPECT_EQ(input_.refused(), 1);
  EXPECT_THAT(input_.first_refused(), HasSubstr("line 3: 'x'"));
}

TEST_F(SampleInputTest, HalfALineIsNotTakenForAWholeOne) {
  EXPECT_THAT(firsts("0.1,1,0,0\n0.2,2,0,0\n0.3,7,7\n0.4,3,0,0\n0.5,4,0,0.12"), ElementsAre(1, 2, 3))
      << "the third lacks an axis and looks like a line without a time; who knows what followed the last";
  EXPECT_EQ(input_.refused(), 2);
}

TEST_F(SampleInputTest, AFirstLineOfTheOtherFormDoesNotStopTheStream) {
  std::string text = "7,7,7\n";
  for (int i = 0; i < 30; ++i) text += std::to_string(i) + ",1,0,0\n";
  EXPECT_EQ(firsts(text).size(), 22U) << "nine are refused until they are believed";
}

TEST_F(SampleInputTest, GarbageIsCountedInBoundedMemory) {
  RandomStream random(1);
  std::string garbage;
  for (int i = 0; i < 300'000; ++i) garbage += static_cast<char>(random.below(255) + 1);
  std::replace(garbage.begin(), garbage.end(), '\n', ' ');
  EXPECT_THAT(firsts("1,0,0\n" + garbage + "\n2,0,0\n", 50'000), ElementsAre(1, 2));
  EXPECT_EQ(input_.refused(), 1) << "one long line";
  EXPECT_THAT(firsts("3,0,0\n" + std::string(300'000, ' ') + "9,0,0\n4,0,0\n", 50'000), ElementsAre(3, 4));
  EXPECT_EQ(input_.refused(), 2) << "long lines are not kept, whatever they hold";
}

TEST_F(SampleInputTest, FloatsAreTakenAsTheyLie) {
  const Values values = {1, 0, 0, 2, 0, 0, 3, 0};
  input_ = SampleInput({"ax", "ay", "az"}, SampleForm::f32);
  EXPECT_THAT(firsts(std::string(reinterpret_cast<const char*>(values.data()), sizeof(float) * values.size())),
              ElementsAre(1, 2));
  EXPECT_EQ(input_.refused(), 1) << "the third is not complete";
}

}  // namespace
}  // namespace pskd::deploy
