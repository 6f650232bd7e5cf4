// Signals that ask the process to stop.
#pragma once

namespace pskd {

/// From now on SIGINT and SIGTERM are only noted; a second one of either ends the process at once.
void catch_stop_signals();

/// The number of the signal that asked the process to stop, or 0.
int stop_signal();

}  // namespace pskd
