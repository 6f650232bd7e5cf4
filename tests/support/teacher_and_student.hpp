// The stages of an experiment: a skeleton teacher and its student.
#pragma once

#include "pskd/config/experiment.hpp"

namespace pskd::testing {

inline config::Experiment teacher_and_student() {
  config::StageConfig teacher, student;
  teacher.name = "skeleton";
  teacher.model = config::SkeletonGcnConfig{};
  teacher.sees = {config::Modality::skeleton};
  student.name = "student";
  student.model = config::SensorCnnConfig{};
  student.sees = {config::Modality::sensor};
  student.teachers.push_back({.stage = "skeleton"});
  student.loss.acs = config::AcsConfig{};
  config::Experiment experiment;
  experiment.stages = {teacher, student};
  return experiment;
}

}  // namespace pskd::testing
