#include "base/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <system_error>

#include "pskd/base/error.hpp"

namespace pskd {

void open_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    const int opened = ::open("/dev/null", O_RDWR);  // gets the lowest free number
    if (opened >= 0 && opened != stream) {
      ::dup2(opened, stream);
      ::close(opened);
    }
  }
}

CheckedOutput::CheckedOutput() {
  setp(held_.data(), held_.data() + held_.size());
  std::cout.flush();
  before_ = std::cout.rdbuf(this);
}

CheckedOutput::~CheckedOutput() {
  sync();
  std::cout.rdbuf(before_);
}

void CheckedOutput::finish() {
  sync();
  if (reason_ == 0) return;
  throw Error(ErrorKind::io, "standard output: " + std::generic_category().message(reason_));
}

CheckedOutput::int_type CheckedOutput::overflow(int_type letter) {
  if (sync() != 0) return traits_type::eof();
  if (!traits_type::eq_int_type(letter, traits_type::eof())) sputc(traits_type::to_char_type(letter));
  return traits_type::not_eof(letter);
}

int CheckedOutput::sync() {
  for (const char* next = pbase(); next < pptr() && reason_ == 0;) {
    const ssize_t written = ::write(STDOUT_FILENO, next, static_cast<std::size_t>(pptr() - next));
    if (written >= 0) {
      next += written;
    } else if (errno != EINTR) {
      reason_ = errno;
    }
  }
  setp(held_.data(), held_.data() + held_.size());
  return reason_ == 0 ? 0 : -1;
}

}  // namespace pskd
