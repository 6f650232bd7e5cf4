// pskd: sets what OpenMP reads before main, and becomes the program itself, libexec/pskd beside it. This one links no
// LibTorch, whose loading takes most of a start: the program could only set it for itself by loading it twice.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>

#include "pskd/base/error.hpp"
#include "pskd/base/process.hpp"

int main(int, char** argv) {
  pskd::set_wait_policy();
  std::error_code problem;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", problem).parent_path();
  const std::string program = (here / "libexec" / "pskd").string();
  if (!problem) ::execv(program.c_str(), argv);
  std::cerr << "pskd: " << program << " cannot be started: " << (problem ? problem.message() : std::strerror(errno))
            << "; it belongs beside this file, so copy or move both\n";
  return pskd::exit_code(pskd::ErrorKind::io);
}
