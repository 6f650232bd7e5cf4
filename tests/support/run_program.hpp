// Runs the pskd program as a user would.
#pragma once

#include <string>

#include "support/run_command.hpp"

namespace pskd::testing {

/// `arguments` is a shell command line after the program's name; `environment` is put before it ("A=b C=d").
inline Finished run_program(const std::string& arguments, const std::string& environment = "") {
  return run_command("env " + environment + " '" PSKD_PROGRAM "' " + arguments);
}

}  // namespace pskd::testing
