#include "base/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "pskd/base/error.hpp"
#include "support/temporary_folder.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  return names;
}

template <class Call>
std::string io_error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST(UnfinishedFiles, OfKilledWritersAreRemovedAndNothingElse) {
  const testing::TemporaryFolder folder;
  write_file_atomically(folder / "stages/last.ckpt", "whole");
  std::ofstream(folder / "stages/last.ckpt.tmp-123-0") << "half";
  remove_unfinished_files(folder.path());
  EXPECT_TRUE(std::filesystem::exists(folder / "stages/last.ckpt"));
  EXPECT_FALSE(std::filesystem::exists(folder / "stages/last.ckpt.tmp-123-0"));
}

TEST(File, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * 7);
  for (const std::string& written : {std::string(), std::string("a\0b\n", 4), bytes}) {
    write_file_atomically(folder / "file", written);
    EXPECT_EQ(read_file(folder / "file"), written);
  }
}

TEST(File, WritingMakesTheFoldersAndLeavesNothingElse) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "a" / "b" / "file", "content");
  EXPECT_EQ(read_file(folder / "a" / "b" / "file"), "content");
  EXPECT_THAT(names_in(folder / "a" / "b"), ::testing::ElementsAre("file"));
}

TEST(File, ReadsFilesThatDoNotKnowTheirSize) { EXPECT_THAT(read_file("/proc/self/status"), HasSubstr("Pid:")); }

TEST(File, AnUnreadableFileIsNamedWithTheReason) {
  const TemporaryFolder folder;
  const std::string missing = io_error_of([&] { read_file(folder / "absent"); });
  EXPECT_THAT(missing, HasSubstr((folder / "absent").string()));
  EXPECT_THAT(missing, HasSubstr("No such file"));
  EXPECT_THAT(io_error_of([&] { read_file(folder.path()); }), HasSubstr("Is a directory"));
}

// A regular file where a folder should be stops even root, which permissions do not.
TEST(File, AnUnwritableFolderIsNamedWithTheReason) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "plain", "a file, not a folder");
  const std::string message = io_error_of([&] { write_file_atomically(folder / "plain" / "file", "content"); });
  EXPECT_THAT(message, HasSubstr((folder / "plain").string()));
  EXPECT_THAT(message, HasSubstr("Not a directory"));
  EXPECT_EQ(read_file(folder / "plain"), "a file, not a folder");
}

TEST(File, AFailedRenameLeavesNoTemporaryFile) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "taken" / "inside");
  io_error_of([&] { write_file_atomically(folder / "taken", "content"); });
  EXPECT_THAT(names_in(folder.path()), ::testing::ElementsAre("taken"));
}

TEST(File, AFullDiskLeavesTheOldFileAndNoTemporaryOne) {
  const TemporaryFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "cannot mount a small tmpfs (" << std::strerror(errno) << "): run as root to test a full disk";
  }
  write_file_atomically(folder / "file", "old");
  const std::string message = io_error_of([&] { write_file_atomically(folder / "file", std::string(1 << 20, 'x')); });
  const std::string kept = read_file(folder / "file");
  const std::vector<std::string> names = names_in(folder.path());
  ::umount2(folder.path().c_str(), MNT_DETACH);

  EXPECT_THAT(message, HasSubstr("No space left"));
  EXPECT_THAT(message, HasSubstr((folder / "file").string()));
  EXPECT_EQ(kept, "old");
  EXPECT_THAT(names, ::testing::ElementsAre("file"));
}

TEST(File, AReaderSeesTheOldFileOrTheNewOne) {
  const TemporaryFolder folder;
  const std::string one(50'000, '1');
  const std::string two(90'000, '2');
  write_file_atomically(folder / "file", one);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 0; i < 20; ++i) write_file_atomically(folder / "file", i % 2 == 0 ? two : one);
    done = true;
  });
  while (!done) {
    const std::string seen = read_file(folder / "file");
    EXPECT_TRUE(seen == one || seen == two) << "a part of a file, " << seen.size() << " bytes";
  }
  writer.join();
}

TEST(File, ManyWritersOfOneFileDoNotDisturbEachOther) {
  const TemporaryFolder folder;
  std::vector<std::thread> writers;
  for (char name = 'a'; name < 'e'; ++name) {
    writers.emplace_back([&folder, name] {
      for (int i = 0; i < 5; ++i) write_file_atomically(folder / "file", std::string(10'000, name));
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::string last = read_file(folder / "file");
  EXPECT_EQ(last, std::string(10'000, last[0]));
  EXPECT_THAT(names_in(folder.path()), ::testing::ElementsAre("file"));
}

// Two processes add to a number in a file; without the lock additions get lost.
TEST(FileLock, OnlyOneProcessAtATime) {
  const TemporaryFolder folder;
  const auto add = [&] {
    for (int i = 0; i < 200; ++i) {
      const FileLock lock(folder / "locks" / "lock");
      const int number = std::stoi(read_file(folder / "number"));
      std::FILE* file = std::fopen((folder / "number").c_str(), "r+");
      std::fprintf(file, "%d", number + 1);
      std::fclose(file);
    }
  };
  write_file_atomically(folder / "number", "0");
  const pid_t child = ::fork();
  if (child == 0) {
    add();
    ::_exit(0);
  }
  add();
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_file(folder / "number"), "400");
}

TEST(FileLock, IsSeenWhileItIsHeld) {
  const TemporaryFolder folder;
  EXPECT_FALSE(is_locked(folder / "lock")) << "there is no such file";
  {
    const FileLock lock(folder / "lock");
    EXPECT_TRUE(is_locked(folder / "lock"));
  }
  EXPECT_FALSE(is_locked(folder / "lock"));
}

}  // namespace
}  // namespace pskd
