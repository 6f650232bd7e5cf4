// How those parts of an experiment are read that are more than a map of keys.
#pragma once

#include <vector>

#include "config/describe.hpp"
#include "config/reader.hpp"

namespace pskd::config {

void read(const Place& place, SplitPart& value);
void read(const Place& place, StageRef& value);
void read(const Place& place, UnlabeledPart& value);
void read(const Place& place, TeacherRef& value);
void read(const Place& place, ModelConfig& value);
void read(const Place& place, Sees& value);
void read(const Place& place, std::vector<TeacherRef>& value);
void read(const Place& place, std::vector<StageConfig>& value);

}  // namespace pskd::config
