#include "deploy/predict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/file.hpp"
#include "deploy/label_file.hpp"
#include "deploy/npy_file.hpp"
#include "deploy/recognizer.hpp"
#include "deploy/small_model.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::pair<Eigen::Index, Eigen::Index>> cut(Eigen::Index samples, const WindowOptions& options) {
  std::vector<std::pair<Eigen::Index, Eigen::Index>> windows;
  for (const auto& [first, count] : windows_in(samples, 50, options)) windows.emplace_back(first, count);
  return windows;
}

TEST(Windows, SlideOverARecordingAndLieInsideIt) {
  using Pairs = std::vector<std::pair<Eigen::Index, Eigen::Index>>;
  EXPECT_EQ(cut(100, {}), Pairs({{0, 100}}));
  EXPECT_EQ(cut(200, {.length = 2, .step = 1}), Pairs({{0, 100}, {50, 100}, {100, 100}}));
  EXPECT_EQ(cut(199, {.length = 2}), Pairs({{0, 100}, {50, 100}})) << "half a window is the usual step";
  EXPECT_EQ(cut(99, {.length = 2, .step = 1}), Pairs({{0, 99}})) << "shorter than a window: the whole";
  EXPECT_EQ(cut(5, {.length = 1e-9, .step = 1e300}), Pairs({{0, 2}})) << "two samples are the least";
}

class Predict : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, int samples) {
    std::ofstream file(folder_ / name);
    RandomStream stream(static_cast<std::uint64_t>(samples));
    for (int i = 0; i < samples; ++i) {
      file << stream.normal() << ',' << stream.normal() << ',' << 1 + stream.normal() << '\n';
    }
    return folder_ / name;
  }

  testing::TemporaryFolder folder_;
  ModelFile model_ = testing::small_model();
};

TEST_F(Predict, DecidesInOrderAndAsTheRecognizerDoesAlone) {
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 7; ++i) files.push_back(write(std::to_string(i) + ".csv", 300 + 70 * i));
  Recognizer recognizer = recognizer_of(model_, "it"), alone = recognizer;
  std::vector<FileDecision> found;
  predict_files(model_, recognizer, files, {}, {.length = 1, .step = 0.1},
                {[&](const FileDecision& one) { found.push_back(one); }, [](const Error&) { FAIL(); }});
  ASSERT_GT(found.size(), 300U) << "more than a batch";
  std::size_t next = 0;
  SensorFiles reader(model_, {});
  data::Repairs repairs;
  for (const auto& file : files) {
    const SensorRecording recording = reader.read(file, repairs);
    for (const auto& [first, count] : windows_in(recording.samples.rows(), 50, {.length = 1, .step = 0.1})) {
      const FileDecision& one = found.at(next++);
      EXPECT_EQ(one.file, file);
      EXPECT_DOUBLE_EQ(one.start, static_cast<double>(first) / 50);
      EXPECT_DOUBLE_EQ(one.end, static_cast<double>(first + count - 1) / 50);
      const Window window(recording.samples.data() + 3 * first, static_cast<std::size_t>(3 * count));
      EXPECT_EQ(one.decision.probabilities, alone.classify(window).probabilities);
    }
  }
  EXPECT_EQ(next, found.size());
}

TEST_F(Predict, AFileThatCannotBeUsedIsSaidAndTheOthersAreDecided) {
  Recognizer recognizer = recognizer_of(model_, "it");
  std::vector<std::string> decided, refused;
  const PredictionNotes notes = predict_files(
      model_, recognizer, {write("a.csv", 50), folder_ / "absent.csv", write("b.csv", 1), write("c.csv", 60)}, {}, {},
      {[&](const FileDecision& one) { decided.push_back(one.file.filename().string()); },
       [&](const Error& error) { refused.emplace_back(error.what()); }});
  EXPECT_THAT(decided, ElementsAre("a.csv", "c.csv"));
  EXPECT_THAT(refused, ElementsAre(HasSubstr("absent.csv"), HasSubstr("b.csv")));
  EXPECT_EQ(notes.unusable, 2);
  EXPECT_EQ(notes.files, 4);
}

TEST_F(Predict, DecisionsAboutMuchMoreOrLessThanATrainingClipAreDoubtful) {
  Recognizer recognizer = recognizer_of(model_, "it");
  const auto doubts = [&](double window) {
    std::string found;
    const auto add = [&](const FileDecision& one) { found = one.doubts.empty() ? "" : one.doubts.back().kind; };
    const PredictionNotes notes = predict_files(model_, recognizer, {write("long.csv", 600)}, {}, {.length = window},
                                                {add, [](const Error&) { FAIL(); }});
    EXPECT_EQ(notes.doubts.contains(found), !found.empty());
    return found;
  };
  EXPECT_THAT(doubts(0), HasSubstr("much longer than a training clip (3.5 s)")) << "12 s";
  EXPECT_THAT(doubts(1e9), HasSubstr("much longer"));
  EXPECT_THAT(doubts(0.001), HasSubstr("much shorter"));
  EXPECT_EQ(doubts(3), "");
}

