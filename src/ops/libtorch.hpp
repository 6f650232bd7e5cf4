// What differs between the versions of LibTorch that pskd builds with, from 1.13 to 2.13: all of it is here.
#pragma once

#include <torch/torch.h>
#include <torch/version.h>

#include <optional>
#include <string>

namespace pskd::ops {

#if TORCH_VERSION_MAJOR < 2

/// An argument of an autograd function that may be absent.
template <class Value>
using Optional = c10::optional<Value>;
/// What an optimizer finds the state of a parameter by.
inline std::string state_key(const torch::Tensor& parameter) {
  return c10::guts::to_string(parameter.unsafeGetTensorImpl());
}
/// With deterministic algorithms, LibTorch 2 fills new memory with NaN unless told not to.
inline void leave_new_memory_unwritten() {}

#else

template <class Value>
using Optional = std::optional<Value>;
inline void* state_key(const torch::Tensor& parameter) { return parameter.unsafeGetTensorImpl(); }
inline void leave_new_memory_unwritten() { at::globalContext().setDeterministicFillUninitializedMemory(false); }

#endif

}  // namespace pskd::ops
