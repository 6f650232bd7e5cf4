// The command line as a user meets it: what works, and what bad input is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "support/real_data.hpp"
#include "support/run_program.hpp"
#include "support/shipped_page.hpp"
#include "support/temporary_folder.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Finished;
using ::testing::HasSubstr;
using testing::run_program;

const std::string kSource = PSKD_SOURCE_DIR;
const std::string kUtd = " --config " + kSource + "/configs/utd.yaml ";

/// A folder with small synthetic recordings (4 subjects, 2 trials, 3 classes), a cache and a runs folder of its own,
/// and a config whose stages are tiny.
class Program : public ::testing::Test {
 protected:
  Program() {
    const Finished made = run("data synth --like utd --subjects 4 --trials 2 --actions 3 --out " + path("data"));
    EXPECT_EQ(made.code, 0) << made.output;
    std::ofstream(folder_ / "tiny.yaml") << "include: [" + kSource + "/configs/base/training.yaml]\n"
                                         << R"(data: {root: DATA}
protocol: {name: cross-subject, classes: [swipe_left, swipe_right, wave], train: {subjects: [1, 3]}, test: {subjects: [2, 4]}}
seeds: [1]
run: {name: tiny, root: RUNS, threads: 1}
training: {batch: 4, optimizer: {warmup: 1}}
stages:
  skeleton: {model: {name: skeleton-gcn, width: 4, blocks: 3, embedding: 8}, sees: [skeleton], epochs: 2}
  fused: {model: {name: fused, sensor: {width: 4, embedding: 8}}, sees: [skeleton, sensor], starts_from: skeleton,
          teachers: [skeleton], loss: {acs: {}}, epochs: 2}
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], teachers: [skeleton, fused], loss: {acs: {}}, epochs: 3}
)";
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  Finished run(const std::string& arguments) const {
    return run_program(arguments, "XDG_CACHE_HOME=" + path("cache") + " PSKD_DATA_ROOT=" + path("nowhere"));
  }
  std::string tiny() const {
    return " --config " + path("tiny.yaml") + " --set data.root=" + path("data") + " --set run.root=" + path("runs") +
           " ";
  }
  fs::path run_directory() const {
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "runs")) {
      if (entry.path().filename() == "seed-1") return entry.path();
    }
    return {};
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Program, TrainsAChainAndLeavesARunThatExplainsItself) {
  const Finished trained = run("train" + tiny());
  ASSERT_EQ(trained.code, 0) << trained.output;
  EXPECT_THAT(trained.output,
              AllOf(HasSubstr("our reconstruction of PSKD"), HasSubstr("cross-subject"), HasSubstr("report.md")));
  const fs::path directory = run_directory();
  for (const char* file : {"config.resolved.yaml", "manifest.json", "log.txt", "stages/student/metrics.jsonl",
                           "stages/student/last.ckpt", "stages/student/predictions.csv"}) {
    EXPECT_TRUE(fs::exists(directory / file)) << file;
  }
  std::ifstream stream(directory / "result.json");
  const auto result = nlohmann::json::parse(stream);
  EXPECT_EQ(result["experiment"], "tiny");
  EXPECT_EQ(result["selection"], "last");
  EXPECT_EQ(result["seed"], 1);
  EXPECT_EQ(result["stages"].size(), 3U);
  const auto& student = result["stages"]["student"];
  for (const char* key : {"accuracy", "macro_f1", "per_class", "confusion"})
    EXPECT_TRUE(student["test"].contains(key)) << key;
  EXPECT_EQ(student["epochs"], 3);

  std::ifstream metrics(directory / "stages/student/metrics.jsonl");
  std::string line;
  int lines = 0;
  while (std::getline(metrics, line)) {
    const auto epoch = nlohmann::json::parse(line);
    EXPECT_EQ(epoch["epoch"], ++lines);
    double shares = 0;
    for (const char* who : {"skeleton", "fused", "label"}) shares += epoch["shares"][who].get<double>();
    EXPECT_NEAR(shares, 1, 1e-6) << "every clip learns from someone";
  }
  EXPECT_EQ(lines, 3);

  const Finished evaluated = run("eval " + directory.string() + " --stage student --json");
  ASSERT_EQ(evaluated.code, 0) << evaluated.output;
  EXPECT_EQ(nlohmann::json::parse(evaluated.output)["accuracy"], student["test"]["accuracy"]);

  EXPECT_EQ(run("train" + tiny()).code, 2) << "an existing run is neither continued nor deleted unasked";
  const Finished resumed = run("train" + tiny() + "--resume");
  EXPECT_EQ(resumed.code, 0) << resumed.output;
  EXPECT_THAT(resumed.output, HasSubstr("is finished"));
}

/// A run of somebody's own recordings, `known`, and other ones, `anna`.
class OwnRecordings : public Program {
 protected:
  void SetUp() override {
    const std::string synth = "data synth --like generic --subjects 2 --trials 1 --actions 3 ";
    ASSERT_EQ(run(synth + "--out " + path("anna")).code, 0);
    ASSERT_EQ(run(synth + "--seed 2 --out " + path("known")).code, 0);
    std::ofstream(folder_ / "generic.yaml") << "include: [tiny.yaml]\ndata: {name: generic}\n"
                                            << "views: {sensor: {frames: 96}, skeleton: {frames: 32}}\n"
                                            << "protocol: {train: {subjects: [1]}, test: {subjects: [2]}}\n";
    const Finished trained = run("train --quiet" + generic());
    ASSERT_EQ(trained.code, 0) << trained.output;
  }
  std::string generic() const {
    return " --config " + path("generic.yaml") + " --set data.root=" + path("known") +
           " --set run.root=" + path("runs") + " ";
  }
};

