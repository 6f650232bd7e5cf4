#include "pskd/base/process.hpp"

#include <malloc.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>
#include <thread>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace pskd {
namespace {

constexpr const char* kSpinCount = "1000";

bool allocator_keeps_memory = false;

// Cores this process may use: a container or taskset often leaves it fewer than the machine has.
int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

bool keep_freed_memory() {
#if defined(__GLIBC__)
  constexpr int kMost = std::numeric_limits<int>::max();
  constexpr int kMostOfOldGlibc = 32 << 20;
  const bool threshold = mallopt(M_MMAP_THRESHOLD, kMost) == 1 || mallopt(M_MMAP_THRESHOLD, kMostOfOldGlibc) == 1;
  return threshold && mallopt(M_TRIM_THRESHOLD, kMost) == 1 && mallopt(M_TOP_PAD, 64 << 20) == 1;
#else
  return false;
#endif
}

#if defined(__SSE2__)
constexpr unsigned kFlushBits = 0x8040;  // flush-to-zero and denormals-are-zero
void flush_denormals() { _mm_setcsr(_mm_getcsr() | kFlushBits); }
bool denormals_flushed() { return (_mm_getcsr() & kFlushBits) == kFlushBits; }
#elif defined(__aarch64__)
constexpr std::uint64_t kFlushBit = std::uint64_t{1} << 24;
std::uint64_t float_control() {
  std::uint64_t control = 0;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  return control;
}
void flush_denormals() { asm volatile("msr fpcr, %0" : : "r"(float_control() | kFlushBit)); }
bool denormals_flushed() { return (float_control() & kFlushBit) != 0; }
#else
void flush_denormals() {}
bool denormals_flushed() { return false; }
#endif

std::string environment(const char* name) {
  const char* value = ::getenv(name);
  return value == nullptr ? "" : value;
}

// Returns whether the variable had another value.
bool set_environment(const char* name, const std::string& value) {
  if (::getenv(name) != nullptr && environment(name) == value) return false;
  ::setenv(name, value.c_str(), 1);
  return true;
}

void start_again(char** argv) {
  // By its real path, so that the process keeps its name; by the link when the file has been replaced meanwhile.
  std::error_code ignored;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  ::execv(program.c_str(), argv);
  ::execv("/proc/self/exe", argv);
}

}  // namespace

void prepare_process(int argc, char** argv, int threads) {
  allocator_keeps_memory = keep_freed_memory();
  flush_denormals();

  const std::string count = std::to_string(threads > 0 ? threads : usable_cores());
  bool changed = set_environment("OMP_NUM_THREADS", count);
  changed |= set_environment("OPENBLAS_NUM_THREADS", count);
  // A policy chosen by the user stands. Passive threads of GNU's OpenMP sleep at once, which costs more than the small
  // loops of a step take; with this count they look for work a little while before. Measured: a student's epoch 1.3
  // times as fast, and two processes on the same cores as fast as without, which 20 times as many spins slow 3.5 times.
  if (environment("OMP_WAIT_POLICY").empty()) {
    changed |= set_environment("OMP_WAIT_POLICY", "passive");
    if (environment("GOMP_SPINCOUNT").empty()) changed |= set_environment("GOMP_SPINCOUNT", kSpinCount);
  }
  // The process id says that it was this process, not a parent, that has started again already.
  const bool first = set_environment("PSKD_STARTED_AGAIN", std::to_string(::getpid()));
  // A failure leaves a slower process, which `pskd doctor` shows; the results are the same.
  if (changed && first && argc > 0) start_again(argv);
}

ProcessSetup process_setup() {
  ProcessSetup setup;
  setup.cores = usable_cores();
  setup.threads = std::atoi(environment("OMP_NUM_THREADS").c_str());
  if (setup.threads < 1) setup.threads = setup.cores;
  setup.allocator_keeps_memory = allocator_keeps_memory;
  setup.denormals_flushed = denormals_flushed();
  setup.wait_policy = environment("OMP_WAIT_POLICY");
  return setup;
}

}  // namespace pskd
