#include "pskd/train/environment.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <fstream>

#include "pskd/base/process.hpp"

namespace pskd {
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
  return std::string(info.dli_fname).find("mkl") != std::string::npos ? "MKL" : "reference BLAS";
}

}  // namespace

Environment environment() {
  const ProcessSetup setup = process_setup();
  Environment result{PSKD_VERSION, PSKD_GIT_REVISION, cpu_name(), setup.cores, at::get_num_threads(),
                     {},           blas_library()};
  result.libraries = {{"libtorch", TORCH_VERSION}, {"oneDNN", at::get_mkldnn_version()}, {"BLAS", result.blas}};
  return result;
}

void prepare_torch(int threads) {
  at::set_num_threads(threads);
  at::globalContext().setFlushDenormal(true);
}

}  // namespace pskd
