#include "base/sealed_file.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "base/little_endian.hpp"

namespace pskd {
namespace {

// The header, all numbers little-endian:
//   0  magic, 8 bytes            32 payload length, 8 bytes
//   8  seal format, 4 bytes      40 payload hash, 32 hexadecimal digits
//   12 payload format, 4 bytes   72 zeros
//   16 kind, 16 bytes, zero padded   480 hash of bytes 0..479, 32 hexadecimal digits
// The first byte of the magic is not ASCII, and its line ends show a transfer in text mode, as PNG's do.
constexpr std::string_view kMagic("\x89PSKD\r\n\x1a", 8);
constexpr std::uint32_t kSealFormat = 1;
constexpr std::size_t kSealFormatAt = 8;
constexpr std::size_t kVersionAt = 12;
constexpr std::size_t kKindAt = 16;
constexpr std::size_t kKindBytes = 16;
constexpr std::size_t kLengthAt = 32;
constexpr std::size_t kPayloadHashAt = 40;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kHeaderHashAt = kSealBytes - kHashBytes;

void put_number(std::string& header, std::size_t at, std::size_t bytes, std::uint64_t number) {
  for (std::size_t i = 0; i < bytes; ++i) header[at + i] = static_cast<char>(number >> (8 * i) & 0xff);
}

std::string get_kind(std::string_view header) {
  const std::string_view field = header.substr(kKindAt, kKindBytes);
  return std::string(field.substr(0, field.find('\0')));
}

constexpr const char* kRemedy = "; delete it or restore it from a copy";

// What is wrong with the header of `file`, or nothing.
std::string header_fault(std::string_view file, const Seal& expected) {
  if (file.empty()) return "the file is empty, expected a pskd " + expected.kind + kRemedy;
  if (file.substr(0, kMagic.size()) != kMagic.substr(0, file.size())) {
    return "not a pskd " + expected.kind + ": it does not begin with pskd's mark; give the right file";
  }
  if (file.size() < kSealBytes) {
    return "damaged: it ends after " + std::to_string(file.size()) + " of the header's " + std::to_string(kSealBytes) +
           " bytes" + kRemedy;
  }
  if (content_hash(file.substr(0, kHeaderHashAt)) != file.substr(kHeaderHashAt, kHashBytes)) {
    return std::string("damaged: the header does not match its checksum") + kRemedy;
  }
  const std::uint64_t format = little_endian(file, kSealFormatAt, 4);
  if (format > kSealFormat) {
    return "written by a newer pskd (file format " + std::to_string(format) + ", this program reads " +
           std::to_string(kSealFormat) + "); update pskd";
  }
  if (get_kind(file) != expected.kind) {
    return "expected a " + expected.kind + ", found a " + get_kind(file) + "; give the right file";
  }
  const std::uint64_t version = little_endian(file, kVersionAt, 4);
  if (version == expected.version) return "";
  const std::string versions = " pskd (" + expected.kind + " version " + std::to_string(version) +
                               ", this program reads " + std::to_string(expected.version) + "); ";
  return version > expected.version ? "written by a newer" + versions + "update pskd"
                                    : "written by an older" + versions + expected.older;
}

// What is wrong with the payload of `file`, whose header is sound, or nothing.
std::string payload_fault(std::string_view file) {
  const std::string_view payload = file.substr(kSealBytes);
  const std::uint64_t length = little_endian(file, kLengthAt, 8);
  if (payload.size() != length) {
    return "damaged: " + std::to_string(payload.size()) + " bytes follow the header, expected " +
           std::to_string(length) + kRemedy;
  }
  if (content_hash(payload) != file.substr(kPayloadHashAt, kHashBytes)) {
    return std::string("damaged: the content does not match its checksum") + kRemedy;
  }
  return "";
}

}  // namespace

std::string make_seal(const Seal& seal, std::string_view payload) {
  if (seal.kind.empty() || seal.kind.size() >= kKindBytes) {
    throw std::invalid_argument("the kind of a sealed file has 1 to 15 letters: '" + seal.kind + "'");
  }
  std::string header(kSealBytes, '\0');
  std::copy(kMagic.begin(), kMagic.end(), header.begin());
  put_number(header, kSealFormatAt, 4, kSealFormat);
  put_number(header, kVersionAt, 4, seal.version);
  std::copy(seal.kind.begin(), seal.kind.end(), header.begin() + kKindAt);
  put_number(header, kLengthAt, 8, payload.size());
  header.replace(kPayloadHashAt, kHashBytes, content_hash(payload));
  header.replace(kHeaderHashAt, kHashBytes, content_hash(std::string_view(header).substr(0, kHeaderHashAt)));
  return header;
}

void write_sealed_file(const std::filesystem::path& path, const Seal& seal, std::string_view payload) {
  const std::string header = make_seal(seal, payload);
  std::vector<std::string_view> pieces = {payload, header};  // the last is the next; a copy of both may be too large
  write_file_atomically(path, [&]() -> std::string_view {
    if (pieces.empty()) return {};
    const std::string_view piece = pieces.back();
    pieces.pop_back();
    return piece;
  });
}

void write_sealed_cache(const std::filesystem::path& path, const Seal& seal, std::string_view payload) {
  write_cache_atomically(path, make_seal(seal, payload).append(payload));
}

std::string read_sealed_file(const std::filesystem::path& path, const Seal& expected, ErrorKind blame) {
  std::string file = read_file(path);
  std::string problem = header_fault(file, expected);
  if (problem.empty()) problem = payload_fault(file);
  if (!problem.empty()) throw Error(blame, path.string() + ": " + problem);
  return file;
}

bool is_sealed_as(const std::filesystem::path& path, const std::string& kind) {
  std::string header;
  read_pieces(path, 0, kSealBytes, [&](std::string_view piece) {
    header += piece;
    return header.size() < kSealBytes;
  });
  return header.size() >= kKindAt + kKindBytes && header.starts_with(kMagic) && get_kind(header) == kind;
}

}  // namespace pskd
