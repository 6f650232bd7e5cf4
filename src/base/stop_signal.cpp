#include "base/stop_signal.hpp"

#include <atomic>
#include <csignal>

namespace pskd {
namespace {

constexpr int kStopSignals[] = {SIGHUP, SIGINT, SIGTERM};

std::atomic<int> noted{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

bool is_ignored(int signal_number) {
  struct sigaction action {};
  return sigaction(signal_number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void handle(int signal_number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal_number, &action, nullptr);
}

void note(int signal_number) {
  noted = signal_number;
  // The next one of any takes its default action and ends the process.
  for (const int one : kStopSignals) {
    if (!is_ignored(one)) handle(one, SIG_DFL);
  }
}

}  // namespace

void catch_stop_signals() {
  for (const int one : kStopSignals) {
    if (one != SIGHUP || !is_ignored(one)) handle(one, note);
  }
}

int stop_signal() { return noted; }

void survive_file_size_limit() { std::signal(SIGXFSZ, SIG_IGN); }

}  // namespace pskd
