// Golden values: what an independent implementation (tests/golden/make_golden.py) computes from the same inputs.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace pskd::testing {

/// Between two computations in float64.
inline constexpr double kGoldenTolerance = 1e-9;

/// The cases of `group` in tests/golden/`file`: a list of {"name", "inputs", "expected"}. Never empty.
inline nlohmann::json golden_cases(const std::string& file, const std::string& group) {
  const std::filesystem::path path = std::filesystem::path(PSKD_SOURCE_DIR) / "tests" / "golden" / file;
  std::ifstream stream(path);
  nlohmann::json cases = nlohmann::json::parse(stream).at(group);
  if (cases.empty()) throw std::runtime_error("no golden case in group " + group + " of " + path.string());
  return cases;
}

}  // namespace pskd::testing
