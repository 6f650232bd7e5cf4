#include "ops/backend.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

#include "pskd/base/error.hpp"

namespace pskd::ops {
namespace {

thread_local std::optional<Backend> scoped;

Backend chosen_backend() {
  static const Backend chosen = parse_backend(std::getenv("PSKD_OPS"));
  return chosen;
}

}  // namespace

Backend parse_backend(const char* value) {
  const std::string_view name = value == nullptr ? "" : value;
  if (name.empty() || name == "cpu") return Backend::cpu;
  if (name == "reference") return Backend::reference;
  throw Error(ErrorKind::usage, "PSKD_OPS=" + std::string(name) +
                                    ": expected cpu (the default) or reference; set one of them or unset the variable");
}

Backend backend_for(const torch::Tensor& x) {
  if (!x.device().is_cpu()) return Backend::reference;
  return scoped ? *scoped : chosen_backend();
}

BackendScope::BackendScope(Backend backend) : before_(scoped) { scoped = backend; }

BackendScope::~BackendScope() { scoped = before_; }

}  // namespace pskd::ops
