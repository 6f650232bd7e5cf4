#include "base/standard_streams.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>
#include <sstream>

#include "base/file.hpp"
#include "base/stop_signal.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd {
namespace {

/// While it lives, descriptor 1 is `file`.
class RedirectedOutput {
 public:
  explicit RedirectedOutput(const std::string& file) : kept_(::dup(STDOUT_FILENO)) {
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(opened, STDOUT_FILENO);
    ::close(opened);
  }
  ~RedirectedOutput() {
    ::dup2(kept_, STDOUT_FILENO);
    ::close(kept_);
  }
  RedirectedOutput(const RedirectedOutput&) = delete;
  RedirectedOutput& operator=(const RedirectedOutput&) = delete;

 private:
  int kept_;
};

TEST(CheckedOutput, WritesEverythingInOrder) {
  const testing::TemporaryFolder folder;
  std::ostringstream expected;
  {
    const RedirectedOutput redirected(folder / "out");
    CheckedOutput output;
    for (int i = 0; i < 5000; ++i) {
      std::cout << "line " << i << (i % 7 == 0 ? " \n" : " ") << std::flush;
      expected << "line " << i << (i % 7 == 0 ? " \n" : " ");
    }
    std::cout << std::string(10'000, 'x');
    output.finish();
  }
  EXPECT_EQ(read_file(folder / "out"), expected.str() + std::string(10'000, 'x'));
}

TEST(CheckedOutput, KeepsTheReasonOfTheFirstFailure) {
  for (const std::size_t size : {1UL, 4096UL, 100'000UL}) {
    const RedirectedOutput full("/dev/full");
    CheckedOutput output;
    std::cout << std::string(size, 'x') << std::flush;
    errno = 0;
    std::cout << "more";
    EXPECT_EQ(testing::refusal(ErrorKind::io, [&] { output.finish(); }), "standard output: No space left on device");
    std::cout.clear();
  }
}

TEST(CheckedOutput, GivesTheStreamBack) {
  std::streambuf* const before = std::cout.rdbuf();
  { CheckedOutput output; }
  EXPECT_EQ(std::cout.rdbuf(), before);
}

TEST(StandardStreams, ThatAreClosedLeadNowhere) {
  EXPECT_EXIT(
      {
        for (const int stream : {0, 1, 2}) ::close(stream);
        open_standard_streams();
        const bool all_open = ::write(1, "x", 1) == 1 && ::write(2, "x", 1) == 1;
        char letter = 0;
        const bool no_input = ::read(0, &letter, 1) == 0;
        ::_exit(all_open && no_input && ::open("/dev/null", O_RDONLY) > 2 ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(FileSizeLimit, IsAnErrorOfTheWrite) {
  EXPECT_EXIT(
      {
        survive_file_size_limit();
        ::raise(SIGXFSZ);
        ::_exit(0);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace pskd