TEST_F(OwnRecordings, AdaptAStudentWhereTheyFit) {
  const std::string adapt = "adapt " + run_directory().string() + " --quiet --json --teacher fused --recordings ";
  const Finished refused = run(adapt + path("known"));
  EXPECT_EQ(refused.code, 2) << refused.output;
  EXPECT_THAT(refused.output, HasSubstr("was trained on the labels of clips that are unlabeled in this experiment"));
  const Finished adapted = run(adapt + path("anna"));
  ASSERT_EQ(adapted.code, 0) << adapted.output;
  const auto change = nlohmann::json::parse(adapted.output);
  EXPECT_EQ(change["clips"], 6);
  EXPECT_EQ(change["labeled"], 6);
  EXPECT_TRUE(fs::exists(fs::path(change["folder"].get<std::string>()) / "stages/student/last.ckpt"));
  const Finished table = run("table " + path("runs"));
  EXPECT_EQ(table.code, 0) << table.output;
  EXPECT_THAT(table.output, ::testing::Not(HasSubstr("anna"))) << "a run that tests nothing is no row";
}

TEST_F(OwnRecordings, AdaptAndScoreModelFilesAsTheirRun) {
  for (const std::string stage : {"student", "fused"}) {
    const Finished exported =
        run("export " + run_directory().string() + " --stage " + stage + " --out " + path(stage + ".pskd"));
    ASSERT_EQ(exported.code, 0) << exported.output;
    const Finished of_run = run("eval --json " + run_directory().string() + " --stage " + stage);
    EXPECT_EQ(of_run.code, 0) << of_run.output;
    EXPECT_EQ(run("eval --json " + path(stage + ".pskd") + generic()).output, of_run.output);
  }
  const std::string rest = " --quiet --recordings " + path("anna") + " --teacher ";
  const Finished of_run = run("adapt " + run_directory().string() + rest + "fused");
  ASSERT_EQ(of_run.code, 0) << of_run.output;
  const std::string lines = of_run.output.substr(0, of_run.output.find("adapted student:"));
  fs::rename(path("runs"), path("gone"));
  const std::string adapt = "adapt " + path("student.pskd") + rest + path("fused.pskd");
  const Finished adapted = run_program(adapt, "TMPDIR=" + path("tmp") + " XDG_CACHE_HOME=" + path("cache"));
  EXPECT_EQ(adapted.code, 3) << "there is no such folder";
  fs::create_directory(path("tmp"));
  const Finished done = run_program(adapt, "TMPDIR=" + path("tmp") + " XDG_CACHE_HOME=" + path("cache"));
  ASSERT_EQ(done.code, 0) << done.output;
  EXPECT_EQ(done.output, lines + "adapted student: " + path("student-adapted.pskd") + "\n");
  EXPECT_TRUE(fs::is_empty(path("tmp")));
  EXPECT_FALSE(fs::exists(path("runs")));
  const Finished again = run("export " + path("student-adapted.pskd") + " --out " + path("again.pskd"));
  EXPECT_THAT(again.output, HasSubstr("stage student, sensor-cnn, 3 classes, 3 channels at 32 Hz"));
}

TEST_F(OwnRecordings, AreDecidedAboutByWhateverSeesThem) {
  for (const std::string stage : {"skeleton", "fused", "student"}) {
    const std::string model = path(stage + ".pskd");
    ASSERT_EQ(run("export " + run_directory().string() + " --stage " + stage + " --out " + model).code, 0);
    const Finished decided = run("predict " + model + " " + path("known") + " --quiet --format csv --top 1");
    ASSERT_EQ(decided.code, 0) << decided.output;
    EXPECT_THAT(decided.output, HasSubstr("on the 6 of 6 decisions with a label"));
    // What the run's own predictions say of the clips that it tested.
    std::ifstream file(run_directory() / "stages" / stage / "predictions.csv");
    std::string header, line;
    std::getline(file, header);
    for (int tested = 0; tested < 3; ++tested) {
      ASSERT_TRUE(std::getline(file, line)) << stage;
      std::vector<std::string> fields;
      std::istringstream columns(line);
      for (std::string field; std::getline(columns, field, ',');) fields.push_back(field);
      const std::size_t found = decided.output.find("\n" + fields[0] + ",");
      ASSERT_NE(found, std::string::npos) << decided.output;
      const std::string row = decided.output.substr(found + 1, decided.output.find('\n', found + 1) - found - 1);
      EXPECT_NEAR(std::stod(row.substr(row.rfind(',') + 1)), std::stod(fields[4 + std::stoul(fields[3])]), 1e-5) << row;
    }
  }
  const fs::path manifest = folder_ / "known/clips.csv";
  write_file_atomically(manifest, std::regex_replace(read_file(manifest), std::regex("wave,"), "jump,"));
  const Finished other = run("predict " + path("fused.pskd") + " " + path("known"));
  EXPECT_EQ(other.code, 0) << other.output;
  EXPECT_THAT(other.output, HasSubstr("on the 4 of 6 decisions with a label"));
  EXPECT_THAT(other.output,
              HasSubstr("2 of 6 recordings have the label of a class that the model does not know (jump)"));
  const auto expect = [&](const std::string& rest, const std::string& message) {
    const Finished refused = run("predict " + path("fused.pskd") + " " + rest);
    EXPECT_EQ(refused.code, 2) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr(message));
  };
  expect(path("known") + "/dataset.yaml", "stage fused sees the skeleton: expected the folder of recordings");
  expect(path("known") + " --window 2", "--window goes with files");
  expect(path("known") + " " + path("anna"), "expected files, or one folder of recordings; found the folder");
  expect(path("anna") + " --description " + path("generic.yaml"), "generic.yaml");
}

