#include "base/stop_signal.hpp"

#include <atomic>
#include <csignal>

namespace pskd {
namespace {

std::atomic<int> noted{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void handle(int signal_number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal_number, &action, nullptr);
}

void note(int signal_number) {
  noted = signal_number;
  // The next one of either takes its default action and ends the process.
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
}

}  // namespace

void catch_stop_signals() {
  handle(SIGINT, note);
  handle(SIGTERM, note);
}

int stop_signal() { return noted; }

}  // namespace pskd
