// Sweeps and their tables as a user meets them.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "support/events.hpp"
#include "support/tiny_sweep.hpp"

namespace pskd::sweep {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using testing::Finished;
using ::testing::HasSubstr;
using testing::kTwoMethods;
using ::testing::Not;
using testing::TinySweep;

TEST_F(TinySweep, TrainsEveryRunOnceAndItsTeachersOnce) {
  write_sweep("[1, 2]", "1", kTwoMethods);
  const Finished trained = sweep("--jobs 2");
  ASSERT_EQ(trained.code, 0) << trained.output;
  EXPECT_EQ(files("result.json").size(), 4U);
  std::size_t trained_stages = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "runs/stages")) {
    trained_stages += entry.path().filename() == "stage.json" ? 1 : 0;
  }
  EXPECT_EQ(trained_stages, 6U) << "for each seed one skeleton stage and two students";
  for (const fs::path& result : files("result.json")) {
    for (const char* file : {"config.resolved.yaml", "manifest.json", "log.txt", "stages/skeleton/last.ckpt",
                             "stages/skeleton/metrics.jsonl", "stages/student/predictions.csv"}) {
      EXPECT_TRUE(fs::exists(result.parent_path() / file)) << result << ' ' << file;
    }
    const Finished evaluated = testing::run_program("eval " + result.parent_path().string() + " --stage skeleton");
    EXPECT_EQ(evaluated.code, 0) << "with the checkpoint another run may have trained: " << evaluated.output;
  }

  const auto written = fs::last_write_time(files("result.json").front());
  const Finished again = sweep("--jobs 2");
  EXPECT_EQ(again.code, 0) << again.output;
  EXPECT_THAT(again.output, HasSubstr("4 runs, 0 to train"));
  EXPECT_EQ(fs::last_write_time(files("result.json").front()), written);

  EXPECT_THAT(sweep("--status").output, HasSubstr("4 done"));
}

TEST_F(TinySweep, ThatIsTrainedHasTablesOfItsMethods) {
  write_sweep("[1, 2]", "1", kTwoMethods);
  ASSERT_EQ(sweep("--jobs 2").code, 0);
  const Finished text = table("--reference label");
  ASSERT_EQ(text.code, 0) << text.output;
  EXPECT_THAT(text.output, AllOf(HasSubstr("our reconstruction of PSKD"), HasSubstr("cross-subject"),
                                 HasSubstr("last epoch"), HasSubstr("seeds 1 2"), HasSubstr("p (Holm)")));
  EXPECT_THAT(table("--format markdown").output, HasSubstr("| method |"));
  EXPECT_THAT(table("--format latex").output, AllOf(HasSubstr("\\toprule"), HasSubstr("$\\pm$")));
  EXPECT_THAT(table("--format csv").output, AllOf(HasSubstr("method,"), HasSubstr("\r\n")));
  EXPECT_THAT(table("--metric cost --format csv").output,
              AllOf(HasSubstr("parameters,"), HasSubstr("MACs,"), HasSubstr("latency ms,"), Not(HasSubstr("\u2013"))));
  EXPECT_THAT(table("--rows stage --columns method").output, AllOf(HasSubstr("skeleton"), HasSubstr("acs accuracy %")));
  EXPECT_EQ(table("--reference nobody").code, 2);
  EXPECT_EQ(table("--stage pupil").code, 2);
  EXPECT_EQ(table("--rows method --columns method").code, 2);

  const std::string one = files("result.json")[0].parent_path().string();
  const std::string other = files("result.json")[1].parent_path().string();
  const Finished compared = testing::run_program("table --compare " + one + " " + other);
  EXPECT_EQ(compared.code, 0) << compared.output;
  EXPECT_THAT(compared.output, HasSubstr("McNemar"));
}

TEST_F(TinySweep, ThatIsDoneIsHeldToItsRecordings) {
  write_sweep("[1]", "1", kTwoMethods);
  ASSERT_EQ(sweep().code, 0);
  fs::remove_all(path("data"));
  ASSERT_EQ(
      testing::run_program("data synth --like utd --subjects 4 --trials 2 --actions 3 --seed 2 --out " + path("data"))
          .code,
      0);
  const Finished other = sweep();
  EXPECT_EQ(other.code, 5) << other.output;
  EXPECT_THAT(other.output, HasSubstr("trained on other data"));
}

