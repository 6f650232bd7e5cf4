#include "distill/teacher_schedule.hpp"

#include <algorithm>
#include <set>

namespace pskd::distill {
namespace {

/// Part `step` of `steps` equal parts of 0 .. epochs.
std::pair<int, int> part_of(int epochs, int step, int steps) {
  return {epochs * step / steps, epochs * (step + 1) / steps};
}

std::vector<config::TeacherRef> follow_trajectory(const config::TeacherRef& teacher, int teacher_epochs, int epochs,
                                                  int steps) {
  std::vector<config::TeacherRef> schedule;
  for (int step = 0; step < steps; ++step) {
    config::TeacherRef part = teacher;
    part.epochs = part_of(epochs, step, steps);
    if (step + 1 < steps) {
      part.snapshot = {config::SnapshotName::Kind::epoch, std::max(1, teacher_epochs * (step + 1) / steps)};
    }
    schedule.push_back(part);
  }
  return schedule;
}

std::vector<config::TeacherRef> move_weights(const config::StageConfig& stage, const config::ProgressConfig& progress) {
  const auto count = static_cast<int>(stage.teachers.size());
  std::vector<config::TeacherRef> schedule;
  for (int step = 0; step < progress.steps; ++step) {
    const double moved = progress.steps > 1 ? static_cast<double>(step) / (progress.steps - 1) : 0.5;
    const double towards_far = progress.from == config::ProgressStart::near ? moved : 1 - moved;
    for (int k = 0; k < count; ++k) {
      const double nearness = count > 1 ? static_cast<double>(k) / (count - 1) : 0.5;
      config::TeacherRef part = stage.teachers[k];
      part.weight *= (1 - towards_far) * nearness + towards_far * (1 - nearness);
      part.epochs = part_of(stage.epochs, step, progress.steps);
      if (part.weight > 0) schedule.push_back(part);
    }
  }
  return schedule;
}

}  // namespace

std::vector<config::TeacherRef> schedule_teachers(const config::StageConfig& stage,
                                                  const config::Experiment& experiment) {
  if (experiment.progress.mode == config::ProgressMode::weights) return move_weights(stage, experiment.progress);
  std::vector<config::TeacherRef> schedule;
  for (config::TeacherRef teacher : stage.teachers) {
    if (experiment.progress.mode == config::ProgressMode::trajectory) {
      const int teacher_epochs = config::find_stage(experiment, teacher.stage).epochs;
      const auto parts = follow_trajectory(teacher, teacher_epochs, stage.epochs, experiment.progress.steps);
      schedule.insert(schedule.end(), parts.begin(), parts.end());
      continue;
    }
    if (teacher.epochs == std::pair{0, 0}) teacher.epochs = {0, stage.epochs};
    schedule.push_back(teacher);
  }
  return schedule;
}

std::string teacher_name(const config::StageConfig& stage, const config::TeacherRef& teacher) {
  std::vector<std::string> runs;  // that have a stage of this name
  for (const config::TeacherRef& other : stage.teachers) {
    if (other.stage == teacher.stage && std::find(runs.begin(), runs.end(), other.run) == runs.end()) {
      runs.push_back(other.run);
    }
  }
  const auto place = std::find(runs.begin(), runs.end(), teacher.run) - runs.begin();
  return place == 0 ? teacher.stage : teacher.stage + ":" + std::to_string(place + 1);
}

std::vector<int> snapshot_epochs(const std::string& stage, const config::Experiment& experiment) {
  const std::vector<int>& own = config::find_stage(experiment, stage).snapshots;
  std::set<int> epochs(own.begin(), own.end());
  for (const config::StageConfig& student : experiment.stages) {
    for (const config::TeacherRef& teacher : schedule_teachers(student, experiment)) {
      if (teacher.stage != stage || !teacher.run.empty() || teacher.snapshot.kind != config::SnapshotName::Kind::epoch)
        continue;
      epochs.insert(teacher.snapshot.epoch);
    }
  }
  return {epochs.begin(), epochs.end()};
}

}  // namespace pskd::distill
