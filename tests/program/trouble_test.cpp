// Ordinary trouble is told in a sentence with the right exit code; exit 1 is kept for faults of the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_run.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using testing::Finished;
using ::testing::HasSubstr;
using testing::kProgram;
using ::testing::Not;
using testing::run_command;

/// Recordings and a config of one tiny stage; every case has a folder of its own for runs.
class Trouble : public ::testing::Test {
 protected:
  Trouble() { testing::make_tiny_experiment(folder_.path()); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string config() const { return " --config " + path("tiny.yaml") + " "; }
  static Finished run(const std::string& arguments, const std::string& before = "") {
    return run_command("( " + before + kProgram + arguments + " )");
  }
  Finished train(const std::string& more = "", const std::string& before = "") const {
    return run("train --quiet" + config() + more, before);
  }
  fs::path run_folder() const { return testing::tiny_run_folder(path("runs")); }
  void replace_in(const fs::path& file, const std::string& old, const std::string& with) const {
    std::ifstream stream(file);
    std::stringstream text;
    text << stream.rdbuf();
    std::string changed = text.str();
    for (std::size_t at = 0; (at = changed.find(old, at)) != std::string::npos; at += with.size()) {
      changed.replace(at, old.size(), with);
    }
    std::ofstream(file) << changed;
  }

  testing::TemporaryFolder folder_;
};

/// Done, or told. Not 1, which is a fault of the program, and no signal.
auto is_done_or_told() { return AnyOf(0, 2, 3, 5); }

/// Said with this exit code and these words, and not as a fault of the program.
void expect_told(const Finished& finished, int code, const std::string& words) {
  EXPECT_EQ(finished.code, code) << finished.output;
  EXPECT_THAT(finished.output, AllOf(HasSubstr("pskd: "), HasSubstr(words), Not(HasSubstr("unexpected"))));
}

TEST_F(Trouble, FoldersThatAreNoneOrLoopAreNamed) {
  std::ofstream(path("file")) << "no folder";
  fs::create_symlink("loop", folder_ / "loop");
  for (const std::string where : {"file", "loop"}) {
    expect_told(train("--set run.root=" + path(where) + "/runs"), 3, path(where));
    expect_told(run("data synth --out " + path(where) + "/out"), 3, path(where));
    expect_told(run("data info" + config() + "--set data.store=" + path(where) + "/store.h5"), 3, path(where));
    EXPECT_THAT(run("table " + path(where)).code, AnyOf(2, 3)) << where;
    EXPECT_THAT(run("data check" + config() + "--set data.root=" + path(where)).code, AnyOf(2, 3)) << where;
  }
  fs::create_symlink("loop", folder_ / "data" / "Inertial" / "loop");
  EXPECT_THAT(run("data check" + config()).code, is_done_or_told());
}

TEST_F(Trouble, ALogThatCannotBeWrittenIsNamed) {
  ASSERT_EQ(train().code, 0);
  const fs::path folder = run_folder();
  fs::remove(folder / "result.json");
  fs::remove(folder / "log.txt");
  fs::create_directory(folder / "log.txt");
  expect_told(train("--resume"), 3, (folder / "log.txt").string());
}

TEST_F(Trouble, ATreeWithALoopOfLinksIsTabledOrRefusedByName) {
  ASSERT_EQ(train().code, 0);
  fs::create_symlink("loop", folder_ / "runs" / "loop");
  EXPECT_THAT(run("table " + path("runs")).code, is_done_or_told());
  EXPECT_THAT(run("report " + path("runs")).code, is_done_or_told());
}

#ifndef __SANITIZE_ADDRESS__  // which ends the process where memory or descriptors are short
TEST_F(Trouble, TooLittleMemoryIsASentence) {
  // OpenBLAS asks for a buffer a thread before the program begins, and goes on asking where it gets none.
  const std::string little = "export OPENBLAS_NUM_THREADS=1; ulimit -v 1000000; ";
  expect_told(train("--set stages.student.model.width=4096", little), 2, "takes at least");
  const Finished begun = train("--set stages.student.model.width=512", little);
  expect_told(begun, 3, "not enough memory");
  EXPECT_THAT(begun.output, Not(HasSubstr("frame #")));
}

TEST_F(Trouble, FewDescriptorsAreTold) {
  for (const int limit : {7, 8, 10}) {  // with fewer the libraries cannot be loaded
    const Finished finished = train("--overwrite", "ulimit -n " + std::to_string(limit) + "; ");
    EXPECT_THAT(finished.code, is_done_or_told()) << limit << '\n' << finished.output;
  }
}
#endif

TEST_F(Trouble, NamesThatNoFileCanHaveAreRefusedByTheConfig) {
  const std::string name(201, 'a');
  for (const std::string& where : {"run.name=" + name, "stages." + name + ".epochs=1"}) {
    EXPECT_THAT(run("config check" + config() + "--set " + where).output, HasSubstr("200")) << where;
  }
}

TEST_F(Trouble, WhatIsNoNumberIsNoOption) {
  const std::string model = path("tiny.yaml") + " ";  // a file that is there: options are looked at first
  const std::vector<std::string> options = {"predict " + model + "x.csv --window",
                                            "predict " + model + "x.csv --step",
                                            "predict " + model + "x.csv --rate",
                                            "predict " + model + "x.csv --threshold",
                                            "stream " + model + "--rate",
                                            "stream " + model + "--window",
                                            "stream " + model + "--smoothing",
                                            "export " + model + "--rate",
                                            "data join" + config() + "--out x --rest",
                                            "data join" + config() + "--out x --step",
                                            "data synth --out x --traps",
                                            "bench --seconds"};
  for (const std::string& asked : options) {
    const Finished refused = run(asked + " nan");
    EXPECT_EQ(refused.code, 2) << asked << '\n' << refused.output;
    EXPECT_THAT(refused.output, HasSubstr("expected a finite number, found nan")) << asked;
  }
}

TEST_F(Trouble, SeedsBeyondAllNumbersAreNoRuns) {
  const std::string folder = path("runs/tiny/0123456789ab/seed-99999999999999999999999");
  fs::create_directories(folder);
  expect_told(run("eval --stage student " + folder), 2, "expected a run directory");
}

TEST_F(Trouble, ARecordWithAClassNameThatIsNoFieldIsToldApart) {
  ASSERT_EQ(train().code, 0);
  const fs::path file = run_folder() / "result.json";
  replace_in(file, "swipe_left", "swipe,left");
  nlohmann::ordered_json record = nlohmann::ordered_json::parse(std::ifstream(file));
  record.erase("version");  // as in a record of pskd 0.5.0
  record.erase("checksum");
  std::ofstream(file) << record.dump(1) << '\n';
  expect_told(run("report " + run_folder().string()), 0, "cannot have such classes");
}

TEST_F(Trouble, ThreadsBeyondAllCoresAreRefused) {
  expect_told(train("--threads 100000"), 2, "four times the");
  expect_told(train("--set run.threads=200000"), 2, "found 200000");
  expect_told(run("bench --threads 2147483647"), 2, "cores");
}

TEST_F(Trouble, WhereOpenMpBindsThreadsTheCoresAreCountedBefore) {
  const std::string binding = "export OMP_PROC_BIND=true; ";
  const auto cores_line = [](const Finished& finished) {
    const std::size_t at = finished.output.find(" cores (");
    return finished.output.substr(at - 3, 3);
  };
  const Finished bound = run("doctor", binding), free = run("doctor");
  EXPECT_EQ(cores_line(bound), cores_line(free)) << bound.output;
  EXPECT_THAT(bound.output, HasSubstr("slow: OMP_PROC_BIND is set"));
  EXPECT_THAT(free.output, Not(HasSubstr("OMP_PROC_BIND")));
}

}  // namespace
}  // namespace pskd