TEST_F(OwnRecordings, AreNotAdaptedToAtTheCostOfAFile) {
  for (const std::string stage : {"student", "fused"}) {
    ASSERT_EQ(run("export " + run_directory().string() + " --stage " + stage + " --out " + path(stage + ".pskd")).code,
              0);
  }
  const std::string student = path("student.pskd"), fused = " --teacher " + path("fused.pskd") + " ";
  const auto expect = [&](const std::string& arguments, int code, const std::string& message) {
    const Finished refused = run("adapt " + arguments + " --quiet --recordings " + path("anna"));
    EXPECT_EQ(refused.code, code) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr(message));
    EXPECT_FALSE(fs::exists(path("student-adapted.pskd")));
  };
  expect(student + " --teacher " + student, 2, "which is the student itself");
  expect(student + " --teacher fused", 2, "expected a model file");
  expect(student + fused + "--stage student", 2, "--stage goes with a run");
  expect(student + fused + "--out " + path("anna"), 2, "is a folder");
  expect(student + fused + "--out " + path("fused.pskd"), 2, "is there already; replace it with --overwrite");
  expect(student + fused + "--overwrite --out " + path("tiny.yaml"), 2, "which is no model file");
  expect(path("tiny.yaml") + fused, 5, "not a pskd model");
  expect(run_directory().string() + fused + "--out " + path("a.pskd"), 2, "--out goes with a model file");
  const std::string known = " --config " + path("generic.yaml") + " --set data.root=" + path("known");
  const auto scored = [&](const std::string& arguments) { return run("eval " + arguments); };
  EXPECT_THAT(scored(student).output, HasSubstr("--config says which clips a model file is scored on"));
  EXPECT_THAT(scored(run_directory().string() + known).output, HasSubstr("--config goes with a model file"));
  EXPECT_THAT(scored(student + known + " --set protocol.test.subjects=[1] --set protocol.train.subjects=[2]").output,
              HasSubstr("was trained on clips that this experiment tests"));
  EXPECT_THAT(scored(student + known + " --set protocol.classes=[swipe_left,wave]").output,
              HasSubstr("other classes: expected [swipe_left, wave], found [swipe_left, swipe_right, wave]"));
}

TEST_F(Program, SameSeedSameNumbersInEitherPrecision) {
  std::vector<std::string> predictions;
  for (const std::string precision : {"fp32", "bf16"}) {
    fs::remove_all(folder_ / "runs");
    for (const std::string existing : {"", "--overwrite "}) {
      const Finished trained = run("train --quiet " + existing + "--set training.precision=" + precision + tiny());
      ASSERT_EQ(trained.code, 0) << trained.output;
      std::ifstream stream(run_directory() / "stages/student/predictions.csv");
      predictions.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    }
  }
  EXPECT_FALSE(predictions[0].empty());
  EXPECT_EQ(predictions[0], predictions[1]);
  EXPECT_EQ(predictions[2], predictions[3]);
  EXPECT_NE(predictions[0], predictions[2]);
}

TEST_F(Program, TrainsWithEveryProgressAndSelection) {
  for (const char* setting :
       {"--set progress.mode=trajectory --set progress.steps=2", "--set progress.mode=weights",
        "--set protocol.selection=val --set protocol.train.subjects=[1] --set protocol.val.subjects=[3]",
        "--set views.count=2 --set stages.student.loss.acs.selection=soft",
        "--set stages.student.loss={kd: {}} --set stages.student.optimizer.name=sgd"}) {
    const std::string quoted =
        std::string(setting).find('{') == std::string::npos
            ? setting
            : "--set 'stages.student.loss={ce: 1, kd: {}}' --set stages.student.optimizer.name=sgd";
    const Finished trained = run("train --quiet " + quoted + tiny());
    EXPECT_EQ(trained.code, 0) << setting << '\n' << trained.output;
  }
}

TEST_F(Program, DryRunShowsThePlanAndWritesNothing) {
  const Finished planned = run("train --dry-run" + tiny());
  EXPECT_EQ(planned.code, 0) << planned.output;
  EXPECT_THAT(planned.output, AllOf(HasSubstr("12 training"), HasSubstr("parameters"), HasSubstr("about")));
  EXPECT_FALSE(fs::exists(folder_ / "runs"));
}

TEST_F(Program, TwoTrainingsOfOneRunBothEndWellAndOneTrains) {
  const std::string train = "env XDG_CACHE_HOME=" + path("cache") + " '" PSKD_PROGRAM "' train" + tiny();
  for (const std::string& modes : {std::string("--resume"), std::string("--overwrite")}) {
    const Finished both = testing::run_command("(" + train + modes + " & first=$!; " + train +
                                               "--resume & second=$!; wait $first && wait $second)");
    EXPECT_EQ(both.code, 0) << both.output;
    std::size_t trainings = 0;
    for (std::size_t at = 0; (at = both.output.find("stage student (3 of 3)", at)) != std::string::npos; ++at) {
      ++trainings;
    }
    EXPECT_LE(trainings, modes == "--resume" ? 1U : 2U) << both.output;
  }
}

