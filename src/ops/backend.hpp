// The back ends of operations, and which of them runs one.
#pragma once

#include <torch/torch.h>

#include <optional>

namespace pskd::ops {

enum class Backend {
  cpu,        ///< ops/cpu: loops written for processors with wide vectors, and oneDNN
  reference,  ///< ops/reference: LibTorch's own operations, on any device
};

/// The back end that a value of PSKD_OPS chooses; null and empty stand for cpu. Throws a usage Error for any other
/// value than "cpu" and "reference".
Backend parse_backend(const char* value);

/// The back end for an operation on x: that of the innermost BackendScope, else the choice of PSKD_OPS, which is read
/// once; always the reference where x is not in the processor's memory.
Backend backend_for(const torch::Tensor& x);

/// While it lives, operations on this thread run on `backend`, whatever PSKD_OPS says. For tests and benchmarks that
/// hold one back end to the other. A backward pass stays on the back end of its forward pass.
class BackendScope {
 public:
  explicit BackendScope(Backend backend);
  ~BackendScope();
  BackendScope(const BackendScope&) = delete;
  BackendScope& operator=(const BackendScope&) = delete;

 private:
  std::optional<Backend> before_;
};

}  // namespace pskd::ops