TEST_F(TinySweep, TwoOfOneRootBothEndWellAndTrainNothingTwice) {
  write_sweep("[1, 2]", "1", kTwoMethods);
  const std::string one = "'" PSKD_PROGRAM "' sweep --jobs 2 --config " + path("sweep.yaml");
  const testing::Finished both =
      testing::run_command("(" + one + " & first=$!; " + one + " & second=$!; wait $first && wait $second)");
  EXPECT_EQ(both.code, 0) << both.output;
  EXPECT_EQ(files("result.json").size(), 4U);
  EXPECT_THAT(files("error.txt"), ::testing::IsEmpty());
  for (const std::filesystem::path& log : files("log.txt")) {
    const std::string text = contents_of(log);
    const std::size_t student = text.find("stage student (");
    EXPECT_EQ(text.find("stage student (", student + 1), std::string::npos) << text;
  }
}

TEST_F(TinySweep, EveryMethodOfTheShippedSweepTrains) {
  std::string settings = " --set data.root=" + path("data") + " --set run.root=" + path("runs") +
                         " --set 'seeds=[1]' --set 'protocol.classes=[swipe_left, swipe_right, wave]'"
                         " --set 'protocol.train.subjects=[1, 3]' --set 'protocol.test.subjects=[2, 4]'"
                         " --set training.batch=6 --set training.optimizer.warmup=0"
                         " --set stages.skeleton.model.width=4";
  for (const char* stage : {"skeleton", "fused", "sensor", "student"}) {
    settings += " --set stages." + std::string(stage) + ".epochs=1";
  }
  const Finished trained =
      testing::run_program("sweep --config " PSKD_SOURCE_DIR "/configs/sweeps/methods.yaml" + settings);
  ASSERT_EQ(trained.code, 0) << trained.output;
  const Finished shown = testing::run_program("table " + path("runs/methods") + " --reference label");
  for (const char* method :
       {"label", "kd", "fitnet", "at", "sp", "rkd", "crd", "dkd", "dist", "average", "ca-mkd", "takd", "acs"}) {
    EXPECT_THAT(shown.output, HasSubstr(std::string("\n").append(method).append(" "))) << method;
  }
  const Finished cost = testing::run_program("table " + path("runs/methods") + " --metric cost --format csv");
  for (const auto& [method, adapters] : std::map<std::string, int>{
           {"label", 0}, {"kd", 0}, {"fitnet", 300 * 300 + 300}, {"crd", 2 * (300 * 128 + 128)}}) {
    EXPECT_THAT(cost.output, ContainsRegex("\n" + method + ",[0-9]+," + std::to_string(adapters) + ",")) << method;
  }
  EXPECT_FALSE(fs::is_empty(folder_ / "runs/stages/answers")) << "for the next student";
}

TEST_F(TinySweep, RecordsWhatEachNetworkCostsInUse) {
  write_sweep("[1]", "1", kTwoMethods);
  ASSERT_EQ(sweep("--only acs/1").code, 0);
  const fs::path run = files("result.json").at(0).parent_path();
  const auto record = nlohmann::json::parse(contents_of(run / "result.json"));
  const auto models = nlohmann::json::parse(
      testing::run_program("model show --json --config " + (run / "config.resolved.yaml").string()).output);
  ASSERT_EQ(models.size(), 2U);
  for (const auto& model : models) {
    const auto& stage = record["stages"][model["stage"].get<std::string>()];
    EXPECT_EQ(stage["parameters"], model["parameters"]);
    EXPECT_EQ(stage["cost"]["macs"], model["macs"]);
    const auto bytes = stage["cost"]["bytes"].get<std::int64_t>(),
               weights = 4 * stage["parameters"].get<std::int64_t>();
    EXPECT_GT(bytes, weights) << "batch norms keep a mean and a variance, too";
    EXPECT_LT(bytes, 2 * weights);
    EXPECT_GT(stage["cost"]["latency"].get<double>(), 0);
  }
}