TEST_F(Program, AnOverwriteThatWasKilledLeavesNoFinishedRunAndItsOwnerCleansUp) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  const fs::path run_folder = run_directory(), left = run_folder.parent_path() / ".seed-1.overwritten";
  fs::rename(run_folder, left);
  fs::remove_all(left / "stages/skeleton");
  fs::create_directories(run_folder);  // and the training after it was killed at once
  std::ofstream(run_folder / "config.resolved.yaml.tmp-host-12-0") << "half";
  EXPECT_THAT(run("table " + path("runs")).output, HasSubstr("found no result.json"));
  const Finished resumed = run("train --resume" + tiny());
  EXPECT_EQ(resumed.code, 0) << resumed.output;
  EXPECT_THAT(resumed.output, HasSubstr("stage skeleton (1 of 3)"));
  EXPECT_FALSE(fs::exists(left));
  EXPECT_FALSE(fs::exists(run_folder / "config.resolved.yaml.tmp-host-12-0"));
}

TEST_F(Program, ResumeWithAnotherConfigSaysWhatDiffersAndWhichStagesItTakesOver) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  const std::string other = tiny() + "--set stages.student.epochs=2 --set stages.student.loss.acs.weight=2 ";
  const fs::path no_folder = run_directory().parent_path().parent_path() / "0123456789ab";
  std::ofstream(no_folder) << "it cannot be looked into";
  const Finished resumed = run("train --resume" + other);
  ASSERT_EQ(resumed.code, 0) << resumed.output;
  EXPECT_THAT(resumed.output,
              AllOf(HasSubstr("there is no run of this config"), HasSubstr("  stages.student.epochs: 2, not 3\n"),
                    HasSubstr("  stages.student.loss.acs.weight: 2, not 1\n"),
                    HasSubstr("trained already, in " + path("runs/stages") + ": seed 1: skeleton, fused\n")));
  const Finished again = run("train" + tiny() + "--set stages.student.epochs=4");
  EXPECT_THAT(again.output, AllOf(HasSubstr("seed 1: skeleton, fused\n"), ::testing::Not(HasSubstr("not 3"))));
}

TEST_F(Program, AnOverwriteReplacesADamagedRun) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  std::ofstream(run_directory() / "stages/student/metrics.jsonl", std::ios::app) << "damage";
  const Finished shown = run("train --resume" + tiny());
  EXPECT_EQ(shown.code, 3) << shown.output;
  EXPECT_THAT(shown.output, HasSubstr("--overwrite"));
  const Finished anew = run("train --overwrite" + tiny());
  EXPECT_EQ(anew.code, 0) << anew.output;
}

TEST_F(Program, AFinishedRunOnReadOnlyMediaIsShown) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  const std::string runs = path("runs"), cache = path("cache");
  if (std::system(("mount --bind -o ro " + runs + " " + runs + " 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "mounting read-only is not permitted here";
  }
  std::system(("mount --bind -o ro " + cache + " " + cache).c_str());
  const Finished shown = run("train --resume" + tiny());
  EXPECT_EQ(std::system(("umount " + runs + "; umount " + cache).c_str()), 0);
  EXPECT_EQ(shown.code, 0) << shown.output;
  EXPECT_THAT(shown.output, HasSubstr("is finished"));
}

int shell(const std::string& command) { return testing::run_command(command).code; }

/// Of other people, in other recordings of the same size.
std::string other_data(const Finished& made, const std::string& folder) {
  EXPECT_EQ(made.code, 0) << made.output;
  return "--set data.root=" + folder + " ";
}

TEST_F(Program, ARunBelongsToItsRecordings) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  const std::string other = other_data(
      run("data synth --like utd --subjects 4 --trials 2 --actions 3 --seed 9 --out " + path("other")), path("other"));
  for (const std::string& refused : {"--resume " + other, "--set seeds=[2] " + other}) {
    const Finished shown = run("train" + tiny() + refused);
    EXPECT_EQ(shown.code, 5) << shown.output;
    EXPECT_THAT(shown.output,
                AllOf(HasSubstr("seed-1/result.json"), HasSubstr("other data"), HasSubstr("--overwrite")));
  }
  const std::string elsewhere = "--set run.root=" + path("elsewhere") + " ";
  ASSERT_EQ(run("train --quiet --set seeds=[2]" + tiny() + other + elsewhere).code, 0);
  const std::string one = run_directory().string();
  const std::string two = path("elsewhere/tiny/") + run_directory().parent_path().filename().string() + "/seed-2";
  for (const std::string& verb : {"table " + one + " " + two, "table --compare " + one + " " + two}) {
    const Finished mixed = run(verb);
    EXPECT_EQ(mixed.code, 3) << mixed.output;
    EXPECT_THAT(mixed.output, HasSubstr("recordings"));
  }
  EXPECT_EQ(run("train --quiet --overwrite" + tiny() + other).code, 0) << "trained anew it is of the new recordings";
}

