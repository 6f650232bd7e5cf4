// Programs that this one starts and looks after.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace pskd {

/// A running program. It has no input, and its output is dropped. Ctrl-C on a terminal reaches this program only, which
/// passes it on by `stop`; when this program dies, however it does, the child gets SIGTERM.
class ChildProcess {
 public:
  /// Starts this very program again with `arguments`, on the cores this one was started on and without variables that
  /// bind OpenMP's threads: bound children would all share the first core (base/cores.hpp). Throws Error(io) with the
  /// system's reason. `variables`, each NAME=VALUE, stand in its environment before those of the same names here.
  explicit ChildProcess(const std::vector<std::string>& arguments, const std::vector<std::string>& variables = {});
  /// Kills a child that still runs.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  /// The exit code, or 128 + the signal that ended it, once it has ended.
  std::optional<int> poll();
  /// Asks it to save and end.
  void stop() const;

 private:
  pid_t pid_ = -1;
  std::optional<int> code_;
};

}  // namespace pskd
