#include "distill/teachers.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/file.hpp"
#include "distill/word_vectors.hpp"
#include "pskd/base/error.hpp"
#include "pskd/model/registry.hpp"
#include "support/temporary_folder.hpp"

namespace pskd {
namespace {

/// Teachers `far` (90 epochs) and `near` (60 epochs) of a learner with 30 epochs.
Experiment chain() {
  Experiment experiment;
  experiment.stages.resize(3);
  experiment.stages[0].name = "far";
  experiment.stages[0].epochs = 90;
  experiment.stages[1].name = "near";
  experiment.stages[1].epochs = 60;
  experiment.stages[2].name = "learner";
  experiment.stages[2].epochs = 30;
  experiment.stages[2].teachers = {{"far", "last", {0, 0}, 1}, {"near", "last", {0, 0}, 1}};
  return experiment;
}

using Range = std::pair<int, int>;

TEST(Schedule, ChainAsksTheListedTeachersThroughout) {
  const Experiment experiment = chain();
  const auto schedule = schedule_teachers(experiment.stages[2], experiment);
  ASSERT_EQ(schedule.size(), 2U);
  EXPECT_EQ(schedule[0].stage, "far");
  EXPECT_EQ(schedule[0].epochs, Range(0, 30));
  EXPECT_EQ(schedule[1].epochs, Range(0, 30));
}

TEST(Schedule, ChainKeepsAGivenEpochRange) {
  Experiment experiment = chain();
  experiment.stages[2].teachers[0].epochs = {5, 12};
  EXPECT_EQ(schedule_teachers(experiment.stages[2], experiment)[0].epochs, Range(5, 12));
}

TEST(Schedule, TrajectoryFollowsEarlySnapshotsThenLaterOnes) {
  Experiment experiment = chain();
  experiment.progress = {"trajectory", 3, "near"};
  const auto schedule = schedule_teachers(experiment.stages[2], experiment);
  ASSERT_EQ(schedule.size(), 6U);
  const std::vector<std::string> snapshots = {"epoch-30", "epoch-60", "last", "epoch-20", "epoch-40", "last"};
  const std::vector<Range> ranges = {{0, 10}, {10, 20}, {20, 30}, {0, 10}, {10, 20}, {20, 30}};
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    EXPECT_EQ(schedule[i].snapshot, snapshots[i]);
    EXPECT_EQ(schedule[i].epochs, ranges[i]);
  }
  EXPECT_EQ(snapshot_epochs("far", experiment), (std::vector{30, 60})) << "so that the teacher keeps them";
  EXPECT_EQ(snapshot_epochs("near", experiment), (std::vector{20, 40}));
  EXPECT_TRUE(snapshot_epochs("learner", experiment).empty());
}

TEST(Schedule, WeightsMoveFromTheNearTeacherToTheFarOneOrBack) {
  Experiment experiment = chain();
  experiment.progress = {"weights", 3, "near"};
  const auto schedule = schedule_teachers(experiment.stages[2], experiment);
  ASSERT_EQ(schedule.size(), 4U) << "a weight of zero leaves the teacher out";
  EXPECT_EQ(schedule[0].stage, "near");
  EXPECT_EQ(schedule[0].epochs, Range(0, 10));
  EXPECT_EQ(schedule[1].weight, 0.5);
  EXPECT_EQ(schedule[2].weight, 0.5);
  EXPECT_EQ(schedule[3].stage, "far");
  EXPECT_EQ(schedule[3].epochs, Range(20, 30));
  experiment.progress.from = "far";
  EXPECT_EQ(schedule_teachers(experiment.stages[2], experiment)[0].stage, "far");
}

/// Doubles its input and counts how often it is asked.
class Doubling : public Network {
 public:
  Output forward(const Input& input) override {
    ++asked;
    return {input.sensor * 2, input.sensor * 3, {}};
  }
  int asked = 0;
};

TEST(Ask, AnswersForAllClipsWhateverTheBatches) {
  Doubling network;
  const torch::Tensor sensor = torch::randn({150, 4});
  const TeacherOutput output = ask(network, {{}, sensor});
  EXPECT_GT(network.asked, 1);
  EXPECT_TRUE(torch::equal(output.embedding, sensor * 2));
  EXPECT_TRUE(torch::equal(output.logits, sensor * 3));
  EXPECT_FALSE(network.is_training());
}

using Indices = std::vector<std::size_t>;

class TargetBankFiles : public ::testing::Test {
 protected:
  TargetBank bank(const std::shared_ptr<Network>& network, double weight = 1) {
    return TargetBank({{{"teacher", "last", {0, 10}, weight}, network, folder_ / "answers/teacher"}});
  }

