#include "sweep/launch.hpp"

#include <spdlog/fmt/fmt.h>

#include <stdexcept>

#include "pskd/base/error.hpp"
#include "pskd/train/run.hpp"

namespace pskd::sweep {

std::vector<std::string> task_arguments(const SweepLaunch& launch, const std::string& config) {
  std::vector<std::string> words = launch.verb;
  words.insert(words.end(), {"--config", config});
  for (const std::string& setting : launch.overrides) words.insert(words.end(), {"--set", setting});
  if (launch.event_files) words.emplace_back("--tensorboard");
  return words;
}

void train_task(const config::Sweep& sweep, const SweepTask& task, bool event_files) {
  if (!task.problem.empty()) throw Error(ErrorKind::config, task.problem);
  forget_failure(task);
  note_if_failed(task, [&] {
    train::TrainingSetup setup = train::prepare_training(task.experiment, task.fold);
    setup.stage_store = StageStoreLayout::of(SweepLayout{sweep.folder}.root()).folder;
    setup.event_files = event_files;
    train::require_startable(setup, {task.layout.folder}, train::Existing::resume);
    train::train_run(setup, task.seed, train::Existing::resume);
  });
}

void throw_failures(const std::vector<TaskFailure>& failures, std::size_t tasks, const std::string& others) {
  if (failures.empty()) return;
  std::string text = fmt::format("{} of {} runs failed; the others are {}:", failures.size(), tasks, others);
  for (const TaskFailure& failure : failures) {
    text +=
        fmt::format("\n{}: {}", failure.task->name(), failure.why.empty() ? failure_of(*failure.task) : failure.why);
  }
  for (const ErrorKind kind : {ErrorKind::config, ErrorKind::data, ErrorKind::diverged, ErrorKind::checkpoint}) {
    if (exit_code(kind) == failures.front().exit_code) throw Error(kind, text);
  }
  const bool killed = failures.front().exit_code >= 127;  // by a signal, or never started: memory, a time limit
  if (killed) throw Error(ErrorKind::io, text);
  throw std::runtime_error(text);
}

}  // namespace pskd::sweep
