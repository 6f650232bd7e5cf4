#include "base/file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/stop_signal.hpp"
#include "pskd/base/error.hpp"
#include "support/refusal.hpp"
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

TEST(UnfinishedFiles, OfWritersAtWorkStay) {
  const TemporaryFolder folder;
  const fs::path file = folder / "last.ckpt.tmp-host-123-0";
  const int writer = ::open(file.c_str(), O_CREAT | O_WRONLY, 0666);
  ASSERT_EQ(::flock(writer, LOCK_EX), 0) << "as a writer holds it";
  remove_unfinished_files(folder.path());
  write_file_atomically(folder / "last.ckpt", "whole");
  EXPECT_TRUE(fs::exists(file));
  ::close(writer);
  remove_unfinished_files(folder.path());
  EXPECT_FALSE(fs::exists(file));
}

TEST(UnfinishedFiles, AreRemovedByTheNextWriterOfTheSameFile) {
  const TemporaryFolder folder;
  for (const char* name : {"clips.h5.tmp-host-12-3", "clips.h5.tmp-notes", "other.h5.tmp-host-12-3"}) {
    std::ofstream(folder / name) << "half";
  }
  write_file_atomically(folder / "clips.h5", "whole");
  EXPECT_THAT(names_in(folder.path()),
              ::testing::UnorderedElementsAre("clips.h5", "clips.h5.tmp-notes", "other.h5.tmp-host-12-3"));
}

TEST(DiscardedFolder, IsGoneWithWhatACrashLeftOfItBefore) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "seed-1/stages/last.ckpt", "new");
  write_file_atomically(folder / ".old/stages/last.ckpt", "half deleted");
  discard_folder(folder / "seed-1", folder / ".old");
  EXPECT_THAT(names_in(folder.path()), ::testing::IsEmpty());
  discard_folder(folder / "seed-1", folder / ".old");  // nothing is there
}

// A mount point cannot be deleted, not even by root.
TEST(DiscardedFolder, IsNeverThereInParts) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "seed-1/result.json", "{}");
  fs::create_directories(folder / "seed-1/stages");
  if (::mount("tmpfs", (folder / "seed-1/stages").c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "cannot mount a small tmpfs (" << std::strerror(errno) << "): run as root to test this";
  }
  const std::string message = io_error_of([&] { discard_folder(folder / "seed-1", folder / ".old"); });
  const bool there = fs::exists(folder / "seed-1");
  ::umount2((folder / ".old/stages").c_str(), MNT_DETACH);
  EXPECT_THAT(message, HasSubstr((folder / ".old").string()));
  EXPECT_FALSE(there);
}

TEST(FullPath, NamesTheFolderHoweverItWasGiven) {
  const fs::path runs = fs::current_path() / "runs";
  for (const char* given : {"runs", "runs/", "./runs", "runs/.", "other/../runs/"}) EXPECT_EQ(full_path(given), runs);
  EXPECT_EQ(full_path("/"), "/");
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

TEST(File, IsWrittenInPiecesOrNotAtAll) {
  const TemporaryFolder folder;
  const fs::path path = folder / "pieces";
  std::vector<std::string> pieces = {"one ", "two ", "three"};
  std::size_t next = 0;
  write_file_atomically(path, [&]() -> std::string_view { return next < pieces.size() ? pieces[next++] : ""; });
  EXPECT_EQ(read_file(path), "one two three");
  EXPECT_THROW(write_file_atomically(path, []() -> std::string_view { throw std::runtime_error("no more"); }),
               std::runtime_error);
  EXPECT_EQ(read_file(path), "one two three");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"pieces"});
}

TEST(File, ReadsFilesThatDoNotKnowTheirSize) { EXPECT_THAT(read_file("/proc/self/status"), HasSubstr("Pid:")); }

TEST(File, OnlyRegularFilesAreRead) {
  const testing::TemporaryFolder folder;
  const auto told = [](const std::filesystem::path& path) {
    return testing::refusal(ErrorKind::io, [&] { read_file(path); });
  };
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(told(folder / "pipe"), HasSubstr("pipe: expected a regular file, found a pipe"));
  EXPECT_THAT(told("/dev/zero"), HasSubstr("/dev/zero: expected a regular file, found a device"));
  EXPECT_THAT(told("/dev/null"), HasSubstr("found a device"));
  EXPECT_THAT(told(folder.path()), HasSubstr("Is a directory"));
}

TEST(File, OnlyRegularFilesAreReplaced) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", folder / "link");
  for (const char* name : {"pipe", "link"}) {
    const std::string told = name + std::string(": expected a regular file, found a pipe");
    EXPECT_THAT(io_error_of([&] { write_file_atomically(folder / name, "new"); }), HasSubstr(told));
    EXPECT_THAT(io_error_of([&] { write_cache_atomically(folder / name, "new"); }), HasSubstr(told));
    EXPECT_TRUE(fs::is_fifo(folder / name));
  }
}

TEST(File, WhatASymbolicLinkNamesIsWritten) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "deep");
  fs::create_symlink("deep/file", folder / "link");
  for (const std::string text : {"of a file that was not there", "of one that was"}) {
    write_file_atomically(folder / "link", text);
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(read_file(folder / "deep/file"), text);
    EXPECT_THAT(names_in(folder / "deep"), ::testing::ElementsAre("file"));
  }
}

TEST(File, AConfigMayComeThroughAPipeOfBoundedLength) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto through = [&](const std::string& text, std::size_t limit) {
    const int both = ::open(pipe.c_str(), O_RDWR);  // a pipe keeps what is written while somebody has it open
    EXPECT_EQ(::write(both, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    std::thread closes([both] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ::close(both);
    });
    std::string read;
    try {
      read = read_file_or_pipe(pipe, limit);
    } catch (const Error& error) {
      read = error.what();
    }
    closes.join();
    return read;
  };
  EXPECT_EQ(through("seeds: [1]", 100), "seeds: [1]");
  EXPECT_THAT(through(std::string(200, 'x'), 100), HasSubstr("expected at most 100 bytes of a pipe, found more"));
}

TEST(File, APipeWhoseWriterComesLaterIsWaitedFor) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const int file = ::open(pipe.c_str(), O_RDWR);  // O_WRONLY would hang the test where nobody waits
    EXPECT_EQ(::write(file, "seeds: [1]", 10), 10);
    ::close(file);
  });
  EXPECT_EQ(read_file_or_pipe(pipe, 100), "seeds: [1]");
  writer.join();
}

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

TEST(FileLock, IsNotWaitedForWhereThatIsNotWanted) {
  const TemporaryFolder folder;
  const auto first = FileLock::unless_held(folder / "lock");
  EXPECT_NE(first, nullptr);
  EXPECT_EQ(FileLock::unless_held(folder / "lock"), nullptr);
}

TEST(FileLock, AStopSignalEndsTheWait) {
  const TemporaryFolder folder;
  const FileLock lock(folder / "lock");
  const pid_t child = ::fork();
  if (child == 0) {
    catch_stop_signals();
    try {
      const FileLock second(folder / "lock", [] { ::raise(SIGTERM); });
    } catch (const Stopped& stopped) {
      ::_exit(stopped.signal());
    }
    ::_exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), SIGTERM);
}

}  // namespace
}  // namespace pskd
