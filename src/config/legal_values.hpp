// Which values of a key are legal, as messages and the reference page say it: "a whole number >= 1".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/config/rules.hpp"

namespace pskd::config {

std::string legal_values(bool);
std::string legal_values(bool, const SwitchRule&);
std::string legal_values(int, const Rule& rule);
std::string legal_values(std::uint64_t, const Rule& rule);
std::string legal_values(double, const Rule& rule);
std::string legal_values(const std::string&, const TextRule& rule);
std::string legal_values(const Name&, const TextRule& rule);
std::string legal_values(const SnapshotName&);
std::string legal_values(const Sees&);
std::string legal_values(const std::pair<int, int>&);  ///< epochs of a teacher
std::string legal_values(const std::optional<double>&, const OrWord& rule);

template <class Enum>
std::string legal_values(Enum, const EnumRule<Enum>& rule) {
  return rule.words.text;
}

template <class T, class Each>
std::string legal_values(const std::vector<T>&, const ListRule<Each>& rule) {
  return std::string("a list") + (rule.may_be_empty ? "" : " that is not empty") + ", each " +
         legal_values(T{}, rule.each);
}

template <class T, class Each>
std::string legal_values(const std::optional<std::vector<T>>&, const ListRule<Each>& rule) {
  return legal_values(std::vector<T>{}, rule);
}

template <class T, class Rule>
std::string legal_values(const T& value, const Rule& rule, const LeftOutAs&) {
  return legal_values(value, rule);
}

}  // namespace pskd::config
