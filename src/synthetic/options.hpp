// How many synthetic recordings are made.
#pragma once

#include <cstdint>
#include <string>

namespace pskd::synthetic {

/// At most UTD-MHAD's own numbers, so that its reader takes the files.
struct SyntheticOptions {
  int subjects = 8;  ///< 1 .. 8
  int trials = 4;    ///< 1 .. 4
  int actions = 27;  ///< the first so many classes, 1 .. 27
  std::uint64_t seed = 1;
};

/// Calls `make` with action, subject and trial, each from 1, of every recording. Returns the number of recordings.
template <class Make>
int for_each_recording(const SyntheticOptions& options, Make make) {
  for (int action = 1; action <= options.actions; ++action) {
    for (int subject = 1; subject <= options.subjects; ++subject) {
      for (int trial = 1; trial <= options.trials; ++trial) make(action, subject, trial);
    }
  }
  return options.actions * options.subjects * options.trials;
}

/// Throws Error(usage) unless all numbers are in their range.
void check_synthetic_options(const SyntheticOptions& options);

/// Throws Error(usage) unless `value` lies in 1 .. `largest`; `what` names it, such as "a subject".
void check_synthetic_number(const std::string& what, int value, int largest);

}  // namespace pskd::synthetic