TEST_F(TinySweep, IsShownByATableInConfigFormOverWhichOptionsWin) {
  const auto shown = [&](const std::string& options) {
    return testing::run_program("table --config " + path("table.yaml") + " " + options);
  };
  std::ofstream(folder_ / "table.yaml") << "runs:\n  " << path("runs/trial") << ": pskd sweep --config sweep.yaml\n"
                                        << "rows: run\nmetric: macro_f1\nreference: trial/label\nformat: csv\n";
  const Finished early = shown("");
  EXPECT_EQ(early.code, 3);
  EXPECT_THAT(early.output,
              HasSubstr("runs/trial: there is no such folder yet; this makes it: pskd sweep --config sweep.yaml"));

  write_sweep("[1, 2]", "1", kTwoMethods);
  ASSERT_EQ(sweep().code, 0);
  const Finished told = shown("");
  EXPECT_EQ(told.code, 0);
  EXPECT_THAT(told.output, AllOf(HasSubstr("trial/acs,"), HasSubstr("macro F1"), HasSubstr("p (Holm)")));
  EXPECT_EQ(told.output, table("--rows run --metric macro_f1 --reference trial/label --format csv").output);
  EXPECT_EQ(shown("--metric accuracy --rows method --reference acs --format latex").output,
            table("--metric accuracy --reference acs --format latex").output);
  EXPECT_THAT(table("--format csv").output, AllOf(HasSubstr("balanced accuracy %"), HasSubstr("macro F1 %")));
  EXPECT_EQ(shown(files("result.json")[0].parent_path().string() + " --rows stage --reference skeleton").code, 0)
      << "folders given win, too";
}

TEST_F(TinySweep, IsNotShownByATableFileWithMistakesWhichAreAllNamed) {
  std::ofstream(folder_ / "table.yaml") << "row: method\nmetric: speed\ncolumns: [stage]\n";
  const Finished told = testing::run_program("table --config " + path("table.yaml"));
  EXPECT_EQ(told.code, 2);
  EXPECT_THAT(told.output,
              AllOf(HasSubstr("table.yaml:1: row"), HasSubstr("did you mean rows?"), HasSubstr("table.yaml:2: metric"),
                    HasSubstr("accuracy, balanced_accuracy, cost, macro_f1"), HasSubstr("table.yaml:3: columns"),
                    HasSubstr("runs: expected a map of folders")));
}

TEST_F(TinySweep, ReadyMadeTablesSayWhatMakesTheirRuns) {
  int files = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(PSKD_SOURCE_DIR "/configs/tables")) {
    const Finished told = testing::run_command(
        "cd '" + folder_.path().string() + "' && '" PSKD_PROGRAM "' table --config '" + entry.path().string() + "'");
    EXPECT_EQ(told.code, 3) << told.output;
    EXPECT_THAT(told.output, HasSubstr("this makes it: pskd ")) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 3);
}

TEST_F(TinySweep, WritesEventFilesBesideMetricsWhenAsked) {
  write_sweep("[1]", "2", kTwoMethods);
  ASSERT_EQ(sweep("--only label/1").code, 0);
  EXPECT_TRUE(files("events.out.tfevents.pskd").empty());
  const Finished trained = sweep("--tensorboard");
  ASSERT_EQ(trained.code, 0) << trained.output;
  for (const fs::path& result : files("result.json")) {
    for (const char* stage : {"skeleton", "student"}) {
      testing::expect_events_of_metrics(result.parent_path() / "stages" / stage);
    }
  }
}

TEST_F(TinySweep, SharingAStageChangesNoBit) {
  write_sweep("[1]", "2", kTwoMethods);
  ASSERT_EQ(sweep().code, 0);
  const auto shared = files("result.json");
  for (const fs::path& result : shared) {
    const fs::path run = result.parent_path();
    const Finished alone =
        testing::run_program("train --quiet --threads 1 --config " + (run / "config.resolved.yaml").string() +
                             " --set run.root=" + path("alone"));
    ASSERT_EQ(alone.code, 0) << alone.output;
    const fs::path same = folder_ / "alone" / fs::relative(run, folder_ / "runs/trial");
    for (const char* stage : {"skeleton", "student"}) {
      EXPECT_EQ(contents_of(run / "stages" / stage / "predictions.csv"),
                contents_of(same / "stages" / stage / "predictions.csv"))
          << run << ' ' << stage;
    }
  }
}

