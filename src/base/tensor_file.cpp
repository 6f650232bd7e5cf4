#include "base/tensor_file.hpp"

#include <array>
#include <bit>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/little_endian.hpp"
#include "base/text.hpp"

namespace pskd {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are taken as they lie in the file");

using Json = nlohmann::json;  // its objects are sorted by name

constexpr std::size_t kLengthBytes = 8;
/// JSON takes some 30 times its length in memory. A network has a hundred tensors, and each takes 100 bytes here.
constexpr std::size_t kMaxHeaderBytes = 1 << 20;
constexpr int kMaxDepth = 2;  ///< of the list of a shape, counted from 0
constexpr std::size_t kMaxDimensions = 8;
constexpr const char* kMetadata = "__metadata__";

struct DtypeRow {
  Dtype dtype;
  const char* name;
  std::size_t bytes;
};
constexpr std::array<DtypeRow, 3> kDtypes = {{{Dtype::f32, "F32", 4}, {Dtype::f64, "F64", 8}, {Dtype::i64, "I64", 8}}};

const DtypeRow& row_of(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)]; }

/// What is wrong with the file: caught where its name is known.
struct Fault {
  std::string text;
};

std::string quoted(const std::string& name) { return "'" + escaped_for_line(name) + "'"; }

/// The header as JSON. Depth, and names that occur twice, are checked while it is parsed: JSON would keep the last.
Json parse_header(std::string_view text) {
  std::vector<std::set<std::string>> names;
  const auto check = [&names](int depth, Json::parse_event_t event, Json& parsed) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth > kMaxDepth) throw Fault{"the header is nested too deeply"};
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key && !names.back().insert(parsed.get<std::string>()).second) {
      throw Fault{"the header names " + quoted(parsed.get<std::string>()) + " twice"};
    }
    return true;
  };
  try {
    Json header = Json::parse(text.begin(), text.end(), check);
    if (!header.is_object()) throw Fault{"the header is no JSON object"};
    return header;
  } catch (const Json::exception& problem) {
    throw Fault{std::string("the header is no JSON: ") + problem.what()};
  }
}

void check_name(const std::string& name) {
  if (name.empty() || has_control_characters(name)) throw Fault{"a name is empty or not plain text: " + quoted(name)};
}

std::map<std::string, std::string> read_metadata(const Json& object) {
  std::map<std::string, std::string> metadata;
  if (!object.is_object()) throw Fault{std::string(kMetadata) + " is no JSON object"};
  for (const auto& [name, value] : object.items()) {
    check_name(name);
    if (!value.is_string()) throw Fault{quoted(name) + " in " + kMetadata + " is no text"};
    metadata[name] = value.get<std::string>();
  }
  return metadata;
}

/// A list of whole numbers >= 0, at most `most` of them.
std::vector<std::int64_t> read_numbers(const Json& list, std::size_t most, const std::string& what) {
  std::vector<std::int64_t> numbers;
  if (!list.is_array() || list.size() > most)
    throw Fault{what + ": expected a list of at most " + std::to_string(most)};
  for (const Json& one : list) {
    const bool fits = one.is_number_unsigned() && one.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max();
    if (!fits) throw Fault{what + ": expected whole numbers >= 0"};
    numbers.push_back(one.get<std::int64_t>());
  }
  return numbers;
}

/// Bytes of an array, or nothing when there are more than a number can say. A size of 0 does not excuse a huge one.
std::optional<std::uint64_t> byte_count(Dtype dtype, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = row_of(dtype).bytes;
  bool empty = false;
  for (const std::int64_t size : shape) {
    empty |= size == 0;
    if (size > 0 && __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) return std::nullopt;
  }
  return empty ? 0 : bytes;
}

Dtype read_dtype(const Json& word, const std::string& name) {
  for (const DtypeRow& row : kDtypes) {
    if (word == row.name) return row.dtype;
  }
  throw Fault{quoted(name) + " has a dtype other than F32, F64 and I64"};
}

