#include "data/formats/mat_format.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <type_traits>

#include "base/little_endian.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::formats {
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
constexpr std::uint32_t kLastNumericClass = 15;  // uint64
constexpr std::uint32_t kComplexFlag = 0x800;
constexpr std::uint32_t kLogicalFlag = 0x200;
constexpr std::size_t kMaxNameBytes = 63;
constexpr std::size_t kMaxVariableBytes = std::size_t{128} << 20;  // 100000 frames x 60 doubles take 48 MB

[[noreturn]] void fail(const fs::path& file, const std::string& problem) {
  throw Error(ErrorKind::data, file.string() + ": " + problem);
}

[[noreturn]] void fail_damaged(const fs::path& file, const std::string& what) {
  fail(file, "damaged: " + what + "; obtain the file again");
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(little_endian(bytes, at, sizeof(std::uint32_t)));
}

struct Free {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

// Inflates a whole zlib stream, checksum included, to which nothing may be appended.
std::string inflated(const fs::path& file, std::string_view packed) {
  static thread_local const std::unique_ptr<libdeflate_decompressor, Free> decompressor(
      libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
  std::string output;
  std::size_t consumed = 0, written = 0;
  for (std::size_t room = std::max<std::size_t>(8 * packed.size(), 4096);
       result == LIBDEFLATE_INSUFFICIENT_SPACE && output.size() < kMaxVariableBytes; room *= 4) {
    output.resize(std::min(room, kMaxVariableBytes));
    result = libdeflate_zlib_decompress_ex(decompressor.get(), packed.data(), packed.size(), output.data(),
                                           output.size(), &consumed, &written);
  }
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE) fail(file, "a compressed variable holds more than 128 MB");
  if (result != LIBDEFLATE_SUCCESS || consumed != packed.size()) {
    fail_damaged(file, "a compressed variable (its checksum is wrong, or it ends early or late)");
  }
  output.resize(written);
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

std::vector<std::size_t> extents(const fs::path& file, const Part& part) {
  const std::size_t rank = part.content.size() / 4;
  if (part.type != kInt32 || part.content.size() % 4 != 0 || rank < 2 || rank > 8) {
    fail_damaged(file, "the shape of a variable");
  }
  std::vector<std::size_t> dims;
  std::size_t count = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    dims.push_back(number_at(part.content, 4 * i));
    count *= dims.back();  // below 2^27 times below 2^32
    if (count > kMaxVariableBytes) fail(file, "the shape of a variable asks for more than 128 MB");
  }
  return dims;
}

template <class Number>
std::vector<double> numbers(std::string_view content) {
  static_assert(std::endian::native == std::endian::little, "a MAT file's numbers are little-endian");
  std::vector<Number> stored(content.size() / sizeof(Number));
  if (!stored.empty()) std::memcpy(stored.data(), content.data(), stored.size() * sizeof(Number));
  if constexpr (std::is_same_v<Number, double>) return stored;
  return {stored.begin(), stored.end()};
}

// The numbers of a part, whatever type they are stored in; nothing when it is none of the format's.
std::optional<std::vector<double>> numbers(const Part& part) {
  switch (part.type) {
    case 1:
      return numbers<std::int8_t>(part.content);
    case 2:
      return numbers<std::uint8_t>(part.content);
    case 3:
      return numbers<std::int16_t>(part.content);
    case 4:
      return numbers<std::uint16_t>(part.content);
    case 5:
      return numbers<std::int32_t>(part.content);
    case 6:
      return numbers<std::uint32_t>(part.content);
    case 7:
      return numbers<float>(part.content);
    case 9:
      return numbers<double>(part.content);
    case 12:
      return numbers<std::int64_t>(part.content);
    case 13:
      return numbers<std::uint64_t>(part.content);
    default:
      return std::nullopt;
  }
}

std::vector<double> read_numbers(const fs::path& file, const Part& part, std::size_t count) {
  std::optional<std::vector<double>> values = numbers(part);
  if (!values || values->size() != count || part.content.size() % std::max<std::size_t>(count, 1) != 0) {
    fail_damaged(file, "a variable of " + std::to_string(count) + " values has " + std::to_string(part.content.size()) +
                           " bytes of type " + std::to_string(part.type));
  }
  return *std::move(values);
}

MatVariable parse_matrix(const fs::path& file, std::string_view element) {
  if (element.size() < kTagBytes || number_at(element, 0) != kMatrix ||
      number_at(element, 4) != element.size() - kTagBytes) {
    fail_damaged(file, "expected a matrix");
  }
  std::string_view rest = element.substr(kTagBytes);
  const Part flags = next_part(file, rest);
  if (flags.type != kUint32 || flags.content.size() != 8) fail_damaged(file, "the flags of a variable");
  const std::uint32_t flag_bits = number_at(flags.content, 0);
  MatVariable variable;
  variable.number_class = flag_bits & 0xff;
  variable.complex = (flag_bits & kComplexFlag) != 0;
  variable.logical = (flag_bits & kLogicalFlag) != 0;
  if (variable.number_class < kMatDouble || variable.number_class > kLastNumericClass) {
    fail(file, "expected numeric matrices only, found a variable of MATLAB class " +
                   std::to_string(variable.number_class) + " (6 is double)");
  }
  variable.dims = extents(file, next_part(file, rest));
  const Part name = next_part(file, rest);
  if (name.type != kInt8 || name.content.empty() || name.content.size() > kMaxNameBytes) {
    fail_damaged(file, "the name of a variable");
  }
  variable.name = name.content;
  const std::size_t count =
      std::accumulate(variable.dims.begin(), variable.dims.end(), std::size_t{1}, std::multiplies<>());
  variable.values = read_numbers(file, next_part(file, rest), count);
  if (variable.complex) read_numbers(file, next_part(file, rest), count);
  if (!rest.empty()) fail_damaged(file, "a variable has more parts than expected");
  return variable;
}

}  // namespace

std::vector<MatVariable> parse_mat(const fs::path& file, std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || bytes.substr(kHeaderBytes - 4, 4) != std::string_view("\x00\x01IM", 4)) {
    fail(file, "not a little-endian MAT v5 file (" + std::to_string(bytes.size()) + " bytes)");
  }
  std::vector<MatVariable> variables;
  std::size_t at = kHeaderBytes;
  while (at < bytes.size()) {
    const std::size_t left = bytes.size() - at;
    const std::size_t size = left < kTagBytes ? 0 : number_at(bytes, at + 4);
    if (left < kTagBytes || size > left - kTagBytes) {
      fail(file, "truncated: a variable at byte " + std::to_string(at) + " needs " + std::to_string(size + kTagBytes) +
                     " bytes, " + std::to_string(left) + " are left; obtain the file again");
    }
    if (number_at(bytes, at) == kCompressed) {
      variables.push_back(parse_matrix(file, inflated(file, bytes.substr(at + kTagBytes, size))));
    } else {
      variables.push_back(parse_matrix(file, bytes.substr(at, kTagBytes + size)));
    }
    at += kTagBytes + size;
  }
  return variables;
}

}  // namespace pskd::data::formats