TEST_F(Predict, MomentsCountFromTheFirstSampleOfTheFileWhateverIsCut) {
  std::ofstream(folder_ / "dataset.yaml") << "manifest: clips.csv\nalign: span\ngaps: cut\nskeleton: null\nsensors:\n"
                                             "  watch: {header: true, time: t, columns: [ax, ay, az], "
                                             "channels: [ax, ay, az], unit: g}\n";
  Recognizer recognizer = recognizer_of(model_, "it");
  for (const bool gap : {true, false}) {
    std::ofstream file(folder_ / "day.csv");
    file << "t,ax,ay,az\n";
    for (int i = 0; i < 500; ++i) {
      if (gap && i >= 50 && i < 100) continue;
      file << 7 + i / 50.0 << (i < 100 && !gap ? ",,0,1\n" : i % 2 == 0 ? ",0,0.1,1\n" : ",0.1,0,1\n");
    }
    file.close();
    std::vector<FileDecision> found;
    const PredictionNotes notes = predict_files(
        model_, recognizer, {folder_ / "day.csv"}, {.description = folder_ / "dataset.yaml"}, {.length = 2, .step = 2},
        {[&](const FileDecision& one) { found.push_back(one); }, [](const Error& error) { FAIL() << error.what(); }});
    ASSERT_EQ(found.size(), 4U);
    EXPECT_NEAR(found[0].start, 2, 1e-6) << (gap ? "behind the gap" : "where values begin");
    EXPECT_NEAR(found[3].end, 9.98, 1e-6);
    EXPECT_THAT(notes.doubts.at("a part is left out, for gaps or missing values").first,
                HasSubstr("7.98 s of 9.98 s are kept"));
  }
}

TEST_F(Predict, WindowsOfSecondsNeedARate) {
  model_.sensor->rate = 0;
  Recognizer recognizer = recognizer_of(model_, "it");
  std::vector<std::string> refused;
  const auto say = [&](const Error& error) { refused.emplace_back(error.what()); };
  const std::vector<std::filesystem::path> files = {write("a.csv", 50)};
  predict_files(model_, recognizer, files, {}, {.length = 1}, {[](const FileDecision&) { FAIL(); }, say});
  EXPECT_THAT(refused, ElementsAre(HasSubstr("its rate is not known")));
  int decisions = 0;
  predict_files(model_, recognizer, files, {}, {}, {[&](const FileDecision& one) { decisions += one.end == 0; }, say});
  EXPECT_EQ(decisions, 1);
}

TEST(Npy, HoldsItsRowsBehindAHeaderThatNumpyReads) {
  const testing::TemporaryFolder folder;
  NpyFile file(folder / "a.npy", 2);
  const std::vector<float> first = {1, 2}, second = {3, 4};
  file.add(first);
  file.add(second);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.npy")) << "nothing before the end";
  file.finish();
  const std::string bytes = read_file(folder / "a.npy");
  ASSERT_EQ(bytes.size() % 64, 16U);
  EXPECT_EQ(bytes.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
  EXPECT_THAT(bytes, HasSubstr("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"));
  EXPECT_EQ(bytes[bytes.size() - 17], '\n');
  EXPECT_EQ(bytes.substr(bytes.size() - 8), std::string(reinterpret_cast<const char*>(second.data()), 8));
}

TEST(Labels, AreFoundByPathOrName) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "l.csv") << "label,file\nwave,a.csv\nclap,deep/b.csv\n";
  const LabelFile labels(folder / "l.csv", {"clap", "wave"});
  EXPECT_EQ(labels.label_of("x/a.csv"), 1);
  EXPECT_EQ(labels.label_of("deep/b.csv"), 0);
  EXPECT_EQ(labels.label_of("b.csv"), std::nullopt);
}

TEST(Labels, MayComeFromASpreadsheet) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "l.csv") << "sep=;\nfile;label\na.csv;wave\n;\n";
  EXPECT_EQ(LabelFile(folder / "l.csv", {"clap", "wave"}).label_of("a.csv"), 1);
}

TEST(Labels, ThatAreNoneAreRefusedByLine) {
  const testing::TemporaryFolder folder;
  const auto refused = [&](const char* text) {
    std::ofstream(folder / "l.csv") << text;
    return testing::refusal(ErrorKind::data, [&] { LabelFile(folder / "l.csv", {"clap", "wave"}); });
  };
  EXPECT_THAT(refused("file,class\na,wave\n"), HasSubstr("line 1: expected a column label"));
  EXPECT_THAT(refused("\n"), HasSubstr("line 1: expected a header: the columns file and label"));
  EXPECT_THAT(refused("file,label\na,wafe\n"), HasSubstr("line 2: the model knows no class 'wafe'"));
  EXPECT_THAT(refused("file,label\na,wave\na,clap\n"), HasSubstr("line 3: 'a' has another label in a line before"));
  EXPECT_THAT(refused("file,label\na\n"), HasSubstr("line 2: expected 2 columns, found 1"));
}

}  // namespace
}  // namespace pskd::deploy
