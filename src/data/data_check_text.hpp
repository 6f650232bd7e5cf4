// What the data check found, as text and as JSON.
#pragma once

#include <string>

#include "data/data_check.hpp"

namespace pskd::data {

/// For people: counts by subject and class, lengths, what is missing, broken or double.
std::string describe(const DataCheck& check);
/// For programs: the same as JSON.
std::string to_json(const DataCheck& check);

}  // namespace pskd::data