/// The array `name`, which begins at `begin` of `data`; moves `begin` to its end.
StoredTensor read_tensor(const std::string& name, const Json& entry, std::string_view data, std::size_t& begin) {
  check_name(name);
  const bool complete = entry.is_object() && entry.size() == 3 && entry.contains("dtype") && entry.contains("shape") &&
                        entry.contains("data_offsets");
  if (!complete) throw Fault{quoted(name) + ": expected dtype, shape and data_offsets, and nothing else"};
  StoredTensor tensor;
  tensor.dtype = read_dtype(entry["dtype"], name);
  tensor.shape = read_numbers(entry["shape"], kMaxDimensions, quoted(name) + ", shape");
  const std::optional<std::uint64_t> bytes = byte_count(tensor.dtype, tensor.shape);
  const std::vector<std::int64_t> offsets = read_numbers(entry["data_offsets"], 2, quoted(name) + ", data_offsets");
  if (!bytes || *bytes > data.size() - begin) throw Fault{quoted(name) + " is larger than what is left of the file"};
  const std::vector<std::int64_t> expected = {static_cast<std::int64_t>(begin),
                                              static_cast<std::int64_t>(begin + *bytes)};
  if (offsets != expected) {
    throw Fault{quoted(name) + ": expected data_offsets [" + std::to_string(expected[0]) + ", " +
                std::to_string(expected[1]) + "], where the array before it ends and as its shape says"};
  }
  tensor.bytes = data.substr(begin, *bytes);
  begin += *bytes;
  return tensor;
}

TensorFile read(std::string_view bytes) {
  if (bytes.size() < kLengthBytes) throw Fault{"it ends before its header"};
  const std::uint64_t length = little_endian(bytes, 0, kLengthBytes);
  bytes.remove_prefix(kLengthBytes);
  if (length > bytes.size()) throw Fault{"its header is longer than the file"};
  if (length > kMaxHeaderBytes) throw Fault{"its header is longer than " + std::to_string(kMaxHeaderBytes) + " bytes"};
  const Json header = parse_header(bytes.substr(0, length));
  const std::string_view data = bytes.substr(length);
  TensorFile file;
  std::size_t begin = 0;
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata) {
      file.metadata = read_metadata(entry);
    } else {
      file.tensors.emplace(name, read_tensor(name, entry, data, begin));
    }
  }
  if (begin != data.size()) throw Fault{std::to_string(data.size() - begin) + " bytes at its end belong to no array"};
  return file;
}

void check_written(const std::string& name, const StoredTensor& tensor) {
  check_name(name);
  if (name == kMetadata) throw Fault{std::string(kMetadata) + " is no name of an array"};
  for (const std::int64_t size : tensor.shape) {
    if (size < 0) throw Fault{quoted(name) + " has a negative size"};
  }
  if (tensor.shape.size() > kMaxDimensions || byte_count(tensor.dtype, tensor.shape) != tensor.bytes.size()) {
    throw Fault{quoted(name) + " has not the bytes that its shape says"};
  }
}

std::string write(const TensorFile& file) {
  Json header = Json::object();
  for (const auto& [name, text] : file.metadata) {
    check_name(name);
    header[kMetadata][name] = text;
  }
  std::size_t size = 0;
  for (const auto& [name, tensor] : file.tensors) {
    check_written(name, tensor);
    header[name] = {{"dtype", row_of(tensor.dtype).name},
                    {"shape", tensor.shape},
                    {"data_offsets", {size, size + tensor.bytes.size()}}};
    size += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');  // arrays begin at multiples of 8
  if (text.size() > kMaxHeaderBytes) throw Fault{"the header would be too long"};
  std::string bytes;
  bytes.reserve(kLengthBytes + text.size() + size);
  for (std::size_t i = 0; i < kLengthBytes; ++i) bytes += static_cast<char>(text.size() >> (8 * i) & 0xff);
  bytes += text;
  for (const auto& [name, tensor] : file.tensors) bytes += tensor.bytes;
  return bytes;
}

}  // namespace

std::string tensor_file_bytes(const TensorFile& file) {
  try {
    return write(file);
  } catch (const Fault& fault) {
    throw std::invalid_argument("tensor file: " + fault.text);
  } catch (const Json::exception& problem) {  // a text that is no UTF-8
    throw std::invalid_argument(std::string("tensor file: ") + problem.what());
  }
}

TensorFile read_tensors(std::string_view bytes, const std::string& where, ErrorKind blame) {
  try {
    return read(bytes);
  } catch (const Fault& fault) {
    throw Error(blame, where + ": " + fault.text + "; delete it or restore it from a copy");
  }
}

}  // namespace pskd
