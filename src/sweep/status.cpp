#include "sweep/status.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.hpp"

namespace pskd::sweep {
namespace {

const char* state_name(TaskState state) {
  switch (state) {
    case TaskState::done:
      return "done";
    case TaskState::running:
      return "running";
    case TaskState::queued:
      return "queued";
    case TaskState::failed:
      return "failed";
    case TaskState::waiting:
      return "waiting";
  }
  return "";
}

}  // namespace

std::string status_text(const std::vector<SweepTask>& tasks, const std::set<std::string>& queued, int jobs) {
  std::string text;
  std::map<TaskState, int> counts;
  std::size_t width = 0;
  for (const SweepTask& task : tasks) width = std::max(width, task.name().size());
  for (const SweepTask& task : tasks) {
    TaskState state = state_of(task);
    if (state == TaskState::waiting && queued.contains(task.unique_name())) state = TaskState::queued;
    ++counts[state];
    text += fmt::format("{:<{}}  {:<8} {}\n", task.name(), width, state_name(state),
                        state == TaskState::failed ? first_line(failure_of(task)) : task.layout.folder.string());
  }
  std::vector<std::string> summary;
  for (const auto& [state, count] : counts) summary.push_back(fmt::format("{} {}", count, state_name(state)));
  const double left = seconds_left(tasks, jobs);
  if (left > 0) summary.push_back(fmt::format("about {} left with {} at a time", time_text(left), jobs));
  if (left < 0) summary.emplace_back("time left: not known before a run is done");
  return text + fmt::format("{}\n", fmt::join(summary, ", "));
}

std::string time_text(double seconds) {
  const long minutes = std::lround(seconds / 60);
  if (minutes >= 60) return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
  return minutes > 0 ? fmt::format("{} min", minutes) : fmt::format("{:.0f} s", seconds);
}

}  // namespace pskd::sweep
