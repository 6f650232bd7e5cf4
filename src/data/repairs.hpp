// What readers put right, counted by rule.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pskd::data {

/// What readers put right by one rule: how many values, frames or files, and in which clips.
struct Repair {
  std::int64_t count = 0;
  std::vector<std::string> clips;
};
/// By rule, e.g. "acceleration beyond the rail of 2 g: clipped to it".
using Repairs = std::map<std::string, Repair>;
void note_repair(Repairs& repairs, const std::string& rule, const std::string& clip, std::int64_t count = 1);

}  // namespace pskd::data
