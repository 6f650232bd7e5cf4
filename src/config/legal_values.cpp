#include "config/legal_values.hpp"

namespace pskd::config {

std::string legal_values(bool) { return "true or false"; }
std::string legal_values(bool value, const SwitchRule&) { return legal_values(value); }
std::string legal_values(int, const Rule& rule) { return "a whole number" + rule.text; }
std::string legal_values(std::uint64_t, const Rule& rule) { return "a whole number >= 0" + rule.text; }
std::string legal_values(double, const Rule& rule) { return "a number" + rule.text; }
std::string legal_values(const std::string&, const TextRule& rule) { return rule.text; }
std::string legal_values(const Name&, const TextRule& rule) { return rule.text; }
std::string legal_values(const SnapshotName&) { return "last, best or epoch-<n>"; }

std::string legal_values(const Sees&) {
  return "a list that is not empty, each " + one_of_enum<Modality>().words.text +
         ", {sensor: channels}; or {sensor: channels}";
}

std::string legal_values(const std::pair<int, int>&) {
  return "[first epoch, end (not included)] of the student, or [0, 0] for all";
}

std::string legal_values(const std::optional<double>&, const OrWord& rule) {
  return rule.word + " or a number" + rule.rule.text;
}

}  // namespace pskd::config
