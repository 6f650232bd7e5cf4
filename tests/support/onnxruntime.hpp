// A Python that reads ONNX files.
#pragma once

#include <filesystem>
#include <string>

#include "support/run_command.hpp"

namespace pskd::testing {

/// A Python that has onnxruntime; empty where there is none.
inline std::string python_with_onnxruntime() {
  const std::string own = PSKD_SOURCE_DIR "/build/onnxruntime/bin/python3";
  const std::string python = std::filesystem::exists(own) ? own : "python3";
  return run_command(python + " -c 'import onnxruntime, numpy'").code == 0 ? python : "";
}

}  // namespace pskd::testing
