#include "base/system_trouble.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

namespace pskd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(SystemTrouble, OfFilesNamesThemAndTheReason) {
  const std::filesystem::filesystem_error problem("cannot remove all", "/runs/a", "/runs/a/b",
                                                  std::make_error_code(std::errc::permission_denied));
  const Error told = system_trouble(problem).value();
  EXPECT_EQ(told.kind(), ErrorKind::io);
  EXPECT_THAT(told.what(), AllOf(HasSubstr("/runs/a/b"), HasSubstr("Permission denied"), Not(HasSubstr("filesystem"))));
}

TEST(SystemTrouble, OfMemoryIsOneSentence) {
  const std::runtime_error torch(
      "[enforce fail at alloc_cpu.cpp:75] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 "
      "bytes.\n"
      "frame #0: c10::ThrowEnforceNotMet(char const*, int)");
  const std::bad_alloc plain;
  for (const std::exception* problem : std::initializer_list<const std::exception*>{&torch, &plain}) {
    const Error told = system_trouble(*problem).value();
    EXPECT_EQ(told.kind(), ErrorKind::io);
    EXPECT_THAT(told.what(), AllOf(HasSubstr("not enough memory"), Not(HasSubstr("frame"))));
  }
}

TEST(SystemTrouble, OfThreadsHasTheReason) {
  const std::system_error problem(std::make_error_code(std::errc::resource_unavailable_try_again), "thread");
  EXPECT_THAT(system_trouble(problem).value().what(), HasSubstr("temporarily unavailable"));
}

TEST(SystemTrouble, LetsAnErrorBeWhatItIs) {
  const Error error(ErrorKind::checkpoint, "damaged");
  EXPECT_EQ(system_trouble(error).value().kind(), ErrorKind::checkpoint);
}

TEST(SystemTrouble, IsNotAFaultOfTheProgram) {
  EXPECT_FALSE(system_trouble(std::logic_error("a bug")));
  EXPECT_FALSE(system_trouble(std::out_of_range("vector::_M_range_check")));
}

}  // namespace
}  // namespace pskd
