#include "data/repairs.hpp"

namespace pskd::data {

void note_repair(Repairs& repairs, const std::string& rule, const std::string& clip, std::int64_t count) {
  Repair& repair = repairs[rule];
  repair.count += count;
  if (repair.clips.empty() || repair.clips.back() != clip) repair.clips.push_back(clip);
}

}  // namespace pskd::data
