#include "sweep/local_launcher.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <list>
#include <optional>
#include <sstream>
#include <thread>

#include "base/child_process.hpp"
#include "base/elapsed.hpp"
#include "base/stop_signal.hpp"
#include "base/text.hpp"
#include "pskd/base/error.hpp"
#include "sweep/status.hpp"

namespace pskd::sweep {
namespace {

constexpr std::chrono::milliseconds kPollInterval{50};
constexpr const char* kVisibleCards = "CUDA_VISIBLE_DEVICES";

/// Trains the tasks of a sweep in child processes.
class Pool {
 public:
  Pool(const SweepLaunch& launch, const std::vector<SweepTask>& tasks)
      : launch_(launch), tasks_(tasks), cards_(cards_of(std::getenv(kVisibleCards))) {
    for (const SweepTask& task : tasks_) {
      if (!task.problem.empty()) {
        fail(task, exit_code(ErrorKind::config));
      } else if (state_of(task) != TaskState::done) {
        waiting_.push_back(&task);
      }
    }
  }

  /// Until nothing is left, or a stop signal has come and every child has saved.
  void run() {
    spdlog::info("{} runs, {} to train, {} at a time", tasks_.size(), waiting_.size(), launch_.jobs);
    bool stopping = false;
    while (!running_.empty() || (!waiting_.empty() && !stopping)) {
      if (stop_signal() != 0 && !stopping) {
        stopping = true;
        spdlog::info("stopping: waiting for {} runs to save", running_.size());
        for (const Job& job : running_) job.process.stop();
      }
      if (!stopping) start_jobs();
      collect();
      std::this_thread::sleep_for(kPollInterval);
    }
    if (stopping) throw Stopped(stop_signal());
  }

  const std::vector<TaskFailure>& failures() const { return failures_; }

 private:
  struct Job {
    const SweepTask* task;
    std::string card;  ///< the one it has to itself or shares; empty: it was dealt none
    ChildProcess process;
    std::chrono::steady_clock::time_point start;
  };

  /// Of the cards that are dealt the one with the fewest runs; empty where the run names its device, or none is dealt.
  std::string card_for(const SweepTask& task) const {
    const std::string& device = task.experiment.run.device;
    if (device != "auto" && device != "cuda") return "";
    std::vector<std::string> taken;
    for (const Job& job : running_) taken.push_back(job.card);
    return freest_card(cards_, taken);
  }

  void start_jobs() {
    for (auto next = waiting_.begin(); next != waiting_.end() && std::ssize(running_) < launch_.jobs;) {
      std::vector<const SweepTask*> training;
      for (const Job& job : running_) training.push_back(job.task);
      if (shares_untrained_stage(**next, training)) {
        ++next;
        continue;
      }
      start(**next);
      next = waiting_.erase(next);
    }
  }

  void start(const SweepTask& task) {
    std::vector<std::string> arguments = task_arguments(launch_, launch_.config);
    arguments.insert(arguments.end(), {"--only", task.name()});
    forget_failure(task);
    const std::string card = card_for(task);
    std::vector<std::string> variables;
    if (!card.empty()) variables.push_back(fmt::format("{}={}", kVisibleCards, card));
    spdlog::info("{}: starts{}", task.name(), card.empty() ? "" : " on card " + card);
    running_.push_back({&task, card, ChildProcess(arguments, variables), std::chrono::steady_clock::now()});
  }

  void collect() {
    for (auto job = running_.begin(); job != running_.end();) {
      const std::optional<int> code = job->process.poll();
      if (!code) {
        ++job;
        continue;
      }
      const double seconds = seconds_since(job->start);
      if (*code == 0) {
        spdlog::info("{}: done after {}; {} running, {} waiting", job->task->name(), time_text(seconds),
                     running_.size() - 1, waiting_.size());
      } else if (stop_signal() == 0) {
        fail(*job->task, *code);
      }
      job = running_.erase(job);
    }
  }

  void fail(const SweepTask& task, int code) {
    std::string why = failure_of(task);
    if (why.empty()) {
      why = fmt::format("its process ended with exit code {}; see {}", code, task.layout.log().string());
      note_failure(task, why);
    }
    spdlog::error("{}: failed: {}", task.name(), first_line(why));
    failures_.push_back({&task, code, why});
  }

  const SweepLaunch& launch_;
  const std::vector<SweepTask>& tasks_;
  const std::vector<std::string> cards_;
  std::list<const SweepTask*> waiting_;
  std::list<Job> running_;
  std::vector<TaskFailure> failures_;
};

}  // namespace

std::vector<std::string> cards_of(const char* visible) {
  std::vector<std::string> cards;
  std::istringstream list(visible == nullptr ? "" : visible);
  for (std::string card; std::getline(list, card, ',');) cards.push_back(card);
  return cards.size() > 1 ? cards : std::vector<std::string>();
}

std::string freest_card(const std::vector<std::string>& cards, const std::vector<std::string>& taken) {
  const auto runs = [&](const std::string& card) { return std::count(taken.begin(), taken.end(), card); };
  const auto freest = std::min_element(cards.begin(), cards.end(),
                                       [&](const auto& one, const auto& other) { return runs(one) < runs(other); });
  return freest == cards.end() ? "" : *freest;
}

std::vector<TaskFailure> train_here(const SweepLaunch& launch, const std::vector<SweepTask>& tasks) {
  Pool pool(launch, tasks);
  pool.run();
  return pool.failures();
}

}  // namespace pskd::sweep
