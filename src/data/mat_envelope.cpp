#include "mat_envelope.hpp"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "pskd/base/error.hpp"
#include "pskd/base/little_endian.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;

// Names and numbers from "MAT-File Format", MathWorks.
constexpr std::size_t kHeaderBytes = 128;
constexpr std::size_t kTagBytes = 8;
constexpr std::uint32_t kInt8 = 1;
constexpr std::uint32_t kInt32 = 5;
constexpr std::uint32_t kUint32 = 6;
constexpr std::uint32_t kMatrix = 14;
constexpr std::uint32_t kCompressed = 15;
constexpr std::array<std::size_t, 14> kNumberBytes = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8};  // by type of element
constexpr std::uint32_t kFirstNumericClass = 6;                                                   // double
constexpr std::uint32_t kLastNumericClass = 15;                                                   // uint64
constexpr std::uint32_t kComplexFlag = 0x800;
constexpr std::size_t kLongestName = 63;
constexpr std::size_t kLargestVariable = std::size_t{128} << 20;  // 100000 frames x 60 doubles take 48 MB

[[noreturn]] void fail(const fs::path& file, const std::string& problem) {
  throw Error(ErrorKind::data, file.string() + ": " + problem);
}

[[noreturn]] void fail_damaged(const fs::path& file, const std::string& what) {
  fail(file, "damaged: " + what + "; obtain the file again");
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(little_endian(bytes, at, sizeof(std::uint32_t)));
}

// Inflates a whole zlib stream, whose checksum zlib verifies at its end.
std::string inflated(const fs::path& file, std::string_view packed) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, inflateEnd);
  std::string input(packed);  // zlib's interface is not const-correct
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string output;
  std::vector<char> block(std::size_t{1} << 16);
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    state = inflate(&stream, Z_NO_FLUSH);
    output.append(block.data(), block.size() - stream.avail_out);
    if (output.size() > kLargestVariable) fail(file, "a compressed variable holds more than 128 MB");
  }
  if (state != Z_STREAM_END || stream.avail_in != 0) {
    fail_damaged(file,
                 std::string("a compressed variable (") + (stream.msg != nullptr ? stream.msg : "it ends early") + ")");
  }
  return output;
}

// One data element inside a matrix.
struct Part {
  std::uint32_t type = 0;
  std::string_view content;
};

// Takes the next part off `rest`. A part of up to 4 bytes may lie in its own tag.
Part next_part(const fs::path& file, std::string_view& rest) {
  if (rest.size() < kTagBytes) fail_damaged(file, "a variable ends early");
  const std::uint32_t first = number_at(rest, 0);
  const bool small = first >> 16 != 0;
  const std::size_t size = small ? first >> 16 : number_at(rest, 4);
  const std::size_t begin = small ? kTagBytes / 2 : kTagBytes;
  const std::size_t padded = small ? kTagBytes : kTagBytes + (size + 7) / 8 * 8;
  if (padded > rest.size() || (small && size > 4))
    fail_damaged(file, "a part of a variable is longer than the variable");
  const Part part{small ? first & 0xffff : first, rest.substr(begin, size)};
  rest.remove_prefix(padded);
  return part;
}

// The number of values that the extents of a matrix ask for.
std::size_t count_values(const fs::path& file, const Part& extents) {
  const std::size_t rank = extents.content.size() / 4;
  if (extents.type != kInt32 || extents.content.size() % 4 != 0 || rank < 2 || rank > 8) {
    fail_damaged(file, "the shape of a variable");
  }
  std::size_t count = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    count *= number_at(extents.content, 4 * i);  // below 2^27 times below 2^32
    if (count > kLargestVariable) fail(file, "the shape of a variable asks for more than 128 MB");
  }
  return count;
}

void check_matrix(const fs::path& file, std::string_view element) {
  if (element.size() < kTagBytes || number_at(element, 0) != kMatrix ||
      number_at(element, 4) != element.size() - kTagBytes) {
    fail_damaged(file, "expected a matrix");
  }
  std::string_view rest = element.substr(kTagBytes);
  const Part flags = next_part(file, rest);
  if (flags.type != kUint32 || flags.content.size() != 8) fail_damaged(file, "the flags of a variable");
  const std::uint32_t number_class = number_at(flags.content, 0) & 0xff;
  if (number_class < kFirstNumericClass || number_class > kLastNumericClass) {
    fail(file, "expected numeric matrices only, found a variable of MATLAB class " + std::to_string(number_class) +
                   " (6 is double)");
  }
  const std::size_t count = count_values(file, next_part(file, rest));
  const Part name = next_part(file, rest);
  if (name.type != kInt8 || name.content.empty() || name.content.size() > kLongestName) {
    fail_damaged(file, "the name of a variable");
  }
  const int planes = (number_at(flags.content, 0) & kComplexFlag) != 0 ? 2 : 1;
  for (int plane = 0; plane < planes; ++plane) {
    const Part values = next_part(file, rest);
    const std::size_t bytes = values.type < kNumberBytes.size() ? kNumberBytes[values.type] : 0;
    if (bytes == 0 || values.content.size() != count * bytes) {
      fail_damaged(file, "a variable of " + std::to_string(count) + " values has " +
                             std::to_string(values.content.size()) + " bytes of type " + std::to_string(values.type));
    }
  }
  if (!rest.empty()) fail_damaged(file, "a variable has more parts than expected");
}

}  // namespace

void check_mat_envelope(const fs::path& file, std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || bytes.substr(kHeaderBytes - 4, 4) != std::string_view("\x00\x01IM", 4)) {
    fail(file, "not a little-endian MAT v5 file (" + std::to_string(bytes.size()) + " bytes)");
  }
  std::size_t at = kHeaderBytes;
  while (at < bytes.size()) {
    const std::size_t left = bytes.size() - at;
    const std::size_t size = left < kTagBytes ? 0 : number_at(bytes, at + 4);
    if (left < kTagBytes || size > left - kTagBytes) {
      fail(file, "truncated: a variable at byte " + std::to_string(at) + " needs " + std::to_string(size + kTagBytes) +
                     " bytes, " + std::to_string(left) + " are left; obtain the file again");
    }
    if (number_at(bytes, at) == kCompressed) {
      check_matrix(file, inflated(file, bytes.substr(at + kTagBytes, size)));
    } else {
      check_matrix(file, bytes.substr(at, kTagBytes + size));
    }
    at += kTagBytes + size;
  }
}

}  // namespace pskd
