// Named arrays of numbers with texts about them, in the layout of safetensors: 8 bytes with the length of a JSON
// header, little-endian; the header, {"__metadata__": {name: text}, name: {"dtype", "shape", "data_offsets"}}; the
// numbers, little-endian and row-major. Reading one executes nothing and needs no LibTorch: a file from a stranger is
// only data.
//
// Only one form is taken, the one that is written here: the arrays lie in the order of their names, one after the
// other, without gaps, and fill the file. So no two arrays share bytes, and no byte belongs to none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pskd/base/error.hpp"

namespace pskd {

enum class Dtype { f32, f64, i64 };

struct StoredTensor {
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;  ///< each >= 0; empty for a single number
  std::string bytes;                ///< as many as dtype and shape say
};

struct TensorFile {
  std::map<std::string, std::string> metadata;
  std::map<std::string, StoredTensor> tensors;
};

/// The file's bytes. Throws std::invalid_argument for what `read_tensors` would refuse.
std::string tensor_file_bytes(const TensorFile& file);

/// Reads `bytes`; takes a small multiple of their memory, whatever they hold. Throws Error(`blame`), its message
/// beginning with `where`, for anything but a sound file: lengths, offsets, shapes, types, names (UTF-8 without control
/// characters) and the JSON itself are all checked before an array is taken.
TensorFile read_tensors(std::string_view bytes, const std::string& where, ErrorKind blame);

}  // namespace pskd
