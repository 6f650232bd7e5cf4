// What the program runs on.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pskd::train {

struct Environment {
  std::string version, git_revision, cpu;
  int cores = 0, threads = 0;
  std::vector<std::pair<std::string, std::string>> libraries;  ///< name, version
  bool bfloat16 = false;                                       ///< whether the processor computes in bfloat16
  std::string blas;    ///< the library that matrix products really go to, "OpenBLAS" or "reference BLAS"
  std::string onednn;  ///< the version that the products of our kernels go through; empty: LibTorch's own products
  bool reference_ops = false;        ///< whether PSKD_OPS chose the operations in plain LibTorch calls
  std::string instruction_set = {};  ///< the level of x86-64 that the kernels are compiled for here, "x86-64-v4"
};

Environment environment();

/// What makes this process slower than the machine allows, and what to do about it: a line each.
std::vector<std::string> speed_advice(const Environment& here);

/// Tells torch and OpenBLAS how many threads to use, 0 meaning every core this process may use, and to flush denormals.
void prepare_torch(int threads);

}  // namespace pskd::train
