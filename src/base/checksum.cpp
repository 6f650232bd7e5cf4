#include "base/checksum.hpp"

#include <xxhash.h>

#include <array>
#include <new>

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
  std::array<unsigned char, 8> length{};  // little-endian on every platform
  for (std::size_t i = 0; i < length.size(); ++i) length[i] = static_cast<unsigned char>(piece.size() >> (8 * i));
  XXH3_128bits_update(state_->xxh, length.data(), length.size());
  XXH3_128bits_update(state_->xxh, piece.data(), piece.size());
}

std::string ContentHasher::hex() const { return hexadecimal(XXH3_128bits_digest(state_->xxh)); }

}  // namespace pskd
