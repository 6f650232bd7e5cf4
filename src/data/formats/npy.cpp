#include "data/formats/npy.hpp"

#include <libdeflate.h>

#include <bit>
#include <charconv>
#include <memory>
#include <new>
#include <regex>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "base/little_endian.hpp"
#include "base/unicode.hpp"
#include "data/file_error.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::formats {
namespace {

namespace fs = std::filesystem;

// ---- .npy ------------------------------------------------------------------------------------------------

// What the header of an array says.
struct Header {
  char kind = 'f';  // f: floating point, i: whole, u: whole and not negative
  std::size_t bytes = 4;
  bool big_endian = false;
  bool columns_first = false;  // Fortran's order
  std::vector<std::size_t> shape;
};

constexpr std::size_t kMaxCount = std::size_t{1} << 40U;  // values; no file holds more

std::vector<std::size_t> read_shape(const fs::path& file, const std::string& text) {
  std::vector<std::size_t> shape;
  std::size_t count = 1;
  static const std::regex number("[0-9]+");
  for (std::sregex_iterator at(text.begin(), text.end(), number), end; at != end; ++at) {
    const std::string digits = at->str();
    std::size_t extent = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), extent);
    if (error != std::errc() || extent > kMaxCount) fail(file, "damaged: the shape (" + text + ") is no shape");
    if (extent == 0) fail(file, "expected an array with values, found none: its shape is (" + text + ")");
    if (count > kMaxCount / extent) fail(file, "damaged: the shape (" + text + ") is too large");
    shape.push_back(extent);
    count *= extent;
  }
  return shape;
}

Header read_header(const fs::path& file, const std::string& text) {
  static const std::regex type("'descr': *'([<>|=])([fiu])([1248])'");
  static const std::regex order("'fortran_order': *(True|False)");
  static const std::regex shape("'shape': *\\(([^)]*)\\)");
  std::smatch found;
  Header header;
  if (!std::regex_search(text, found, type) || (found[2] == "f" && found[3].str() < "4")) {
    fail(file, "expected an array of whole or floating-point numbers of 1 to 8 bytes (float32, int64, ...), found " +
                   text.substr(0, 100));
  }
  header.big_endian = found[1] == ">";
  header.kind = found[2].str()[0];
  header.bytes = static_cast<std::size_t>(found[3].str()[0] - '0');
  if (!std::regex_search(text, found, order)) fail(file, "damaged: no order of axes in its header");
  header.columns_first = found[1] == "True";
  if (!std::regex_search(text, found, shape)) fail(file, "damaged: no shape in its header");
  header.shape = read_shape(file, found[1].str());
  if (header.shape.empty()) fail(file, "expected an array with rows, found one number");
  return header;
}

double value_at(std::string_view bytes, std::size_t at, const Header& header) {
  constexpr unsigned kByte = 8;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < header.bytes; ++i) {
    const std::size_t from = header.big_endian ? at + i : at + header.bytes - 1 - i;
    number = number << kByte | static_cast<unsigned char>(bytes[from]);
  }
  if (header.kind == 'u') return static_cast<double>(number);
  if (header.kind == 'f') {
    return header.bytes == 4 ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(number)))
                             : std::bit_cast<double>(number);
  }
  const auto unused = static_cast<unsigned>(64 - kByte * header.bytes);
  return static_cast<double>(static_cast<std::int64_t>(number << unused) >> unused);
}

NpyArray read_array(const fs::path& file, std::string_view bytes) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  constexpr std::size_t kVersionAt = 6;
  constexpr std::size_t kLengthAt = 8;
  constexpr std::size_t kMaxHeader = 1024;  // of numbers in at most 32 axes; std::regex takes stack for every byte
  if (bytes.size() < 12 || !bytes.starts_with(kMagic)) fail(file, "expected an array of NumPy, found another file");
  const std::size_t width = bytes[kVersionAt] == 1 ? 2 : 4;
  const std::size_t length = little_endian(bytes, kLengthAt, width);
  const std::size_t begin = kLengthAt + width + length;
  if (length > kMaxHeader) fail(file, "damaged: its header says that it is " + std::to_string(length) + " bytes long");
  if (begin > bytes.size()) fail(file, "damaged: its header is cut off");
  const Header header = read_header(file, std::string(bytes.substr(kLengthAt + width, length)));
  const std::size_t rows = header.shape[0];
  std::size_t columns = 1;
  for (std::size_t axis = 1; axis < header.shape.size(); ++axis) columns *= header.shape[axis];
  if (bytes.size() - begin < rows * columns * header.bytes) {
    fail(file, "damaged: expected " + std::to_string(rows * columns) + " values, found " +
                   std::to_string((bytes.size() - begin) / header.bytes));
  }
  if (header.columns_first && header.shape.size() > 2)
    fail(file, "an array in Fortran's order has more than two axes; save a copy made by numpy.ascontiguousarray");
  NpyArray array(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t at = header.columns_first ? column * rows + row : row * columns + column;
      array(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column)) =
          value_at(bytes, begin + at * header.bytes, header);
    }
  }
  return array;
}

