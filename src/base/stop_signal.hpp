// Signals that ask the process to stop, and one that need not end it.
#pragma once

namespace pskd {

/// From now on SIGINT, SIGTERM and SIGHUP (the terminal is gone) are only noted; a second one of any ends the process
/// at once. A SIGHUP that is ignored stays so: that is what nohup does.
void catch_stop_signals();

/// The number of the signal that asked the process to stop, or 0.
int stop_signal();

/// From now on a write beyond `ulimit -f` fails with "File too large" instead of ending the process.
void survive_file_size_limit();

}  // namespace pskd
