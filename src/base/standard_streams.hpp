// Standard input, output and error: always open, and heard when they cannot be written.
#pragma once

#include <array>
#include <streambuf>

namespace pskd {

/// Opens /dev/null on those of the descriptors 0, 1 and 2 that are closed. A data file would get such a number
/// otherwise, and whatever is printed would end in it. Call before anything is opened.
void open_standard_streams();

/// While it lives, std::cout writes to descriptor 1 through it, and it keeps the system's reason for the first failure,
/// which a standard stream forgets. What is printed after a failure is dropped.
class CheckedOutput : private std::streambuf {
 public:
  CheckedOutput();
  ~CheckedOutput() override;
  CheckedOutput(const CheckedOutput&) = delete;
  CheckedOutput& operator=(const CheckedOutput&) = delete;

  /// Writes what is still held. Throws Error(io) with the reason where anything could not be written, now or before.
  void finish();

 private:
  int_type overflow(int_type letter) override;
  int sync() override;

  std::array<char, 4096> held_{};
  std::streambuf* before_;
  int reason_ = 0;
};

}  // namespace pskd
