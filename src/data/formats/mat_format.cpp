#include "data/formats/mat_format.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <type_traits>

#include "base/little_endian.hpp"
#include "data/file_error.hpp"
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
constexpr std::size_t kMaxHeaderBytes = 256;                       // of a variable: tag, flags, at most 8 extents, name
constexpr std::size_t kMaxRatio = 1032;                            // of zlib's compression
constexpr std::size_t kMaxVariableBytes = std::size_t{128} << 20;  // 100000 frames x 60 doubles take 48 MB

[[noreturn]] void fail_damaged(const fs::path& file, const std::string& what) {
  fail(file, "damaged: " + what + "; obtain the file again");
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(little_endian(bytes, at, sizeof(std::uint32_t)));
}

struct Free {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

// Inflates a whole zlib stream of `size` bytes, checksum included, to which nothing may be appended.
std::string inflated(const fs::path& file, std::string_view packed, std::size_t size) {
  static thread_local const std::unique_ptr<libdeflate_decompressor, Free> decompressor(
      libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  std::string output(size, '\0');
  std::size_t consumed = 0, written = 0;
  const libdeflate_result result = libdeflate_zlib_decompress_ex(decompressor.get(), packed.data(), packed.size(),
                                                                 output.data(), output.size(), &consumed, &written);
  if (result != LIBDEFLATE_SUCCESS || consumed != packed.size() || written != size) {
    fail_damaged(file, "a compressed variable (its checksum is wrong, or it ends early or late)");
  }
  return output;
}

// The first bytes of a zlib stream, at most `size`. libdeflate cannot stop early.
std::string inflated_beginning(const fs::path& file, std::string_view packed, std::size_t size) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw std::bad_alloc();
  std::string output(size, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(output.data());
  stream.avail_out = static_cast<uInt>(output.size());
  const int result = inflate(&stream, Z_SYNC_FLUSH);
  output.resize(output.size() - stream.avail_out);
  inflateEnd(&stream);
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
    fail_damaged(file, "a compressed variable does not begin as one");
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

// Takes the flags, the shape and the name off `rest`, which is what follows the tag of a matrix.
MatVariable take_header(const fs::path& file, std::string_view& rest) {
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
  return variable;
}

bool is_compressed(std::string_view element) { return number_at(element, 0) == kCompressed; }

// The bytes of a matrix after its tag, as that tag counts them.
std::size_t matrix_bytes(const fs::path& file, std::string_view beginning) {
  if (beginning.size() < kTagBytes || number_at(beginning, 0) != kMatrix) fail_damaged(file, "expected a matrix");
  return number_at(beginning, 4);
}

MatVariable parse_variable(const fs::path& file, std::string_view element) {
  const std::string unpacked =
      is_compressed(element) ? inflated_beginning(file, element.substr(kTagBytes), kMaxHeaderBytes) : std::string();
  const std::string_view beginning = is_compressed(element) ? unpacked : element;
  matrix_bytes(file, beginning);
  std::string_view rest = beginning.substr(kTagBytes);
  MatVariable variable = take_header(file, rest);
  variable.element = element;
  return variable;
}

}  // namespace

std::vector<double> read_values(const fs::path& file, const MatVariable& variable) {
  std::string unpacked;
  std::string_view matrix = variable.element;
  if (is_compressed(matrix)) {
    const std::string_view packed = matrix.substr(kTagBytes);
    const std::size_t size = kTagBytes + matrix_bytes(file, inflated_beginning(file, packed, kTagBytes));
    if (size > kMaxVariableBytes) fail(file, "variable " + variable.name + " holds more than 128 MB");
    if (size / kMaxRatio > packed.size())
      fail_damaged(file, "a compressed variable claims more than its bytes can hold");
    unpacked = inflated(file, packed, size);
    matrix = unpacked;
  }
  if (matrix_bytes(file, matrix) != matrix.size() - kTagBytes) fail_damaged(file, "expected a matrix");
  std::string_view rest = matrix.substr(kTagBytes);
  take_header(file, rest);
  const std::size_t count =
      std::accumulate(variable.dims.begin(), variable.dims.end(), std::size_t{1}, std::multiplies<>());
  std::vector<double> values = read_numbers(file, next_part(file, rest), count);
  if (variable.complex) read_numbers(file, next_part(file, rest), count);
  if (!rest.empty()) fail_damaged(file, "a variable has more parts than expected");
  return values;
}

std::vector<MatVariable> list_mat(const fs::path& file, std::string_view bytes) {
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
    variables.push_back(parse_variable(file, bytes.substr(at, kTagBytes + size)));
    at += kTagBytes + size;
  }
  return variables;
}

}  // namespace pskd::data::formats