// ---- .npz: a ZIP archive (APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16) -----------------------------

struct ZipEntry {
  std::string name;  // without .npy
  std::size_t method = 0, packed = 0, size = 0, local = 0;
};

std::vector<ZipEntry> zip_entries(const fs::path& file, std::string_view bytes) {
  constexpr std::string_view kEnd = "PK\x05\x06";
  constexpr std::string_view kEntry = "PK\x01\x02";
  constexpr std::size_t kEndBytes = 22;
  constexpr std::size_t kEntryBytes = 46;
  const std::size_t end = bytes.rfind(kEnd);
  if (end == std::string_view::npos || bytes.size() - end < kEndBytes) fail(file, "damaged: no archive of NumPy");
  const std::size_t count = little_endian(bytes, end + 10, 2);
  std::size_t at = little_endian(bytes, end + 16, 4);
  std::vector<ZipEntry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    if (at + kEntryBytes > bytes.size() || !bytes.substr(at).starts_with(kEntry)) fail(file, "damaged list of arrays");
    ZipEntry entry;
    entry.method = little_endian(bytes, at + 10, 2);
    entry.packed = little_endian(bytes, at + 20, 4);
    entry.size = little_endian(bytes, at + 24, 4);
    entry.local = little_endian(bytes, at + 42, 4);
    const std::size_t name = little_endian(bytes, at + 28, 2);
    if (at + kEntryBytes + name > bytes.size()) fail(file, "damaged list of arrays");
    entry.name = bytes.substr(at + kEntryBytes, name);
    if (entry.name.ends_with(".npy")) entry.name.resize(entry.name.size() - 4);
    at += kEntryBytes + name + little_endian(bytes, at + 30, 2) + little_endian(bytes, at + 32, 2);
    entries.push_back(std::move(entry));
  }
  return entries;
}

struct Free {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

std::string unpacked(const fs::path& file, std::string_view bytes, const ZipEntry& entry) {
  constexpr std::size_t kLocalBytes = 30;
  constexpr std::size_t kMaxRatio = 1100;  // of deflate, about 1032
  if (entry.local + kLocalBytes > bytes.size()) fail(file, "damaged: array " + entry.name + " is cut off");
  const std::size_t begin =
      entry.local + kLocalBytes + little_endian(bytes, entry.local + 26, 2) + little_endian(bytes, entry.local + 28, 2);
  if (begin > bytes.size() || entry.packed > bytes.size() - begin)
    fail(file, "damaged: array " + entry.name + " is cut off");
  const std::string_view packed = bytes.substr(begin, entry.packed);
  if (entry.method == 0) return std::string(packed);
  if (entry.method != 8 || entry.size > kMaxRatio * (entry.packed + 1)) fail(file, "damaged: array " + entry.name);
  const std::unique_ptr<libdeflate_decompressor, Free> decompressor(libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();
  std::string output(entry.size, '\0');
  const libdeflate_result result = libdeflate_deflate_decompress(decompressor.get(), packed.data(), packed.size(),
                                                                 output.data(), output.size(), nullptr);
  if (result != LIBDEFLATE_SUCCESS) fail(file, "damaged: array " + entry.name);
  return output;
}

NpyArray read_archive(const fs::path& file, std::string_view bytes, const std::string& name) {
  const std::vector<ZipEntry> entries = zip_entries(file, bytes);
  std::string names;
  for (const ZipEntry& entry : entries) names += " " + entry.name;
  if (name.empty() && entries.size() != 1) {
    fail(file, "expected one array, found" + (names.empty() ? " none" : names) +
                   "; the key `array` of the description says which is read");
  }
  for (const ZipEntry& entry : entries) {
    if (name.empty() || entry.name == name) return read_array(file, unpacked(file, bytes, entry));
  }
  fail(file, "expected an array called " + name + ", found" + names);
}

}  // namespace

bool is_numpy_file(const fs::path& file) {
  const std::string extension = extension_of(file);
  return extension == ".npy" || extension == ".npz";
}

NpyArray read_numpy_file(const fs::path& file, const std::string& name) {
  const std::string bytes = read_file(file);
  return extension_of(file) == ".npz" ? read_archive(file, bytes, name) : read_array(file, bytes);
}

}  // namespace pskd::data::formats
