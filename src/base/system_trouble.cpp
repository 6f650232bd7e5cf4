#include "base/system_trouble.hpp"

#include <filesystem>
#include <new>
#include <string>
#include <system_error>

namespace pskd {
namespace {

/// LibTorch has no type for this: a text and, after it, a list of its functions.
bool is_torch_out_of_memory(const std::string& text) {
  return text.find("DefaultCPUAllocator") != std::string::npos || text.find("out of memory") != std::string::npos;
}

}  // namespace

std::optional<Error> system_trouble(const std::exception& problem) {
  const std::string text = problem.what();
  if (const auto* known = dynamic_cast<const Error*>(&problem)) return *known;
  if (dynamic_cast<const std::filesystem::filesystem_error*>(&problem) != nullptr) {
    const std::string prefix = "filesystem error: ";
    return Error(ErrorKind::io, text.starts_with(prefix) ? text.substr(prefix.size()) : text);
  }
  if (dynamic_cast<const std::system_error*>(&problem) != nullptr) return Error(ErrorKind::io, text);
  if (dynamic_cast<const std::bad_alloc*>(&problem) != nullptr || is_torch_out_of_memory(text)) {
    return Error(ErrorKind::io, "not enough memory: free some, or use a smaller batch, model or view");
  }
  if (text.find("/dev/urandom") != std::string::npos) {  // the first file that LibTorch opens
    return Error(ErrorKind::io, "LibTorch cannot open /dev/urandom; are too few open files allowed (ulimit -n)?");
  }
  return std::nullopt;
}

}  // namespace pskd
