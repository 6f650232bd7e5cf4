#include "base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <regex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/stop_signal.hpp"
#include "pskd/base/error.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const char* action, const fs::path& path, int reason) {
  throw Error(ErrorKind::io,
              std::string("cannot ") + action + " " + path.string() + ": " + std::generic_category().message(reason));
}

template <class Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

Descriptor open_file(const fs::path& path, int flags, const char* action) {
  const int number = retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
  if (number < 0) fail(action, path, errno);
  return Descriptor(number);
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void make_folder_of(const fs::path& path) {
  std::error_code reason;
  fs::create_directories(folder_of(path), reason);
  if (reason) fail("make the folder", folder_of(path), reason.value());
}

constexpr const char* kTemporaryMark = ".tmp-";

std::string host_name() {
  std::array<char, 65> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

// Unique between the threads of a process, between processes, and between machines that share a file system.
fs::path temporary_beside(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  static const std::string kProcess = host_name() + "-" + std::to_string(::getpid());
  fs::path temporary = path;
  temporary += kTemporaryMark + kProcess + "-" + std::to_string(counter++);
  return temporary;
}

bool is_temporary(const fs::path& path) {
  static const std::regex kName(R"(\.tmp-(.*-)?[0-9]+-[0-9]+$)");
  return std::regex_search(path.filename().string(), kName);
}

// A temporary file, locked by this process for as long as it is written: so one that nobody has locked is what a killed
// writer left. Its number is -1 where it cannot be opened; errno says why.
Descriptor open_temporary(const fs::path& path) {
  while (true) {
    Descriptor file(
        retry_interrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); }));
    if (file.number() < 0) return file;
    const int locked = retry_interrupted([&] { return ::flock(file.number(), LOCK_EX | LOCK_NB); });
    if (locked != 0 && errno != EWOULDBLOCK) return file;  // a file system without locks
    struct stat status {};
    if (locked == 0 && ::fstat(file.number(), &status) == 0 && status.st_nlink > 0) return file;
    // Somebody took it for a leftover before it was locked.
  }
}

void remove_if_left_over(const fs::path& temporary) {
  const Descriptor file(
      retry_interrupted([&] { return ::open(temporary.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC); }));
  if (file.number() < 0 || ::flock(file.number(), LOCK_EX | LOCK_NB) != 0) return;
  ::unlink(temporary.c_str());
}

// What killed writers of `path` left beside it.
void remove_leftovers_of(const fs::path& path) {
  const std::string prefix = path.filename().string() + kTemporaryMark;
  std::error_code unreadable;  // the write will say so
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_of(path), unreadable)) {
    if (!entry.path().filename().string().starts_with(prefix) || !is_temporary(entry.path())) continue;
    remove_if_left_over(entry.path());
  }
}

// Returns 0 or the reason of the failure, as the following ones do.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = retry_interrupted([&] { return ::write(file, bytes.data(), bytes.size()); });
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int write_and_rename(const fs::path& temporary, const fs::path& path, const NextPiece& next, bool sync) {
  Descriptor file = open_temporary(temporary);
  if (file.number() < 0) return errno;
  for (std::string_view piece = next(); !piece.empty(); piece = next()) {
    if (const int reason = write_all(file.number(), piece); reason != 0) return reason;
  }
  if (sync && retry_interrupted([&] { return ::fsync(file.number()); }) != 0) return errno;
  // A network file system may report a full disk only when a file is closed. The lock stays with the second descriptor.
  const Descriptor lock(::fcntl(file.number(), F_DUPFD_CLOEXEC, 0));
  if (::close(file.release()) != 0 && errno != EINTR) return errno;
  return ::rename(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
}

// Makes the rename itself survive a power cut. Some file systems cannot sync a folder: then it is as durable as it
// gets.
void sync_folder(const fs::path& folder) {
  const Descriptor descriptor = open_file(folder, O_RDONLY | O_DIRECTORY, "open the folder");
  if (retry_interrupted([&] { return ::fsync(descriptor.number()); }) != 0 && errno != EINVAL && errno != ENOTSUP) {
    fail("sync the folder", folder, errno);
  }
}

NextPiece one_piece(std::string_view bytes) {
  return [bytes]() mutable { return std::exchange(bytes, {}); };
}

[[noreturn]] void fail_irregular(const char* action, const fs::path& path, mode_t mode) {
  if (S_ISDIR(mode)) fail(action, path, EISDIR);
  const char* kind = S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
  throw Error(ErrorKind::io,
              std::string("cannot ") + action + " " + path.string() + ": expected a regular file, found " + kind);
}

// The file that is written in the name of `path`: the one that a symbolic link names. A rename would replace the link
// itself, and a device or a pipe as well.
fs::path target_of(const fs::path& path) {
  std::error_code absent;
  const bool is_link = fs::is_symlink(fs::symlink_status(path, absent));
  fs::path target = is_link ? fs::weakly_canonical(folder_of(path) / fs::read_symlink(path)) : path;
  struct stat status {};
  if (::stat(target.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) fail_irregular("write", path, status.st_mode);
  return target;
}

void replace_file(const fs::path& path, const NextPiece& next, bool sync) {
  make_folder_of(path);
  const fs::path temporary = temporary_beside(path);
  int reason = 0;
  try {
    reason = write_and_rename(temporary, path, next, sync);
  } catch (...) {  // next's
    ::unlink(temporary.c_str());
    throw;
  }
  if (reason == 0) return;
  ::unlink(temporary.c_str());
  fail("write", path, reason);
}

constexpr std::chrono::milliseconds kLockPoll{10};

Descriptor open_lock(const fs::path& path) {
  make_folder_of(path);
  return open_file(path, O_RDWR | O_CREAT, "open the lock file");
}

// Whether the lock is got at once.
bool get_lock(const Descriptor& file, const fs::path& path) {
  if (retry_interrupted([&] { return ::flock(file.number(), LOCK_EX | LOCK_NB); }) == 0) return true;
  if (errno != EWOULDBLOCK) fail("lock", path, errno);
  return false;
}

struct stat status_of(const Descriptor& file, const fs::path& path) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) fail("read", path, errno);
  return status;
}

