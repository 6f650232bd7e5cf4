#include "base/process.hpp"

#include <malloc.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>

#include "base/cores.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace pskd {
namespace {

bool allocator_keeps_memory = false;

bool keep_freed_memory() {
#if defined(__GLIBC__)
  constexpr int kMax = std::numeric_limits<int>::max();
  constexpr int kMaxOfOldGlibc = 32 << 20;
  const bool threshold = mallopt(M_MMAP_THRESHOLD, kMax) == 1 || mallopt(M_MMAP_THRESHOLD, kMaxOfOldGlibc) == 1;
  return threshold && mallopt(M_TRIM_THRESHOLD, kMax) == 1 && mallopt(M_TOP_PAD, 64 << 20) == 1;
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

}  // namespace

bool set_wait_policy() {
  if (!environment("OMP_WAIT_POLICY").empty()) return false;
  ::setenv("OMP_WAIT_POLICY", "passive", 1);
  // Passive threads sleep at once, which costs more than the small loops of a training step take; with this count they
  // look for work a little while before. Measured for a student's epoch: 1.3 times as fast as with a third of it; two
  // processes on the same cores lose a fifth, with three times as many a half.
  if (environment("GOMP_SPINCOUNT").empty()) ::setenv("GOMP_SPINCOUNT", "3000", 1);
  return true;
}

void remove_thread_limits() {
  for (const char* name :
       {"OMP_DYNAMIC", "OMP_THREAD_LIMIT", "OMP_MAX_ACTIVE_LEVELS", "OMP_NESTED", "OMP_STACKSIZE", "GOMP_STACKSIZE"}) {
    ::unsetenv(name);
  }
}

void prepare_process() {
  allocator_keeps_memory = keep_freed_memory();
  flush_denormals();
}

ProcessSetup process_setup() {
  ProcessSetup setup;
  setup.cores = available_cores();
  setup.allocator_keeps_memory = allocator_keeps_memory;
  setup.denormals_flushed = denormals_flushed();
  setup.wait_policy = environment("OMP_WAIT_POLICY");
  return setup;
}

}  // namespace pskd
