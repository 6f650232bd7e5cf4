// Reading whole files, and writing them so that a reader sees the old file or the new one and never a part of either.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace pskd {

/// The bytes of a file. Throws Error(io) naming the path and the system's reason.
std::string read_file(const std::filesystem::path& path);

/// Writes `bytes` to a temporary file beside `path`, syncs it and renames it over `path`; folders are made as needed.
/// On any failure (full disk, permissions) the temporary file is removed, the old file is untouched and Error(io) is
/// thrown.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// As write_file_atomically, but without waiting for the disk: for what can be made again. After a power cut the file
/// may be damaged, so its reader must be able to tell.
void write_cache_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Removes, below `folder`, the temporary files of writers that were killed. Nobody else may be writing there.
void remove_unfinished_files(const std::filesystem::path& folder);

/// Whether a process holds the lock on `path`; false when there is no such file.
bool is_locked(const std::filesystem::path& path);

/// An exclusive lock between processes on `path` (created if absent), held for the object's lifetime. `before_waiting`
/// is called when somebody else holds it.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path, const std::function<void()>& before_waiting = {});
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace pskd
