// Reading whole files, and writing them so that a reader sees the old file or the new one and never a part of either.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace pskd {

/// The absolute path, without `.`, `..` and a slash at its end. It holds wherever the program is started, and its last
/// name is that of the file or folder, however that was given.
std::filesystem::path full_path(const std::filesystem::path& path);

/// The bytes of a regular file. Throws Error(io) naming the path and the system's reason, or what else than a regular
/// file it is: a pipe or a device could make the reader wait for ever or fill its memory.
std::string read_file(const std::filesystem::path& path);

/// The same piece by piece, for a file that may be larger than the memory: `use` gets all bytes in their order, each
/// time at most `most`, until it returns false. Begins at byte `from`.
void read_pieces(const std::filesystem::path& path, std::size_t from, std::size_t most,
                 const std::function<bool(std::string_view)>& use);

/// As read_file, but the path may be a pipe: waits for its writer. At most `limit` bytes are taken: of more, Error(io).
std::string read_file_or_pipe(const std::filesystem::path& path, std::size_t limit);

/// Writes `bytes` to a temporary file beside `path`, syncs it and renames it over `path`; folders are made as needed.
/// On any failure (full disk, permissions) the temporary file is removed, the old file is untouched and Error(io) is
/// thrown, as where `path` is a folder, a pipe or a device. A symbolic link stays, and what it names is written. What a
/// killed writer of `path` left beside it is removed.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Gives one piece of a file after the other, which is valid until the next call; an empty one when there is no more.
using NextPiece = std::function<std::string_view()>;
/// The same for a file that is too large for the memory. What `next` throws leaves the old file untouched.
void write_file_atomically(const std::filesystem::path& path, const NextPiece& next);

/// As write_file_atomically, but without waiting for the disk: for what can be made again. After a power cut the file
/// may be damaged, so its reader must be able to tell.
void write_cache_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Removes, below `folder`, the temporary files of writers that were killed. Those of writers at work stay.
void remove_unfinished_files(const std::filesystem::path& folder);

/// Removes `folder` and what is in it, if it is there. Throws Error(io) where something of it cannot be removed.
void remove_folder(const std::filesystem::path& folder);

/// Removes `folder` so that a crash leaves either all of it or nothing under its name: it is renamed to `aside`, beside
/// it, before anything is deleted. What a crash left in `aside` is removed first. Throws Error(io).
void discard_folder(const std::filesystem::path& folder, const std::filesystem::path& aside);

/// Whether a process holds the lock on `path`; false when there is no such file.
bool is_locked(const std::filesystem::path& path);

/// An exclusive lock between processes on `path` (created if absent), held for the object's lifetime. `before_waiting`
/// is called when somebody else holds it. Throws Stopped when a stop signal comes while it waits.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& path, const std::function<void()>& before_waiting = {});
  /// Does not wait: null while somebody else holds it.
  static std::unique_ptr<FileLock> unless_held(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace pskd
