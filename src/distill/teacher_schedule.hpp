// Which teachers teach a stage in which epochs, and which snapshots that needs.
#pragma once

#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"

namespace pskd::distill {

/// The teachers of `stage` with progress applied and every epoch range spelled out.
/// chain: as listed.
/// trajectory: each teacher becomes `steps` snapshots, evenly spaced over its own training. The student follows them
/// in turn, over equal parts of its epochs.
/// weights: over `steps` equal parts of the epochs the weight of a teacher moves between 1 and 0 by its place in the
/// list (the last listed is the nearest). With `from: near` the near ones begin and the far ones end. A weight of 0
/// leaves the teacher out.
std::vector<config::TeacherRef> schedule_teachers(const config::StageConfig& stage,
                                                  const config::Experiment& experiment);

/// What a teacher of `stage` is called, whichever of its snapshots teaches: its stage's name; where teachers of several
/// runs have one name, "fused", "fused:2" and so on, in the order of the config.
std::string teacher_name(const config::StageConfig& stage, const config::TeacherRef& teacher);

/// The epochs after which `stage` must keep a snapshot: its own `snapshots` and those that later stages follow.
std::vector<int> snapshot_epochs(const std::string& stage, const config::Experiment& experiment);

}  // namespace pskd::distill
