#include "train/environment.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <fstream>

#include "base/cores.hpp"
#include "base/process.hpp"
#include "base/simd.hpp"
#include "ops/backend.hpp"
#include "ops/cpu/onednn.hpp"
#include "train/revision.hpp"

namespace pskd::train {
namespace {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
  }
  return "unknown";
}

/// The name of the library that provides sgemm to this process.
std::string blas_library() {
  Dl_info info;
  void* sgemm = dlsym(RTLD_DEFAULT, "sgemm_");
  if (sgemm == nullptr || dladdr(sgemm, &info) == 0) return "unknown";
  if (dlsym(RTLD_DEFAULT, "openblas_get_config") != nullptr) return "OpenBLAS";
  const bool mkl = at::hasMKL() || std::string(info.dli_fname).find("mkl") != std::string::npos;
  return mkl ? "MKL" : "reference BLAS";
}

/// The level for which loops are compiled (base/simd.hpp) that this processor runs.
const char* instruction_set() {
  if (simd::register_bytes() == 64) return "x86-64-v4";
  if (simd::register_bytes() == 32) return "x86-64-v3";
#if defined(__x86_64__)
  return "x86-64";
#else
  return "default";
#endif
}

}  // namespace

Environment environment() {
  const ProcessSetup setup = process_setup();
  Environment result{program_version(),
                     git_revision(),
                     cpu_name(),
                     setup.cores.count,
                     at::get_num_threads(),
                     {},
                     simd::multiplies_bfloat16(),
                     blas_library(),
                     ops::cpu::onednn_version(),
                     ops::backend_for(torch::empty({0})) == ops::Backend::reference};
  result.instruction_set = instruction_set();
  result.libraries = {{"libtorch", TORCH_VERSION}, {"oneDNN", at::get_mkldnn_version()}, {"BLAS", result.blas}};
  return result;
}

std::vector<std::string> speed_advice(const Environment& here) {
  const ProcessSetup setup = process_setup();
  std::vector<std::string> lines;
  if (here.blas == "reference BLAS") {
    lines.emplace_back(
        "matrix products go to the reference BLAS, some 20 times slower than OpenBLAS: install libopenblas0-openmp");
  }
  if (!setup.allocator_keeps_memory) {
    lines.emplace_back(
        "the allocator gives freed pages back, which costs a factor of two in training: is another malloc preloaded?");
  }
  if (!setup.denormals_flushed) lines.emplace_back("denormal numbers are not flushed to zero");
  if (setup.wait_policy.empty()) {
    lines.emplace_back("OMP_WAIT_POLICY is not set: start bin/pskd, not libexec/pskd/pskd");
  } else if (setup.wait_policy != "passive" && setup.wait_policy != "PASSIVE") {
    lines.push_back("OMP_WAIT_POLICY is " + setup.wait_policy +
                    ": two runs on one machine will slow each other down many times; unset it or make it passive");
  }
  if (here.reference_ops) {
    lines.emplace_back("PSKD_OPS=reference: operations run as plain LibTorch calls, which is slower; unset it");
  }
  for (const std::string& name : binding_variables()) {
    lines.push_back(name +
                    " is set: OpenMP binds threads to cores, so that two runs at a time can share one; unset it " +
                    "(the runs of a sweep are started without it)");
  }
  if (here.threads > here.cores) {
    lines.push_back(std::to_string(here.threads) + " threads on " + std::to_string(here.cores) + " cores");
  }
  return lines;
}

void prepare_torch(int threads) {
  const int count = threads > 0 ? threads : available_cores().count;
  at::set_num_threads(count);
  using SetThreads = void (*)(int);
  const auto set_openblas = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set_openblas != nullptr) set_openblas(count);
  at::globalContext().setFlushDenormal(true);
}

}  // namespace pskd::train
