// What the data check found, as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "data/data_check.hpp"

namespace pskd::data {

/// What is probably wrong with recordings that can be read all the same, one line each.
std::vector<std::string> suspicions_of(const DataCheck& check);
/// The same, and what rules put right: what a training says before it starts.
std::vector<std::string> warnings_of(const DataCheck& check);

/// For people: counts by subject and class, lengths, what is missing, broken or double.
std::string describe(const DataCheck& check);
/// For programs: the same as JSON.
std::string to_json(const DataCheck& check);

}  // namespace pskd::data
