// What becomes of a trained stage: a model file, used where neither run nor recordings are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/file.hpp"
#include "support/real_data.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_run.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::kProgram;
using testing::run_command;

/// A trained run of one tiny stage, made once for all cases.
class Deploy : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new testing::TemporaryFolder;
    ASSERT_NO_FATAL_FAILURE(testing::make_tiny_experiment(folder_->path()));
    const auto trained = run_command(kProgram + "train --quiet --config " + path("tiny.yaml"));
    ASSERT_EQ(trained.code, 0) << trained.output;
    run_ = testing::tiny_run_folder(path("runs"));
  }
  static void TearDownTestSuite() { delete folder_; }

  static std::string path(const std::string& name) { return (*folder_ / name).string(); }
  static std::string stage() { return (run_ / "stages" / "student").string(); }

  static inline testing::TemporaryFolder* folder_ = nullptr;
  static inline fs::path run_;
};

TEST_F(Deploy, AStageIsExportedByEitherOfItsNames) {
  const auto by_path = run_command(kProgram + "export " + stage() + "/ --out " + path("a.pskd"));
  EXPECT_EQ(by_path.code, 0) << by_path.output;
  EXPECT_THAT(by_path.output, HasSubstr("sensor-cnn, 2 classes, 3 channels at 50 Hz; "));
  const auto by_run = run_command(kProgram + "export " + run_.string() + " --stage student --out " + path("b.pskd"));
  EXPECT_EQ(by_run.code, 0) << by_run.output;
  EXPECT_EQ(read_file(path("a.pskd")), read_file(path("b.pskd")));
  EXPECT_LT(fs::file_size(path("a.pskd")), fs::file_size(stage() + "/last.ckpt")) << "without the optimizer's state";
}

TEST_F(Deploy, WhatIsNoStageOfAFinishedRunIsRefused) {
  const auto expect = [](const std::string& arguments, int code, const std::string& message) {
    const auto finished = run_command(kProgram + "export " + arguments + " --out " + path("no.pskd"));
    EXPECT_EQ(finished.code, code) << finished.output;
    EXPECT_THAT(finished.output, HasSubstr(message));
    EXPECT_FALSE(fs::exists(path("no.pskd")));
  };
  expect(run_.string() + " --stage teacher", 2, "has no stage 'teacher'; its stages are student");
  expect(stage() + " --stage teacher", 2, "is stage 'student', and --stage says 'teacher'");
  expect(path("runs"), 2, "expected the folder of a finished run");
  fs::copy(run_, path("seed-1"), fs::copy_options::recursive);
  fs::remove(path("seed-1/stages/student/last.ckpt"));
  expect(path("seed-1"), 5, "last.ckpt: is missing");
}

TEST_F(Deploy, AModelFileReplacesNeitherAFolderNorAnotherFile) {
  const auto folder = run_command(kProgram + "export " + stage() + " --out " + path("data"));
  EXPECT_EQ(folder.code, 2);
  EXPECT_THAT(folder.output, HasSubstr("data is a folder; --out names a file"));
  const auto file = run_command(kProgram + "export " + stage() + " --out " + path("tiny.yaml"));
  EXPECT_EQ(file.code, 2);
  EXPECT_THAT(read_file(path("tiny.yaml")), HasSubstr("stages:"));
}

TEST_F(Deploy, NumpyReadsAModelFileAsTheDocumentsSay) {
  if (run_command("python3 -c 'import numpy'").code != 0) GTEST_SKIP() << "python3 with numpy is absent";
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("student.pskd")).code, 0);
  const std::string page = read_file(fs::path(PSKD_SOURCE_DIR) / "docs" / "deploy.md"), fence = "```python\n";
  const std::size_t begin = page.find(fence) + fence.size();
  std::ofstream(path("read.py")) << page.substr(begin, page.find("```", begin) - begin) << R"(
print(weights["network/convolutions.0.weight"].shape, weights["network/head.classifier.bias"].dtype)
print(manifest["model"]["classes"], manifest["model"]["sensor"]["rate"], manifest["stage"], manifest["run"]["data"])
)";
  const auto read = run_command("cd " + folder_->path().string() + " && python3 read.py");
  EXPECT_EQ(read.output, "(4, 3, 7) float32\n['swipe_left', 'swipe_right'] 50.0 student utd-mhad\n");
}

}  // namespace
}  // namespace pskd
