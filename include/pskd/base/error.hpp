// One exception type with a closed list of kinds; each kind is one exit code of the program. And one for being stopped.
#pragma once

#include <stdexcept>
#include <string>

namespace pskd {

enum class ErrorKind {
  usage,       ///< the command line asks for something that does not exist (exit 2)
  config,      ///< the experiment description is wrong (exit 2)
  data,        ///< a file of a data set is missing, broken or contradicts another (exit 3)
  io,          ///< a file or folder cannot be read or written: permissions, full disk (exit 3)
  diverged,    ///< training produced a value that is not finite (exit 4)
  checkpoint,  ///< a checkpoint is damaged, of another version or of another experiment (exit 5)
};

/// The exit code of the program when an error of this kind ends it.
int exit_code(ErrorKind kind);

/// The message says which file, line or key, what was expected, what was found and what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

/// A stop signal ended training after everything was saved.
class Stopped : public std::runtime_error {
 public:
  explicit Stopped(int signal) : std::runtime_error("stopped by a signal; everything is saved"), signal_(signal) {}
  int signal() const { return signal_; }

 private:
  int signal_;
};

}  // namespace pskd
