#include "pskd/base/error.hpp"

namespace pskd {

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
    case ErrorKind::config:
      return 2;
    case ErrorKind::data:
    case ErrorKind::io:
      return 3;
    case ErrorKind::diverged:
      return 4;
    case ErrorKind::checkpoint:
      return 5;
  }
  return 1;
}

}  // namespace pskd