TEST_F(Program, ARunIsResumedWithItsOwnConfigAndManifest) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  const fs::path config = run_directory() / "config.resolved.yaml", manifest = run_directory() / "manifest.json";
  fs::remove(config);
  ASSERT_EQ(run("train --resume" + tiny()).code, 0);
  EXPECT_TRUE(fs::exists(config)) << "written again beside a finished run";
  fs::remove(run_directory() / "result.json");
  fs::remove(config);
  EXPECT_EQ(shell("sed -i 's/\"cpu\": \"/&Other /' " + manifest.string()), 0);
  const Finished resumed = run("train --resume" + tiny());
  ASSERT_EQ(resumed.code, 0) << resumed.output;
  EXPECT_THAT(resumed.output, HasSubstr("was started with processor: Other "));
  EXPECT_EQ(run("eval " + run_directory().string()).code, 0);

  fs::remove(run_directory() / "result.json");
  EXPECT_EQ(shell("sed -i 's/\"student\": \"/&0/' " + manifest.string()), 0);
  const Finished other = run("train --resume" + tiny());
  EXPECT_EQ(other.code, 5) << other.output;
  EXPECT_THAT(other.output, AllOf(HasSubstr("manifest.json"), HasSubstr("other weights of stage student")));
  EXPECT_EQ(shell("sed -i 's/\"student\": \"0/\"student\": \"/' " + manifest.string()), 0);

  EXPECT_EQ(shell("sed -i 's/width: 4/width: 5/' " + config.string()), 0);
  const Finished changed = run("train --resume" + tiny());
  EXPECT_EQ(changed.code, 5) << changed.output;
  EXPECT_THAT(changed.output, AllOf(HasSubstr("config.resolved.yaml"), HasSubstr("of another run")));
  fs::remove(config);
  EXPECT_EQ(shell("sed -i 's/\"config_hash\": \"/&00/' " + manifest.string()), 0);
  const Finished foreign = run("train --resume" + tiny());
  EXPECT_EQ(foreign.code, 5) << foreign.output;
  EXPECT_THAT(foreign.output, AllOf(HasSubstr("manifest.json"), HasSubstr("another config")));
}

TEST_F(Program, EvalSaysThatARunIsNotFinished) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  fs::remove(run_directory() / "result.json");
  fs::remove(run_directory() / "stages/student/last.ckpt");
  const Finished refused = run("eval " + run_directory().string());
  EXPECT_EQ(refused.code, 5) << refused.output;
  EXPECT_THAT(refused.output, HasSubstr("the run is not finished, and stage student has no checkpoint yet"));
}

TEST_F(Program, EvalAndReportUseTheFolderThatWasNamed) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  const fs::path copy = run_directory().parent_path().string() + "-backup";
  fs::copy(run_directory().parent_path(), copy, fs::copy_options::recursive);
  EXPECT_EQ(run("eval " + (copy / "seed-1").string()).code, 0);
  fs::remove_all(copy / "seed-1/stages");
  const Finished without = run("eval " + (copy / "seed-1").string());
  EXPECT_EQ(without.code, 3) << without.output;
  EXPECT_THAT(without.output, HasSubstr(copy.string()));
  EXPECT_THAT(run("report " + copy.string()).output,
              AllOf(HasSubstr("not on the page: map of the embeddings, stage student"), HasSubstr(copy.string())));
  EXPECT_EQ(shell("sed -i 's/width: 4/width: 5/' " + (copy / "seed-1/config.resolved.yaml").string()), 0);
  const Finished foreign = run("eval " + (copy / "seed-1").string());
  EXPECT_EQ(foreign.code, 5) << foreign.output;
  EXPECT_THAT(foreign.output, HasSubstr("another config"));
}

const std::string kWords =
    "--set stages.student.loss.acs.semantic.words=1 --set stages.student.loss.acs.semantic.word_file=";

/// [3, `columns`], all `value`.
void write_word_vectors(const std::string& file, int columns, float value) {
  const std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3, " + std::to_string(columns) + "), }\n";
  std::ofstream stream(file, std::ios::binary);
  stream << std::string("\x93NUMPY\x01\x00", 8) << static_cast<char>(header.size()) << '\0' << header;
  for (int i = 0; i < 3 * columns; ++i) stream.write(reinterpret_cast<const char*>(&value), sizeof value);
}

TEST_F(Program, WhatDoesNotFitIsFoundBeforeAnyStageTrains) {
  write_word_vectors(path("words.npy"), 9, 1);
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {kWords + path("absent.npy"), "absent.npy"},
      {kWords + path("words.npy"), "expected 3 classes x 8, found 3 x 9"},
      {"--set stages.fused.model.sensor.embedding=9", "stages.fused"},
      {"--set stages.skeleton.model.embedding=9", "stages.fused"},
      {"--set stages.fused.model.skeleton.width=5", "stages.fused"}};
  for (const auto& [setting, told] : mistakes) {
    const bool dry = &setting == &mistakes.back().first;
    const Finished refused = run("train " + setting + tiny() + (dry ? "--dry-run" : ""));
    EXPECT_THAT(refused.code, ::testing::AnyOf(2, 3)) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr(told));
    EXPECT_FALSE(fs::exists(folder_ / "runs")) << setting;
  }
}

TEST_F(Program, ARunBelongsToItsWordVectors) {
  write_word_vectors(path("words.npy"), 8, 1);
  const std::string train = "train --resume " + kWords + path("words.npy") + tiny();
  ASSERT_EQ(run(train + "--quiet").code, 0);
  write_word_vectors(path("words.npy"), 8, 2);
  for (const bool finished : {true, false}) {
    if (!finished) fs::remove(run_directory() / "result.json");
    const Finished refused = run(train);
    EXPECT_EQ(refused.code, 5) << refused.output;
    EXPECT_THAT(refused.output, AllOf(HasSubstr("word_file"), HasSubstr("restore the file")));
  }
}

