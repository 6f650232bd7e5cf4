// The products of gemm.hpp by oneDNN, version 2 or 3, where there is one that LibTorch shares. Only onednn.cpp knows
// its interface.
#pragma once

#include <string>

#include "ops/cpu/gemm.hpp"

namespace pskd::ops::cpu {

/// out = a b, or out += a b where `add`. Returns false and does nothing where oneDNN has no kernel: for double, for
/// bfloat16 on processors without AVX-512, and everywhere in a build without oneDNN.
bool onednn_product(const Matrices& a, const Matrices& b, const Matrices& out, bool add);

/// "3.1.0"; empty in a build without oneDNN.
std::string onednn_version();

}  // namespace pskd::ops::cpu
