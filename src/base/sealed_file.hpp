// A sealed file: a 512-byte header (magic, kind, format version, payload length and hash, hash of the header itself)
// and a payload. Checkpoints and clip stores are sealed: no flipped bit, truncation or appended byte passes
// `read_sealed_file`. 512 bytes is the smallest user block of HDF5, so a sealed HDF5 image still opens with HDF5's own
// tools.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "pskd/base/error.hpp"

namespace pskd {

inline constexpr std::size_t kSealBytes = 512;

struct Seal {
  std::string kind;           ///< "checkpoint", "clip-store" or "answers", at most 15 letters
  std::uint32_t version = 1;  ///< version of the payload's format
  /// What is said, after the versions, of a file of an older one.
  std::string older = "make the file again with this program";
};

/// The header for `payload`, exactly kSealBytes long.
std::string make_seal(const Seal& seal, std::string_view payload);

/// Writes header and payload atomically.
void write_sealed_file(const std::filesystem::path& path, const Seal& seal, std::string_view payload);

/// The same for what can be made again: does not wait for the disk.
void write_sealed_cache(const std::filesystem::path& path, const Seal& seal, std::string_view payload);

/// The whole verified file, header included (the payload starts at kSealBytes). Throws Error(`blame`) naming the file,
/// what was expected and found, and what to do, when the file is damaged, of another kind, or of another version than
/// `expected`.
std::string read_sealed_file(const std::filesystem::path& path, const Seal& expected, ErrorKind blame);

/// Whether the file begins as sealed files of that kind do, of any version, whole or damaged: so one may be replaced by
/// another. Reads the header alone. Throws Error(io).
bool is_sealed_as(const std::filesystem::path& path, const std::string& kind);

}  // namespace pskd