TEST_F(Program, ADivergingRunNamesStageEpochStepAndClips) {
  const Finished diverged =
      run("train --quiet --set stages.skeleton.optimizer.lr=1e30 --set stages.skeleton.epochs=30" + tiny());
  EXPECT_EQ(diverged.code, 4) << diverged.output;
  EXPECT_THAT(diverged.output,
              AllOf(HasSubstr("stage skeleton"), HasSubstr("epoch"), HasSubstr("step"), HasSubstr("_s1_t")));
  EXPECT_THAT(read_file(run_directory() / "error.txt"), HasSubstr("stage skeleton")) << "as a sweep's run leaves it";
}

TEST_F(Program, ADamagedCheckpointIsRefusedAndKept) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  const fs::path file = run_directory() / "stages/student/last.ckpt";
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(3000);
  stream.put('X');
  stream.close();
  const auto size = fs::file_size(file);
  fs::remove(run_directory() / "result.json");
  for (const std::string& verb : {"train --resume --quiet" + tiny(), "eval " + run_directory().string()}) {
    const Finished refused = run(verb);
    EXPECT_EQ(refused.code, 5) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr("last.ckpt"));
  }
  EXPECT_EQ(fs::file_size(file), size);
}

TEST_F(Program, ControlCharactersOfNamesNeverReachTheTerminal) {
  const std::string name = path("bad\x1b[2J\u202ename.yaml");
  std::ofstream(name) << "stages: 7\n";
  const Finished refused = run("config check --config '" + name + "'");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("bad\\x1b[2J\\u202ename.yaml"));
  EXPECT_EQ(refused.output.find('\x1b'), std::string::npos);
}

TEST_F(Program, AFolderOfRunsWithControlCharactersIsRefused) {
  for (const char* root : {R"(x\ntouch pwned\n)", R"(x\ty)", R"(x\x7f)", R"(x\u0085)", R"(x\u2028y)", R"(x\u202Ey)"}) {
    const Finished refused = run("config check" + tiny() + "--set 'run.root=\"" + root + "\"'");
    EXPECT_EQ(refused.code, 2) << root;
    EXPECT_THAT(refused.output, AllOf(HasSubstr("run.root"), HasSubstr("without control characters"))) << root;
  }
}

TEST_F(Program, ACheckpointOfOtherWeightsThanTheManifestNamesIsRefused) {
  ASSERT_EQ(run("train --quiet" + tiny()).code, 0);
  const fs::path file = run_directory() / "manifest.json";
  std::ifstream stream(file);
  auto manifest = nlohmann::ordered_json::parse(stream);
  manifest["checkpoints"]["fused"] = "0123";
  fs::remove(file);
  std::ofstream(file) << manifest;
  fs::remove(run_directory() / "result.json");
  for (const std::string& verb :
       {"train --resume --quiet" + tiny(), "eval --stage fused " + run_directory().string()}) {
    const Finished refused = run(verb);
    EXPECT_EQ(refused.code, 5) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr("names other weights of stage fused"));
  }
  EXPECT_EQ(run("eval --stage student " + run_directory().string()).code, 0) << "no stage but the one that is named";
}