TEST_F(TinySweep, AFailingRunIsReportedAtTheEndAndHidesNoOther) {
  write_sweep("[1]", "1",
              kTwoMethods + "    wild: {stages.student.optimizer.lr: 1e30, stages.student.epochs: 30}\n" +
                  "    nobody: {protocol.test.subjects: [99]}\n");
  const Finished trained = sweep("--jobs 1");
  EXPECT_EQ(files("result.json").size(), 2U) << trained.output;
  EXPECT_EQ(trained.code, 2) << "of the first failure";
  EXPECT_THAT(trained.output, AllOf(HasSubstr("2 of 4 runs failed"), HasSubstr("wild/1: stage student, epoch"),
                                    HasSubstr("nobody/1: "), HasSubstr("99")));
  EXPECT_THAT(sweep("--status").output, AllOf(HasSubstr("2 done"), HasSubstr("2 failed"), HasSubstr("the loss is")));
  EXPECT_EQ(sweep("--only wild/1").code, 4);
}

TEST_F(TinySweep, SaysBeforeItBeginsWhatIsWrongWithAnySetting) {
  write_sweep("[1]", "1", "    a: {stages.student.epoch: 3}\n");
  const Finished told = sweep();
  EXPECT_EQ(told.code, 2);
  EXPECT_THAT(told.output, AllOf(HasSubstr("sweep.yaml:12: stages.student.epoch"), HasSubstr("did you mean epochs?")));
  EXPECT_FALSE(fs::exists(folder_ / "runs"));
  EXPECT_EQ(table().code, 3) << "there is nothing to show";
}

TEST_F(TinySweep, OneRunAloneIsAnOptionAndStatusShowsTheRest) {
  write_sweep("[1, 2]", "1", kTwoMethods);
  EXPECT_THAT(sweep("--status").output, AllOf(HasSubstr("4 waiting"), HasSubstr("not known")));
  ASSERT_EQ(sweep("--only acs/2").code, 0);
  EXPECT_EQ(files("result.json").size(), 1U);
  EXPECT_THAT(sweep("--status --jobs 1").output,
              AllOf(HasSubstr("1 done, 3 waiting"), HasSubstr("left with 1 at a time")));
  const Finished told = sweep("--only acs/3");
  EXPECT_EQ(told.code, 2);
  EXPECT_THAT(told.output, HasSubstr("acs/2"));
}

/// Programs of Slurm's names, which say what a test wants, in front of the PATH. tests/slurm has real ones.
class FakeSlurm : public TinySweep {
 protected:
  FakeSlurm() { fs::create_directory(folder_ / "bin"); }

  void fake(const std::string& name, const std::string& script) const {
    std::ofstream(folder_ / "bin" / name) << "#!/bin/sh\n" << script << '\n';
    fs::permissions(folder_ / "bin" / name, fs::perms::owner_all);
  }
  Finished launch(const std::string& options, const std::string& path_after = ":$PATH") const {
    return testing::run_program("sweep --config " + path("sweep.yaml") + " " + options,
                                "PATH=\"" + path("bin") + path_after + "\"");
  }
};

TEST_F(FakeSlurm, IsGivenNoScriptThatNamesAPathWithALineBreak) {
  write_sweep("[1]", "1", kTwoMethods);
  fake("sbatch", "echo 1; touch " + path("told"));
  fs::create_directory(folder_ / "x\ntouch pwned\n");
  const Finished here =
      testing::run_command("cd " + path("'x\ntouch pwned\n'") + " && env PATH=\"" + path("bin") +
                           ":$PATH\" '" PSKD_PROGRAM "' sweep --launcher slurm --config " + path("sweep.yaml"));
  EXPECT_EQ(here.code, 2) << here.output;
  EXPECT_THAT(here.output, HasSubstr("x\\x0atouch pwned\\x0a"));
  const Finished data = launch("--launcher slurm", ":$PATH\" \"PSKD_DATA_ROOT=a\rb");
  EXPECT_EQ(data.code, 2) << data.output;
  EXPECT_FALSE(fs::exists(folder_ / "told"));
}