// `guess` is that of the size: files under /proc say 0, and a file may grow while it is read.
std::string read_all(const Descriptor& file, const fs::path& path, std::size_t guess, std::size_t limit) {
  constexpr std::size_t kLeast = 4096;
  std::string bytes(std::max(guess + 1, kLeast), '\0');
  std::size_t size = 0;
  while (true) {
    const ssize_t got =
        retry_interrupted([&] { return ::read(file.number(), bytes.data() + size, bytes.size() - size); });
    if (got < 0) fail("read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > limit) {
      throw Error(ErrorKind::io, "cannot read " + path.string() + ": expected at most " + std::to_string(limit) +
                                     " bytes of a pipe, found more");
    }
    if (size == bytes.size()) bytes.resize(2 * bytes.size());
  }
  bytes.resize(size);
  return bytes;
}

struct RegularFile {
  Descriptor file;
  std::size_t size;
};

RegularFile open_regular(const fs::path& path) {
  Descriptor file = open_file(path, O_RDONLY | O_NONBLOCK, "read");  // not to wait for the writer of a pipe
  const struct stat status = status_of(file, path);
  if (!S_ISREG(status.st_mode)) fail_irregular("read", path, status.st_mode);
  return {std::move(file), static_cast<std::size_t>(status.st_size)};
}

}  // namespace

fs::path full_path(const fs::path& path) {
  const fs::path full = fs::absolute(path).lexically_normal();
  return full.has_filename() ? full : full.parent_path();
}

std::string read_file(const fs::path& path) {
  const RegularFile opened = open_regular(path);
  return read_all(opened.file, path, opened.size, std::numeric_limits<std::size_t>::max());
}

void read_pieces(const fs::path& path, std::size_t from, std::size_t most,
                 const std::function<bool(std::string_view)>& use) {
  const RegularFile opened = open_regular(path);
  std::string bytes(std::min(opened.size + 1, most), '\0');
  while (true) {
    const ssize_t got = retry_interrupted(
        [&] { return ::pread(opened.file.number(), bytes.data(), bytes.size(), static_cast<off_t>(from)); });
    if (got < 0) fail("read", path, errno);
    from += static_cast<std::size_t>(got);
    if (got == 0 || !use(std::string_view(bytes).substr(0, static_cast<std::size_t>(got)))) return;
  }
}

std::string read_file_or_pipe(const fs::path& path, std::size_t limit) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISFIFO(status.st_mode)) return read_file(path);
  const Descriptor pipe = open_file(path, O_RDONLY, "read");  // waits for a writer; O_NONBLOCK would read nothing
  return read_all(pipe, path, 0, limit);
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  write_file_atomically(path, one_piece(bytes));
}

void write_file_atomically(const fs::path& path, const NextPiece& next) {
  const fs::path target = target_of(path);
  remove_leftovers_of(target);
  replace_file(target, next, true);
  sync_folder(folder_of(target));
}

void write_cache_atomically(const fs::path& path, std::string_view bytes) {
  replace_file(target_of(path), one_piece(bytes), false);
}

void remove_unfinished_files(const fs::path& folder) {
  std::vector<fs::path> unfinished;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (is_temporary(entry.path())) unfinished.push_back(entry.path());
  }
  for (const fs::path& file : unfinished) remove_if_left_over(file);
}

void remove_folder(const fs::path& folder) {
  std::error_code reason;
  fs::remove_all(folder, reason);
  if (reason) {
    throw Error(ErrorKind::io,
                "cannot remove all of " + folder.string() + ": " + reason.message() + "; remove it and start again");
  }
}

void discard_folder(const fs::path& folder, const fs::path& aside) {
  remove_folder(aside);
  if (!fs::exists(folder)) return;
  if (::rename(folder.c_str(), aside.c_str()) != 0) fail("rename", folder, errno);
  sync_folder(folder_of(folder));
  remove_folder(aside);
}

bool is_locked(const fs::path& path) {
  if (!fs::exists(path)) return false;
  const Descriptor file = open_file(path, O_RDONLY, "open the lock file");  // it may lie on read-only media
  // Closing gives a lock that was free back.
  return ::flock(file.number(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

FileLock::FileLock(const fs::path& path, const std::function<void()>& before_waiting) {
  Descriptor file = open_lock(path);
  bool told = false;
  while (!get_lock(file, path)) {
    if (!std::exchange(told, true) && before_waiting) before_waiting();
    if (stop_signal() != 0) throw Stopped(stop_signal());
    std::this_thread::sleep_for(kLockPoll);
  }
  descriptor_ = file.release();
}

std::unique_ptr<FileLock> FileLock::unless_held(const fs::path& path) {
  constexpr int kTries = 5;  // is_locked of another process holds it for an instant
  Descriptor file = open_lock(path);
  for (int tries = 0; tries < kTries; ++tries) {
    if (get_lock(file, path)) return std::unique_ptr<FileLock>(new FileLock(file.release()));
    std::this_thread::sleep_for(kLockPoll);
  }
  return nullptr;
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace pskd