  const testing::TemporaryFolder temporary_;
  const std::filesystem::path folder_ = temporary_.path();
  const std::shared_ptr<Doubling> network_ = std::make_shared<Doubling>();
  const Input views_{{}, torch::randn({8, 4})};
};

TEST_F(TargetBankFiles, ATeacherIsAskedOnceAboutAViewByWhoeverLearnsFromIt) {
  TargetBank first = bank(network_), other = bank(network_, 0.5);
  EXPECT_EQ(first.recall({0}, 3), Indices({0}));
  const TeacherOutput answer = first.answers({0}, views_)[0];
  EXPECT_TRUE(other.recall({0}, 3).empty());
  const TeacherOutput again = other.answers({0}, {})[0];
  EXPECT_EQ(network_->asked, 1);
  EXPECT_TRUE(torch::equal(answer.embedding, again.embedding));
  EXPECT_TRUE(torch::equal(answer.logits, again.logits));
  EXPECT_EQ(again.weight, 0.5) << "is the learner's, not the answer's";
  EXPECT_EQ(other.recall({0}, 4), Indices({0})) << "another view is another question";
}

TEST_F(TargetBankFiles, ADamagedAnswerIsAskedForAgain) {
  TargetBank one = bank(network_);
  one.recall({0}, 0);
  const TeacherOutput answer = one.answers({0}, views_)[0];
  const std::filesystem::path file = folder_ / "answers/teacher-0.answers";
  const std::string sound = read_file(file);
  for (const std::size_t at : {std::size_t{0}, std::size_t{40}, sound.size() / 2, sound.size() - 1}) {
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    write_file_atomically(file, damaged);
    EXPECT_EQ(one.recall({0}, 0), Indices({0})) << "byte " << at;
  }
  write_file_atomically(file, sound.substr(0, sound.size() / 2));
  EXPECT_EQ(one.recall({0}, 0), Indices({0}));
  EXPECT_TRUE(torch::equal(one.answers({0}, views_)[0].logits, answer.logits));
  EXPECT_EQ(read_file(file), sound) << "and kept again";
}

// The skeleton teacher is the fused teacher's frozen branch: asked once, both say what they say when asked alone.
TEST(TargetBank, AsksASharedSkeletonBranchOnce) {
  const DataShape shape{3, 32, 16, topology("kinect-20"), 5};
  SkeletonGcnConfig small;
  small.width = 4;
  small.blocks = 3;
  FusedConfig both;
  both.skeleton = small;
  both.sensor.width = 4;
  const auto skeleton = make_network(small, shape, 1), fused = make_network(both, shape, 2);
  start_from(*fused, *skeleton);
  const Input views{torch::randn({70, 9, 16, 20}), torch::randn({70, 3, 32})};
  const TeacherOutput skeleton_alone = ask(*skeleton, views), fused_alone = ask(*fused, views);
  const testing::TemporaryFolder folder;
  TargetBank bank({{{"fused"}, fused, folder.path() / "fused"}, {{"skeleton"}, skeleton, folder.path() / "skeleton"}});
  EXPECT_EQ(bank.branch_of(*fused), 1U);
  EXPECT_EQ(bank.branch_of(*skeleton), std::nullopt);
  EXPECT_EQ(bank.recall({0, 1}, 0), Indices({0, 1}));
  const std::vector<TeacherOutput> answers = bank.answers({0, 1}, views);
  EXPECT_TRUE(torch::equal(answers[0].logits, fused_alone.logits));
  EXPECT_TRUE(torch::equal(answers[1].logits, skeleton_alone.logits));
  EXPECT_TRUE(torch::equal(bank.answers({0}, views)[0].logits, fused_alone.logits));
  EXPECT_EQ(bank.recall({0}, 1), Indices({0}));
  EXPECT_TRUE(torch::equal(bank.answers({0}, views)[0].logits, fused_alone.logits)) << "the skeleton is not active";
  EXPECT_TRUE(torch::equal(answers[0].attention, fused_alone.attention));
  skeleton->parameters()[0].data().add_(1e-3);
  EXPECT_EQ(TargetBank({{{"skeleton"}, skeleton, {}}}).branch_of(*fused), std::nullopt);
}

TEST(TargetBank, KnowsWhoIsActiveInAnEpoch) {
  const auto network = std::make_shared<Doubling>();
  const TargetBank bank({{{"a", "last", {0, 5}, 1}, network, {}}, {{"b", "last", {3, 9}, 1}, network, {}}});
  EXPECT_EQ(bank.active(0), (std::vector<std::size_t>{0}));
  EXPECT_EQ(bank.active(4), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(bank.active(5), (std::vector<std::size_t>{1}));
  EXPECT_TRUE(bank.active(9).empty());
}

/// A .npy file as numpy writes it.
std::string npy(const std::string& shape, const std::vector<double>& values) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(117, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY\x01";
  bytes += '\0';
  bytes += static_cast<char>(header.size());
  bytes += '\0';
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
}

class WordVectors : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& bytes) {
    std::ofstream(folder_ / "words.npy", std::ios::binary) << bytes;
    return folder_ / "words.npy";
  }
  std::string problem_of(const std::string& bytes) {
    try {
      read_word_vectors(write(bytes), 2, 3);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      EXPECT_NE(std::string(error.what()).find("words.npy"), std::string::npos);
      return error.what();
    }
    return "";
  }
  testing::TemporaryFolder folder_;
};

TEST_F(WordVectors, AreReadInOrder) {
  const torch::Tensor words = read_word_vectors(write(npy("(2, 3)", {1, 2, 3, 4, 5, 6})), 2, 3);
  EXPECT_TRUE(torch::equal(words, torch::tensor({{1.0F, 2.0F, 3.0F}, {4.0F, 5.0F, 6.0F}})));
}

TEST_F(WordVectors, OfAnotherShapeAreRefusedNamingBoth) {
  const std::string problem = problem_of(npy("(3, 2)", {1, 2, 3, 4, 5, 6}));
  EXPECT_NE(problem.find("expected 2 classes x 3"), std::string::npos);
  EXPECT_NE(problem.find("found 3 x 2"), std::string::npos);
}

TEST_F(WordVectors, EveryTruncationIsRefused) {
  const std::string whole = npy("(2, 3)", {1, 2, 3, 4, 5, 6});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(problem_of(whole.substr(0, length)), "") << length << " bytes";
  }
}

TEST_F(WordVectors, ThatAreNotFiniteAreRefused) { EXPECT_NE(problem_of(npy("(2, 3)", {1, 2, NAN, 4, 5, 6})), ""); }

}  // namespace
}  // namespace pskd
