#include "pskd/config/losses.hpp"

namespace pskd::config {

std::vector<std::string> teacher_terms() {
  std::vector<std::string> keys;
  for_each_teacher_loss([&](const auto& row) { keys.emplace_back(row.key); });
  return keys;
}

std::vector<std::string> teacher_terms(const LossConfig& loss) {
  std::vector<std::string> keys;
  for_each_teacher_loss([&](const auto& row) {
    if (loss.*row.config) keys.emplace_back(row.key);
  });
  return keys;
}

}  // namespace pskd::config
