// Values as a config file writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/config/rules.hpp"

namespace pskd::config {

/// In quotes where YAML would not read it as this very text.
std::string value_text(const std::string& value);

std::string value_text(bool value);
std::string value_text(bool value, const SwitchRule&);
std::string value_text(int value, const Rule& rule);
std::string value_text(std::uint64_t value, const Rule& rule);
std::string value_text(double value, const Rule& rule);
std::string value_text(const std::string& value, const TextRule& rule);
std::string value_text(const Name& value, const TextRule& rule);
std::string value_text(const StageRef& value);  ///< a map where it is of another run
std::string value_text(const SnapshotName& value);
std::string value_text(const Sees& value);
std::string value_text(const std::pair<int, int>& value);
std::string value_text(const std::optional<double>& value, const OrWord& rule);

template <class Enum>
std::string value_text(Enum value, const EnumRule<Enum>&) {
  return value_text(std::string(word(value)));
}

template <class T, class Each>
std::string value_text(const std::vector<T>& values, const ListRule<Each>& rule) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + value_text(value, rule.each);
  return "[" + text + "]";
}

template <class T, class Each>
std::string value_text(const std::optional<std::vector<T>>& value, const ListRule<Each>& rule) {
  return value ? value_text(*value, rule) : "null";
}

template <class T, class Rule>
std::string value_text(const T& value, const Rule& rule, const LeftOutAs&) {
  return value_text(value, rule);
}

}  // namespace pskd::config