TEST_F(FakeSlurm, IsGivenAScriptWhoseTaskTrainsOneRunFromAnywhere) {
  write_sweep("[1, 2]", "1", kTwoMethods);
  fake("sbatch",
       "echo 'sbatch: warning: slow today' >&2; echo \"$@\" >> " + path("told") + "; wc -l < " + path("told"));
  fake("squeue", "echo 1_1; echo 1_2; echo 2_2; echo 9_1");
  const Finished submitted = launch("--launcher slurm --jobs 3 --set \"run.device='cpu'\"");
  ASSERT_EQ(submitted.code, 0) << submitted.output;
  EXPECT_THAT(submitted.output,
              AllOf(HasSubstr("job 1: 2 runs\n"), HasSubstr("job 2: 2 runs, which share stages with job 1")));
  const fs::path script = folder_ / "runs/trial/slurm/2/array.sh";
  EXPECT_EQ(contents_of(folder_ / "told"),
            "--parsable " + path("runs/trial/slurm/1/array.sh") + "\n--parsable " + script.string() + "\n");
  EXPECT_THAT(contents_of(script),
              AllOf(HasSubstr("#SBATCH --array=1-2%3\n"), HasSubstr("#SBATCH --requeue\n"),
                    HasSubstr("#SBATCH --signal=B:TERM@"), HasSubstr("#SBATCH --dependency=afterany:1\n")));

  EXPECT_THAT(launch("--status").output, AllOf(HasSubstr("3 queued"), HasSubstr("1 waiting")));
  const Finished again = launch("--launcher slurm");
  EXPECT_THAT(again.output, AllOf(HasSubstr("3 running or queued, 1 to submit"), HasSubstr("job 3: 1 runs\n")));
  EXPECT_THAT(contents_of(folder_ / "runs/trial/slurm/3/tasks.txt"), ::testing::StartsWith("acs/1 "));
  EXPECT_THAT(launch("--status --set stages.student.epochs=2").output, HasSubstr("4 waiting"))
      << "other settings are other runs";

  const Finished task = testing::run_command("cd / && SLURM_ARRAY_TASK_ID=2 sh " + script.string());
  ASSERT_EQ(task.code, 0) << task.output;
  ASSERT_EQ(files("result.json").size(), 1U);
  EXPECT_THAT(files("result.json")[0].string(), AllOf(HasSubstr("/acs/"), HasSubstr("/seed-2/")));
  EXPECT_NE(testing::run_command("SLURM_ARRAY_TASK_ID=3 sh " + script.string()).code, 0) << "there is no such task";
  EXPECT_THAT(launch("--status").output, AllOf(HasSubstr("1 done"), HasSubstr("2 queued")));
}

TEST_F(FakeSlurm, IsMissingOrRefuses) {
  write_sweep("[1]", "1", kTwoMethods);
  const Finished missing = launch("--launcher slurm", "");
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.output, HasSubstr("sbatch cannot be run: it is not on the PATH"));

  fake("sbatch", "echo 'sbatch: error: no more jobs for you' >&2; exit 1");
  const Finished refused = launch("--launcher slurm");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("no more jobs for you"));
  EXPECT_THAT(launch("--status").output, HasSubstr("2 waiting"));

  fake("sbatch", "echo 5");
  ASSERT_EQ(launch("--launcher slurm").code, 0);
  fake("squeue", "echo 'squeue: error: nobody answers' >&2; exit 1");
  EXPECT_EQ(launch("--launcher slurm").code, 2) << "it could submit what is queued already";
  const Finished status = launch("--status");
  EXPECT_EQ(status.code, 0);
  EXPECT_THAT(status.output, AllOf(HasSubstr("nobody answers"), HasSubstr("2 waiting")));
  EXPECT_EQ(launch("--launcher slurm --only acs/1").code, 2);
}

TEST_F(FakeSlurm, GetsWhatCanRunAndTheRestIsReported) {
  write_sweep("[1]", "1", kTwoMethods + "    nobody: {protocol.test.subjects: [99]}\n");
  fake("sbatch", "echo 5");
  const Finished submitted = launch("--launcher slurm");
  EXPECT_EQ(submitted.code, 2);
  EXPECT_THAT(submitted.output,
              AllOf(HasSubstr("2 to submit"), HasSubstr("1 of 3 runs failed; the others are submitted"),
                    HasSubstr("nobody/1: ")));
}

}  // namespace
}  // namespace pskd::sweep
