// Process set-up that must happen before the first tensor.
#pragma once

#include <string>

#include "base/cores.hpp"

namespace pskd {

/// Allocator: keeps freed memory instead of giving pages back (page faults otherwise cost a training step a factor of
/// two and more). Denormals: flushed to zero. Call before the first tensor.
void prepare_process();

/// Lets OpenMP's threads of programs started from now on wait passively after a short spin, unless the user has chosen
/// a policy; returns whether that changed the environment. GNU's OpenMP reads it when it is loaded, before main: a
/// program that has it loaded must start itself again.
bool set_wait_policy();

/// Removes the variables by which OpenMP starts fewer threads than it is asked for, or cannot start them: oneDNN would
/// wait for the missing ones for ever. run.threads says how many there are. To be called before OpenMP is loaded.
void remove_thread_limits();

/// How this process is set up, for `pskd doctor`.
struct ProcessSetup {
  Cores cores;
  bool allocator_keeps_memory = false;
  bool denormals_flushed = false;
  std::string wait_policy;
};
ProcessSetup process_setup();

}  // namespace pskd
