// The folds of an experiment as a user trains them.
#include <gmock/gmock.h>

#include <fstream>

#include "support/tiny_sweep.hpp"

namespace pskd::sweep {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Finished;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using testing::TinySweep;

const std::string kFolds =
    "--set 'protocol={name: leave-one-subject-out, train: {subjects: [1, 2, 3, 4]}, test: {subjects: [2, 4]}}' "
    "--set run.threads=1 ";

class Folds : public TinySweep {
 protected:
  Folds() {
    write_sweep("[1, 2]", "1", "");
    std::string text = contents_of(folder_ / "sweep.yaml");
    text.resize(text.find("sweep:\n"));
    std::ofstream(folder_ / "one.yaml") << text;
  }
  Finished train(const std::string& options) const {
    return testing::run_program("train --config " + path("one.yaml") + " " + kFolds + options);
  }
};

TEST_F(Folds, TrainSideBySideAndEachRunOpensItsOwn) {
  EXPECT_THAT(testing::run_program("config check --config " + path("one.yaml") + " " + kFolds).output,
              HasSubstr("2 folds, 2 seeds"));
  EXPECT_THAT(train("--dry-run").output, AllOf(HasSubstr("fold 2, "), HasSubstr("2 folds, 2 seeds")));
  EXPECT_THAT(train("--status").output, AllOf(HasSubstr("trial/fold-4/2"), HasSubstr("4 waiting")));
  const Finished one = train("--only trial/fold-4/2");
  EXPECT_EQ(one.code, 0) << one.output;
  EXPECT_EQ(train("--only trial/4/2").code, 2);
  ASSERT_THAT(files("result.json"), SizeIs(1));
  EXPECT_THAT(files("result.json")[0].string(), HasSubstr("/fold-4/seed-2/"));

  EXPECT_EQ(train("--jobs 2").code, 2) << "one of them is there";
  const Finished rest = train("--jobs 2 --resume");
  ASSERT_EQ(rest.code, 0) << rest.output;
  EXPECT_THAT(rest.output, HasSubstr("4 runs, 3 to train, 2 at a time"));
  ASSERT_THAT(files("result.json"), SizeIs(4));
  EXPECT_THAT(train("--status").output, HasSubstr("4 done"));

  for (const fs::path& result : files("result.json")) {
    const Finished evaluated = testing::run_program("eval " + result.parent_path().string());
    EXPECT_EQ(evaluated.code, 0) << evaluated.output;
    EXPECT_THAT(evaluated.output, HasSubstr("(6 clips)")) << "of one person: three actions, two trials";
  }
  const fs::path run = files("result.json")[0].parent_path();
  fs::create_directory(folder_ / "alone");
  fs::copy(run, folder_ / "alone/seed-1", fs::copy_options::recursive);
  const Finished lost = testing::run_program("eval " + path("alone/seed-1"));
  EXPECT_EQ(lost.code, 2);
  EXPECT_THAT(lost.output, HasSubstr("one of the folds 2 4, which lies in fold-<name>/"));

  const auto weights = [&](const fs::path& file) {
    return contents_of(file.parent_path() / "stages/student/predictions.csv");
  };
  std::vector<std::string> before;
  for (const fs::path& result : files("result.json")) before.push_back(weights(result));
  const Finished anew = train("--overwrite --threads 1 --quiet");
  ASSERT_EQ(anew.code, 0) << anew.output;
  std::vector<std::string> after;
  for (const fs::path& result : files("result.json")) after.push_back(weights(result));
  EXPECT_EQ(after, before) << "side by side or in turn";
}

TEST_F(Folds, OneThatFailsDoesNotStopTheOthers) {
  // A clip of subject 4 under two names: the fold that tests subject 4 trains on one of them.
  fs::copy_file(folder_ / "data/Inertial/a1_s4_t1_inertial.mat", folder_ / "data/Inertial/a1_s1_t1_inertial.mat",
                fs::copy_options::overwrite_existing);
  fs::copy_file(folder_ / "data/Skeleton/a1_s4_t1_skeleton.mat", folder_ / "data/Skeleton/a1_s1_t1_skeleton.mat",
                fs::copy_options::overwrite_existing);
  const Finished told = train("");
  EXPECT_EQ(told.code, 3) << told.output;
  EXPECT_THAT(told.output, AllOf(HasSubstr("2 of 4 runs failed; the others are done:\ntrial/fold-4/1: "),
                                 HasSubstr("trial/fold-4/2: "), Not(HasSubstr("fold-2/1: failed"))));
  EXPECT_THAT(files("result.json"), SizeIs(2));
}

TEST_F(Folds, OfASweepAreItsRunsToo) {
  write_sweep("[1]", "1", testing::kTwoMethods);
  const Finished trained = sweep("--jobs 2 " + kFolds);
  ASSERT_EQ(trained.code, 0) << trained.output;
  EXPECT_THAT(files("result.json"), SizeIs(4));
  EXPECT_THAT(sweep("--status " + kFolds).output, AllOf(HasSubstr("label/fold-2/1"), HasSubstr("4 done")));
  std::size_t trained_stages = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "runs/stages")) {
    trained_stages += entry.path().filename() == "stage.json" ? 1 : 0;
  }
  EXPECT_EQ(trained_stages, 6U) << "for each fold one teacher and two students";
}

}  // namespace
}  // namespace pskd::sweep