TEST_F(Program, AFullDiskLosesNothing) {
  const fs::path small = folder_ / "small";
  fs::create_directory(small);
  if (std::system(("mount -t tmpfs -o size=96k tmpfs " + small.string() + " 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "mounting a small tmpfs is not permitted here";
  }
  const Finished full = run("train --quiet" + tiny() + "--set run.root=" + small.string() + "/runs");
  int partial = 0;
  for (const auto& entry : fs::recursive_directory_iterator(small))
    partial += entry.path().string().find(".tmp") != std::string::npos;
  EXPECT_EQ(std::system(("umount " + small.string()).c_str()), 0);
  EXPECT_EQ(full.code, 3) << full.output;
  EXPECT_THAT(full.output, HasSubstr(small.string()));
  EXPECT_EQ(partial, 0);
}

TEST_F(Program, DataCheckListsWhatIsBrokenAndExits3) {
  std::ofstream(folder_ / "data/Inertial/a1_s1_t1_inertial.mat") << "not a MAT file";
  fs::remove(folder_ / "data/Skeleton/a2_s2_t2_skeleton.mat");
  const Finished checked =
      run("data check" + std::string(" --config ") + path("tiny.yaml") + " --set data.root=" + path("data"));
  EXPECT_EQ(checked.code, 3);
  EXPECT_THAT(checked.output, AllOf(HasSubstr("a1_s1_t1_inertial.mat"), HasSubstr("a2_s2_t2")));
}

struct SyntheticSet {
  const char* synth;
  const char* settings;
};

TEST_F(Program, TrainsOnSyntheticFilesOfEveryDataSet) {
  const std::vector<SyntheticSet> sets = {
      {"--like berkeley --trials 2 --actions 3",
       "data.name=berkeley-mhad data.skeleton=mhad-30 protocol.classes=[jumping_in_place,jumping_jacks,bending]"},
      {"--like mmact --trials 2 --scenes 1 --actions 3",
       "data.name=mmact protocol.classes=[carrying,carrying_heavy,carrying_light]"},
      {"--like generic --trials 2 --actions 3", "data.name=generic protocol.classes=[]"},
  };
  for (const SyntheticSet& set : sets) {
    const std::string root = path(std::string("data") + std::to_string(&set - sets.data()));
    const Finished made = run(std::string("data synth --subjects 4 --out ") + root + " " + set.synth);
    ASSERT_EQ(made.code, 0) << made.output;
    std::string settings = std::string(" ") + set.settings;
    for (std::size_t at = 0; (at = settings.find(' ', at)) != std::string::npos; at += 7)
      settings.replace(at, 1, " --set ");
    const std::string arguments = tiny() + "--set data.root=" + root + settings;
    const Finished checked = run("data check" + arguments);
    EXPECT_EQ(checked.code, 0) << checked.output;
    const Finished trained = run("train --quiet" + arguments);
    EXPECT_EQ(trained.code, 0) << trained.output;
    EXPECT_THAT(trained.output, HasSubstr("student")) << set.synth;
  }
}

TEST_F(Program, BenchMeasuresTheStagesOfAConfigWithoutAnyRecording) {
  const Finished measured =
      run("bench --seconds 0 --threads 1 --json --config " + path("tiny.yaml") + " --set data.root=" + path("nowhere"));
  ASSERT_EQ(measured.code, 0) << measured.output;
  const auto json = nlohmann::json::parse(measured.output);
  EXPECT_EQ(json["threads"], 1);
  EXPECT_GT(json["ceiling"]["flops"].get<double>(), 1e8);
  EXPECT_GT(json["ceiling"]["bytes"].get<double>(), 1e7);
  std::vector<std::string> stages;
  for (const auto& stage : json["stages"]) {
    stages.push_back(stage["stage"]);
    EXPECT_GT(stage["clips_per_second"].get<double>(), 0) << stage;
    EXPECT_NEAR(stage["clips_per_second"].get<double>() * stage["step_ms"].get<double>(), 4 * 1e3, 1)
        << "a step is one batch of 4 clips: " << stage;
    EXPECT_GT(stage["share_of_ceiling"].get<double>(), 0) << stage;
  }
  EXPECT_EQ(stages, (std::vector<std::string>{"skeleton", "fused", "student"}));
}

struct BadInput {
  const char* arguments;
  int code;
  const char* told;
};

TEST_F(Program, BadInputIsToldWhatAndWhere) {
  const std::vector<BadInput> cases = {
      {"train --set data.root=/does/not/exist", 3, "/does/not/exist"},
      {"train --set stages.student.epoch=10", 2, "epochs"},
      {"train --set stages.student.epochs=many", 2, "stages.student.epochs"},
      {"train --set protocol.test.subjects=[99]", 2, "99"},
      {"train --set protocol.test.subjects=[1,2]", 2, "protocol"},
      {"train --set data.channels=[ax,nonsense]", 2, "nonsense"},
      {"train --set run.device=cuda", 2, "run.device"},
      {"train --resume --overwrite", 2, "--overwrite"},
      {"train --set run.root=/proc/none", 3, "/proc/none"},
      {"model show --stage pupil", 2, "pupil"},
      {"bench --set data.channels=[ax,nonsense]", 2, "nonsense"},
  };
  for (const BadInput& one : cases) {
    // The case's own --set comes last: a later one wins.
    const std::string arguments = one.arguments;
    const std::size_t verb = arguments.starts_with("model") ? 10 : 5;
    const Finished told = run(arguments.substr(0, verb) + tiny() + arguments.substr(verb));
    EXPECT_EQ(told.code, one.code) << one.arguments << '\n' << told.output;
    EXPECT_THAT(told.output, HasSubstr(one.told)) << one.arguments;
  }
}

TEST_F(Program, ACyclicIncludeIsNamed) {
  std::ofstream(folder_ / "a.yaml") << "include: [b.yaml]\n";
  std::ofstream(folder_ / "b.yaml") << "include: [a.yaml]\n";
  const Finished told = run("config check --config " + path("a.yaml"));
  EXPECT_EQ(told.code, 2);
  EXPECT_THAT(told.output, AllOf(HasSubstr("a.yaml"), HasSubstr("b.yaml")));
}

TEST(Help, CarriesExamples) {
  for (const char* verb : {"train", "sweep", "table", "report", "eval", "data check", "data build", "data info",
                           "data synth", "model show", "config show", "config check", "config explain",
                           "config reference", "commands", "doctor", "bench"}) {
    const Finished help = run_program(std::string(verb) + " --help");
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.output, AllOf(HasSubstr("Example"), HasSubstr("pskd " + std::string(verb)))) << verb;
  }
  EXPECT_EQ(run_program("--help train").output, run_program("train --help").output);
}

TEST(Help, TheShippedPageOfTheCommandLineIsWhatTheProgramPrints) {
  EXPECT_TRUE(testing::is_shipped_page("command-line.md", run_program("commands").output,
                                       "pskd commands > docs/command-line.md"));
}

TEST(Config, ExplainsAKeyAndNamesTheNearestOfAnUnknownOne) {
  EXPECT_THAT(run_program("config explain stages.student.epochs").output,
              HasSubstr("a whole number between 1 and 1000000"));
  const Finished unknown = run_program("config explain stages.student.epohcs");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.output, HasSubstr("did you mean epochs?"));
}

TEST(Help, AnUnknownVerbOrFlagIsAUsageError) {
  const Finished wrong = run_program("tarin");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.output, HasSubstr("no verb 'tarin'; did you mean train?"));
  EXPECT_THAT(run_program("data chek --config utd").output, HasSubstr("no verb 'chek'; did you mean check?"));
  EXPECT_THAT(run_program("model shwo").output, HasSubstr("no verb 'shwo'; did you mean show?"));
  EXPECT_EQ(run_program("doctor --nonsense").code, 2);
  EXPECT_EQ(run_program("").code, 2);
}

