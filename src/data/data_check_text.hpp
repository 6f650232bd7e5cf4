// What the data check found, as text and as JSON.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_check.hpp"

namespace pskd::data {

/// What is probably wrong with recordings that can be read all the same, one line each.
std::vector<std::string> suspicions_of(const DataCheck& check);
/// The same, and what rules put right: what a training says before it starts.
std::vector<std::string> warnings_of(const DataCheck& check);

/// "'wave' (20 clips) = 'Wave' (4 clips)", with `between` the names.
std::string alike_text(const std::vector<std::string>& names, const std::map<std::string, std::size_t>& clips,
                       std::string_view between);

/// For people: counts by subject and class, lengths, what is missing, broken or double.
std::string describe(const DataCheck& check);
/// For programs: the same as JSON.
std::string to_json(const DataCheck& check);

}  // namespace pskd::data
