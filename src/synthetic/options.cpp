#include "synthetic/options.hpp"

#include "pskd/base/error.hpp"

namespace pskd::synthetic {

void check_synthetic_number(const std::string& what, int value, int largest) {
  if (value >= 1 && value <= largest) return;
  throw Error(ErrorKind::usage, "synthetic data: expected " + what + " of 1 .. " + std::to_string(largest) +
                                    ", found " + std::to_string(value));
}

void check_synthetic_options(const SyntheticOptions& options) {
  check_synthetic_number("a number of subjects", options.subjects, 8);
  check_synthetic_number("a number of trials", options.trials, 4);
  check_synthetic_number("a number of actions", options.actions, 27);
}

}  // namespace pskd::synthetic
