// Process set-up that must happen before the first tensor, and stop signals.
#pragma once

#include <string>

namespace pskd {

/// Allocator: keeps freed memory instead of giving pages back (page faults otherwise cost a training step a factor of
/// two and more). Denormals: flushed to zero. OpenMP: passive waiting after a short spin, `threads` threads, for
/// OpenBLAS too; the OpenMP and OpenBLAS libraries read their environment when they are loaded, so the process starts
/// itself again once when it is not set. `threads` 0 means every core. Call first in main.
void prepare_process(int argc, char** argv, int threads);

/// What prepare_process arranged, for `pskd doctor` and the manifest.
struct ProcessSetup {
  int cores = 0;
  int threads = 0;
  bool allocator_keeps_memory = false;
  bool denormals_flushed = false;
  std::string wait_policy;
};
ProcessSetup process_setup();

/// From now on SIGINT and SIGTERM are only noted; a second one of either ends the process at once.
void catch_stop_signals();

/// The number of the signal that asked the process to stop, or 0.
int stop_signal();

}  // namespace pskd
