// What the program prints and writes is heard to the end: a full disk, a closed stream, a limit on files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/files_under.hpp"
#include "support/run_program.hpp"
#include "support/tiny_run.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::kProgram;
using testing::run_command;
using ::testing::StartsWith;

class Output : public testing::TinyRun {
 protected:
  static void SetUpTestSuite() {
    ASSERT_NO_FATAL_FAILURE(TinyRun::SetUpTestSuite());
    std::ofstream(path("sweep.yaml"))
        << "include: [tiny.yaml]\nsweep:\n  paired: {a: {}, b: {stages.student.epochs: 2}}\n";
  }
  static std::string config() { return " --config " + path("tiny.yaml") + " "; }
};

TEST_F(Output, AFullDiskIsHeardByEveryVerb) {
  const std::vector<std::string> commands = {
      "--help",
      "--version",
      "train --help",
      "sweep --help",
      "train --resume --quiet" + config(),
      "train --overwrite --dry-run --quiet" + config(),
      "sweep --status --config " + path("sweep.yaml"),
      "table " + run_.string(),
      "table --format csv " + run_.string(),
      "report " + run_.string(),
      "eval --stage student --json " + run_.string(),
      "export " + run_.string() + " --out " + path("student.pskd"),
      "predict " + path("student.pskd") + " " + path("data/Inertial/a1_s1_t1_inertial.mat"),
      "data check" + config(),
      "data build" + config(),
      "data info" + config(),
      "data synth --subjects 1 --trials 1 --actions 1 --out " + path("again"),
      "model show" + config(),
      "config show" + config(),
      "config check" + config(),
      "config explain training.epochs",
      "config reference",
      "doctor",
      "bench --seconds 0.01" + config(),
      "commands"};
  for (const std::string& command : commands) {
    const auto finished = run_command("( " + kProgram + command + " > /dev/full )");
    EXPECT_EQ(finished.code, 3) << command << '\n' << finished.output;
    EXPECT_THAT(finished.output, HasSubstr("pskd: standard output: No space left on device\n")) << command;
  }
}

TEST_F(Output, ALongTextThatIsCutShortIsHeard) {
  const std::string file = path("reference.md");
  const auto finished = run_command("( ulimit -f 8; " + kProgram + "config reference > " + file + " )");
  EXPECT_EQ(finished.code, 3) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr("standard output: File too large"));
}

TEST_F(Output, AClosedPipeEndsTheProgramWithoutAMessage) {
  const auto finished = run_command("( " + kProgram + "config reference | head -n 1 )");
  EXPECT_THAT(finished.output, AllOf(HasSubstr("# Config"), ::testing::Not(HasSubstr("pskd:"))));
}

TEST_F(Output, ClosedStandardStreamsEndInNoFile) {
  for (const std::string closed : {"", "<&-", ">&-", "2>&-", "<&- >&- 2>&-"}) {
    const std::string root = path("closed");
    fs::remove_all(root);
    const auto finished = run_command("( " + kProgram + "train --set run.root=" + root + config() + closed + " )");
    EXPECT_EQ(finished.code, 0) << closed << '\n' << finished.output;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() == ".lock") {
        EXPECT_EQ(fs::file_size(entry), 0) << closed;
      }
      if (entry.path().filename() != "metrics.jsonl") continue;
      std::ifstream stream(entry.path());
      for (std::string line; std::getline(stream, line);) EXPECT_THAT(line, StartsWith("{")) << closed;
    }
  }
}

TEST_F(Output, SyntheticFilesThatCannotBeWrittenWholeAreNotWrittenAtAll) {
  for (const std::string like : {"utd", "berkeley", "mmact", "generic"}) {
    const std::string out = path("limited");
    const auto finished = run_command("( ulimit -f 1; " + kProgram + "data synth --subjects 2 --trials 2 --like " +
                                      like + " --out " + out + " )");
    EXPECT_EQ(finished.code, 3) << like << finished.output;
    EXPECT_THAT(finished.output, HasSubstr("cannot write " + out)) << like;
    EXPECT_FALSE(fs::exists(out) || fs::exists(out + ".partial")) << like;
  }
}

TEST_F(Output, AFullDiskLeavesNoSyntheticFiles) {
  const std::string disk = path("disk");
  fs::create_directory(disk);
  if (run_command("mount -t tmpfs -o size=300k tmpfs " + disk).code != 0) {
    GTEST_SKIP() << "mounting a small tmpfs is not permitted here";
  }
  for (const std::string like : {"utd", "berkeley", "mmact", "generic"}) {
    const auto finished = run_command(kProgram + "data synth --like " + like + " --out " + disk + "/out");
    EXPECT_EQ(finished.code, 3) << like << finished.output;
    EXPECT_THAT(finished.output, HasSubstr("No space left on device")) << like;
    EXPECT_TRUE(fs::is_empty(disk)) << like;
  }
  EXPECT_EQ(run_command("umount " + disk).code, 0);
}

TEST_F(Output, ASeedIsNotNegative) {
  for (const std::string seed : {"-1", "18446744073709551616", "1.5"}) {
    const auto refused = run_command(kProgram + "data synth --seed " + seed + " --out " + path("negative"));
    EXPECT_EQ(refused.code, 2) << seed;
    EXPECT_THAT(refused.output, HasSubstr("--seed")) << seed;
  }
}

}  // namespace
}  // namespace pskd