TEST(Help, ANumberOutOfItsRangeAndAConfigThatIsNotThereAreSaidInAShortText) {
  EXPECT_THAT(run_program("train --jobs 0" + kUtd).output, HasSubstr("--jobs: expected a number above 0, found 0\n"));
  EXPECT_THAT(run_program("train --threads -3" + kUtd).output,
              HasSubstr("--threads: expected a number of at least 0, found -3\n"));
  EXPECT_THAT(run_program("sweep --jobs two" + kUtd).output, HasSubstr("expected a number above 0, found two\n"));
  const Finished told = run_program("train --config genric");
  EXPECT_EQ(told.code, 2);
  EXPECT_THAT(told.output,
              HasSubstr("there is no file genric, and no config of that name is shipped; did you mean generic?"));
}

TEST(Model, StudentOfTheShippedConfigFitsAWatch) {
  const Finished shown = run_program("model show --stage student --json" + kUtd);
  ASSERT_EQ(shown.code, 0) << shown.output;
  EXPECT_LE(nlohmann::json::parse(shown.output)[0]["parameters"].get<int>(), 300'000);
}

TEST(Doctor, SaysWhatItRunsOn) {
  const Finished told = run_program("doctor --json");
  ASSERT_EQ(told.code, 0) << told.output;
  const auto json = nlohmann::json::parse(told.output);
#ifdef __SANITIZE_ADDRESS__
  EXPECT_FALSE(json["allocator_keeps_memory"].get<bool>()) << "the sanitizer brings an allocator of its own";
#else
  EXPECT_TRUE(json["allocator_keeps_memory"].get<bool>());
#endif
  EXPECT_TRUE(json["denormals_flushed"].get<bool>());
  EXPECT_TRUE(json["bfloat16"].is_boolean());
  EXPECT_TRUE(json["libraries"].contains("libtorch"));
}

TEST(TorchVerbs, GetOpenMpsWaitPolicyBeforeItIsLoaded) {
  const std::string display = "-u OMP_WAIT_POLICY -u GOMP_SPINCOUNT OMP_DISPLAY_ENV=verbose ";
  const Finished told = run_program("doctor", display);
  EXPECT_THAT(told.output, AllOf(HasSubstr("OMP_WAIT_POLICY = 'PASSIVE'"), HasSubstr("GOMP_SPINCOUNT = '3000'")));
  EXPECT_THAT(run_program("doctor", display + "OMP_WAIT_POLICY=active").output,
              HasSubstr("OMP_WAIT_POLICY = 'ACTIVE'"));
}

TEST(TorchVerbs, AreFoundThroughALinkToTheProgramNotFromACopy) {
  const testing::TemporaryFolder folder;
  fs::create_symlink(PSKD_PROGRAM, folder / "link");
  EXPECT_EQ(testing::run_command((folder / "link").string() + " doctor").code, 0);
  fs::create_directory(folder / "bin");
  fs::copy_file(PSKD_PROGRAM, folder / "bin/copy");
  const Finished told = testing::run_command((folder / "bin/copy").string() + " doctor");
  EXPECT_EQ(told.code, 3);
  EXPECT_THAT(told.output, HasSubstr((folder / "libexec/pskd/pskd").string() + " cannot be started: No such file"));
  EXPECT_EQ(testing::run_command((folder / "bin/copy").string() + " table --help").code, 0) << "needs no LibTorch";
}

// Half a second before LibTorch is there.
TEST(Train, SaysWhatItWillDoAndWhatIsWrongBeforeLibTorchIsLoaded) {
  const testing::TemporaryFolder folder;
  fs::copy_file(PSKD_PROGRAM, folder / "copy");
  const auto train = [&](const std::string& options) {
    return testing::run_command((folder / "copy").string() + " train" + kUtd + options);
  };
  EXPECT_EQ(testing::run_command((folder / "copy").string() + " train --help").code, 0);
  EXPECT_THAT(train(" --set seeds=[3,5]").output,
              AllOf(HasSubstr(" on utd-mhad, seeds 3, 5\n"), HasSubstr("cannot be started")));
  EXPECT_THAT(train(" --quiet").output, ::testing::Not(HasSubstr("utd-mhad, seed")));
  const Finished wrong = train(" --set stages.student.epoch=3");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_THAT(wrong.output, AllOf(HasSubstr("stages.student.epoch"), ::testing::Not(HasSubstr("cannot be started"))));
  EXPECT_EQ(train(" --resume --overwrite").code, 2);
}

TEST(Bench, NeedsNoConfigAndSaysWhatSlowsItDown) {
  const Finished told = run_program("bench --seconds 0 --threads 1", "OMP_WAIT_POLICY=active");
  ASSERT_EQ(told.code, 0) << told.output;
  for (const char* row :
       {"ceiling: ", "skeleton ", "fused ", "sensor ", "student ", "slow: OMP_WAIT_POLICY is active"}) {
    EXPECT_THAT(told.output, HasSubstr(row));
  }
  EXPECT_EQ(run_program("bench --set stages.student.epochs=1").code, 2) << "--set needs a config";
}

TEST(RealData, CheckNamesTheThreeMissingTrials) {
  PSKD_REAL_DATA_OR_SKIP(folder, "utd-mhad");
  const Finished checked = run_program("data check" + kUtd + "--set data.root=" + folder.string());
  EXPECT_EQ(checked.code, 0);
  EXPECT_THAT(checked.output, AllOf(HasSubstr("861 paired clips"), HasSubstr("a8_s1_t4, a23_s6_t4, a27_s8_t4")));
}

}  // namespace
}  // namespace pskd
