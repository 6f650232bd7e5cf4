#include "base/checksum.hpp"

#include <xxhash.h>

#include <array>
#include <new>
#include <system_error>

#include "base/file.hpp"
#include "pskd/base/error.hpp"

namespace pskd {
namespace {

std::string hexadecimal(XXH128_hash_t hash) {
  // The canonical form is big-endian on every platform.
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * sizeof(canonical.digest));
  for (const unsigned char byte : canonical.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::string content_hash(std::string_view bytes) { return hexadecimal(XXH3_128bits(bytes.data(), bytes.size())); }

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

struct ContentHasher::State {
  XXH3_state_t* xxh = XXH3_createState();
  State() {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

ContentHasher::ContentHasher() : state_(std::make_unique<State>()) {}
ContentHasher::~ContentHasher() = default;

void ContentHasher::add(std::string_view piece) {
  add_length(piece.size());
  XXH3_128bits_update(state_->xxh, piece.data(), piece.size());
}

void ContentHasher::add_file(const std::filesystem::path& file) {
  constexpr std::size_t kPiece = std::size_t{1} << 20U;
  std::error_code unknown;  // read_pieces says what is wrong
  const std::uintmax_t size = std::filesystem::file_size(file, unknown);
  add_length(size);
  std::uintmax_t read = 0;
  read_pieces(file, 0, kPiece, [&](std::string_view piece) {
    XXH3_128bits_update(state_->xxh, piece.data(), piece.size());
    read += piece.size();
    return true;
  });
  if (read != size) throw Error(ErrorKind::io, "cannot read " + file.string() + ": it changed while it was read");
}

void ContentHasher::add_length(std::uintmax_t length) {
  std::array<unsigned char, 8> bytes{};  // little-endian on every platform
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(length >> (8 * i));
  XXH3_128bits_update(state_->xxh, bytes.data(), bytes.size());
}

std::string ContentHasher::hex() const { return hexadecimal(XXH3_128bits_digest(state_->xxh)); }

}  // namespace pskd
