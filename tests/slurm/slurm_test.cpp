// Sweeps through a real Slurm.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <memory>

#include "slurm_cluster.hpp"
#include "support/tiny_sweep.hpp"

namespace pskd::sweep {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::comes_true;
using testing::Finished;
using ::testing::HasSubstr;
using testing::SlurmCluster;
using testing::TinySweep;

constexpr std::chrono::seconds kPatience(600);

class SlurmSweep : public TinySweep {
 protected:
  void SetUp() override {
    if (!SlurmCluster::is_installed()) {
      ASSERT_EQ(std::getenv("PSKD_REQUIRE_REAL_DATA"), nullptr) << "Slurm is required but absent";
      GTEST_SKIP() << "Slurm is absent: tools/setup.sh slurm-wlm munge installs it";
    }
    cluster_ = std::make_unique<SlurmCluster>();
  }

  /// "<array>_<task>" of a task of the first array that has written a checkpoint and goes on.
  std::string task_at_work() const {
    std::string task;
    EXPECT_TRUE(comes_true(kPatience, [&] {
      task = SlurmCluster::run("squeue --noheader --array --states=RUNNING --format=%F_%K").output;
      task = task.substr(0, task.find('\n'));
      return !task.empty() && has_checkpoint(task.substr(task.find('_') + 1));
    })) << cluster_->logs();
    return task;
  }

  /// Of the stage that the task trained first.
  bool has_checkpoint(const std::string& task) const {
    std::ostringstream output;
    output << std::ifstream(folder_ / ("runs/trial/slurm/1/" + task + ".out")).rdbuf();
    const std::string text = output.str(), words = "trains in ";
    const std::size_t begin = text.find(words), end = text.find('\n', begin);
    return begin != std::string::npos && end != std::string::npos &&
           fs::exists(fs::path(text.substr(begin + words.size(), end - begin - words.size())) / "last.ckpt");
  }

  /// Until the job or task is in a state such as JobState=FAILED.
  void await_state(const std::string& job, const std::string& state) const {
    std::string shown;
    EXPECT_TRUE(comes_true(kPatience, [&] {
      shown = SlurmCluster::run("scontrol show job " + job).output;
      return shown.find(state) != std::string::npos;
    })) << shown;
  }

  void await_empty_queue() const {
    EXPECT_TRUE(comes_true(kPatience, [] { return SlurmCluster::run("squeue --noheader").output.empty(); }))
        << SlurmCluster::run("squeue").output << cluster_->logs();
  }

  std::string tables() const {
    return table("--reference label").output + table("--metric macro_f1 --format csv").output;
  }

  std::string outputs() const {
    std::ostringstream text;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_ / "runs/trial/slurm")) {
      if (entry.path().extension() == ".out") text << entry.path() << ":\n" << std::ifstream(entry.path()).rdbuf();
    }
    return text.str();
  }

  std::unique_ptr<SlurmCluster> cluster_;
};

TEST_F(SlurmSweep, EndsWithTheTableOfALocalOneThoughATaskIsKilledAndRequeued) {
  write_sweep("[1, 2, 3]", "200", testing::kTwoMethods);
  const Finished local = sweep("--jobs 2");
  ASSERT_EQ(local.code, 0) << local.output;
  const std::string undisturbed = tables();
  fs::remove_all(folder_ / "runs");

  const Finished submitted = sweep("--launcher slurm --jobs 2");
  ASSERT_EQ(submitted.code, 0) << submitted.output;
  EXPECT_THAT(submitted.output, AllOf(HasSubstr("6 to submit"), HasSubstr(": 3 runs\n"), HasSubstr("begin after it")));
  EXPECT_THAT(sweep("--status").output, HasSubstr(" queued"));
  EXPECT_THAT(sweep("--launcher slurm").output, HasSubstr("0 done, 6 running or queued, 0 to submit"));

  const std::string task = task_at_work();
  SlurmCluster::run("scancel --signal=KILL --batch " + task);
  await_state(task, "JobState=FAILED");
  const Finished requeued = SlurmCluster::run("scontrol requeue " + task);
  ASSERT_EQ(requeued.code, 0) << requeued.output;
  await_state(task, "Restarts=1");
  await_empty_queue();

  EXPECT_THAT(sweep("--status").output, HasSubstr("6 done")) << outputs();
  EXPECT_THAT(outputs(), HasSubstr(" of them done")) << "the killed run went on from its checkpoint";
  EXPECT_THAT(sweep("--launcher slurm").output, HasSubstr("6 done, 0 running or queued, 0 to submit"));
  EXPECT_EQ(files("report.md").size(), 2U) << "one for each method";
  EXPECT_EQ(tables(), undisturbed);
}

TEST_F(SlurmSweep, ACanceledTaskSavesAndIsSubmittedAgain) {
  write_sweep("[1]", "2000", "    label: {stages.student.teachers: [], stages.student.loss: !replace {ce: 1}}\n");
  ASSERT_EQ(sweep("--launcher slurm").code, 0);
  const std::string task = task_at_work();
  SlurmCluster::run("scancel --signal=TERM --batch " + task);  // as Slurm does before the time limit
  await_state(task, "ExitCode=143:0");
  await_empty_queue();
  EXPECT_THAT(outputs(), HasSubstr("everything is saved"));
  EXPECT_THAT(sweep("--status").output, HasSubstr("1 waiting"));

  const Finished again = sweep("--launcher slurm");
  EXPECT_THAT(again.output, AllOf(HasSubstr("1 to submit"), HasSubstr(": 1 runs")));
  EXPECT_TRUE(comes_true(kPatience, [&] { return outputs().find(" of them done") != std::string::npos; })) << outputs();
}

TEST_F(SlurmSweep, WhatSlurmRefusesIsToldInItsWords) {
  write_sweep("[1]", "1", testing::kTwoMethods);
  setenv("SBATCH_PARTITION", "nowhere", 1);
  const Finished told = sweep("--launcher slurm");
  unsetenv("SBATCH_PARTITION");
  EXPECT_EQ(told.code, 2);
  EXPECT_THAT(told.output, AllOf(HasSubstr("sbatch"), HasSubstr("invalid partition specified: nowhere")));
  EXPECT_THAT(sweep("--status").output, HasSubstr("2 waiting"));
}

}  // namespace
}  // namespace pskd::sweep
