// Content hashes: XXH3, 128 bits, as 32 hexadecimal digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace pskd {

/// Hash of `bytes`, 32 hexadecimal digits.
std::string content_hash(std::string_view bytes);

/// 64-bit hash of `bytes`, for keys of random streams.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// Hash of a sequence of pieces. Each piece counts with its length, so that ("ab", "c") differs from ("a", "bc").
class ContentHasher {
 public:
  ContentHasher();
  ~ContentHasher();
  ContentHasher(const ContentHasher&) = delete;
  ContentHasher& operator=(const ContentHasher&) = delete;

  void add(std::string_view piece);
  /// The bytes of a file, as one piece. Throws Error(io).
  void add_file(const std::filesystem::path& file);
  std::string hex() const;

 private:
  void add_length(std::uintmax_t length);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pskd
