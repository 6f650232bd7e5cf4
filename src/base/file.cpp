#include "base/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

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
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

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

// Returns 0 or the reason of the failure.
int write_whole(const fs::path& path, std::string_view bytes, bool sync) {
  Descriptor file(
      retry_interrupted([&] { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666); }));
  if (file.number() < 0) return errno;
  while (!bytes.empty()) {
    const ssize_t written = retry_interrupted([&] { return ::write(file.number(), bytes.data(), bytes.size()); });
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (sync && retry_interrupted([&] { return ::fsync(file.number()); }) != 0) return errno;
  // A network file system may report a full disk only here.
  if (::close(file.release()) != 0 && errno != EINTR) return errno;
  return 0;
}

// Makes the rename itself survive a power cut. Some file systems cannot sync a folder: then it is as durable as it
// gets.
void sync_folder(const fs::path& folder) {
  const Descriptor descriptor = open_file(folder, O_RDONLY | O_DIRECTORY, "open the folder");
  if (retry_interrupted([&] { return ::fsync(descriptor.number()); }) != 0 && errno != EINVAL && errno != ENOTSUP) {
    fail("sync the folder", folder, errno);
  }
}

void replace_file(const fs::path& path, std::string_view bytes, bool sync) {
  make_folder_of(path);
  const fs::path temporary = temporary_beside(path);
  int reason = write_whole(temporary, bytes, sync);
  if (reason == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) reason = errno;
  if (reason == 0) return;
  ::unlink(temporary.c_str());
  fail("write", path, reason);
}

}  // namespace

std::string read_file(const fs::path& path) {
  const Descriptor file = open_file(path, O_RDONLY, "read");
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) fail("read", path, errno);
  if (S_ISDIR(status.st_mode)) fail("read", path, EISDIR);
  // The size is a first guess: files under /proc say 0, and a file may grow while it is read.
  std::string bytes(static_cast<std::size_t>(status.st_size) + 1, '\0');
  std::size_t size = 0;
  while (true) {
    const ssize_t got =
        retry_interrupted([&] { return ::read(file.number(), bytes.data() + size, bytes.size() - size); });
    if (got < 0) fail("read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size == bytes.size()) bytes.resize(2 * bytes.size());
  }
  bytes.resize(size);
  return bytes;
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  replace_file(path, bytes, true);
  sync_folder(folder_of(path));
}

void write_cache_atomically(const fs::path& path, std::string_view bytes) { replace_file(path, bytes, false); }

void remove_unfinished_files(const fs::path& folder) {
  std::vector<fs::path> unfinished;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename().string().find(kTemporaryMark) != std::string::npos) unfinished.push_back(entry.path());
  }
  for (const fs::path& file : unfinished) fs::remove(file);
}

bool is_locked(const fs::path& path) {
  if (!fs::exists(path)) return false;
  const Descriptor file = open_file(path, O_RDWR, "open the lock file");
  // Closing gives a lock that was free back.
  return ::flock(file.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

FileLock::FileLock(const fs::path& path, const std::function<void()>& before_waiting) {
  make_folder_of(path);
  Descriptor file = open_file(path, O_RDWR | O_CREAT, "open the lock file");
  const auto lock = [&](int operation) { return retry_interrupted([&] { return ::flock(file.number(), operation); }); };
  if (lock(LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK && before_waiting) before_waiting();
  if (lock(LOCK_EX) != 0) fail("lock", path, errno);
  descriptor_ = file.release();
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace pskd
