#include "mat_file.hpp"

#include <matio.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "pskd/base/error.hpp"
#include "pskd/base/file.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMinFrames = 2;
constexpr std::size_t kMaxFrames = 100'000;

// The parts of the MAT v5 format ("MAT-File Format", MathWorks) that are checked before matio sees a file.
constexpr std::size_t kHeaderBytes = 128;
constexpr std::size_t kTagBytes = 8;
constexpr std::uint32_t kMatrixElement = 14;
constexpr std::uint32_t kCompressedElement = 15;
constexpr std::uint32_t kArrayFlagsType = 6;
constexpr std::size_t kLargestElement = std::size_t{128} << 20;  // 100000 frames x 60 doubles take 48 MB

[[noreturn]] void fail(const fs::path& file, const std::string& problem) {
  throw Error(ErrorKind::data, file.string() + ": " + problem);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return number;
}

// Inflates a whole zlib stream, whose checksum zlib verifies at its end (matio stops reading before).
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
    if (output.size() > kLargestElement) fail(file, "a compressed variable holds more than 128 MB");
  }
  if (state != Z_STREAM_END || stream.avail_in != 0) {
    fail(file, std::string("damaged compressed variable (") + (stream.msg != nullptr ? stream.msg : "it ends early") +
                   "); obtain the file again");
  }
  return output;
}

// matio reads variables of any class, nested ones too; only plain numeric ones are let through to it.
void check_matrix_element(const fs::path& file, std::string_view element) {
  constexpr std::size_t kClassAt = 2 * kTagBytes;
  if (element.size() < kClassAt + kTagBytes || number_at(element, 0) != kMatrixElement ||
      number_at(element, 4) != element.size() - kTagBytes || number_at(element, kTagBytes) != kArrayFlagsType ||
      number_at(element, kTagBytes + 4) != kTagBytes) {
    fail(file, "damaged: a variable does not begin as MAT v5 asks; obtain the file again");
  }
  const std::uint32_t type = number_at(element, kClassAt) & 0xff;
  if (type < MAT_C_DOUBLE || type > MAT_C_UINT64) {
    fail(file,
         "expected numeric matrices only, found a variable of MATLAB class " + std::to_string(type) + " (6 is double)");
  }
}

// Walks the file's elements, which must cover it exactly: every truncation and every appended byte shows here.
void check_envelope(const fs::path& file, std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || bytes.substr(124, 4) != std::string_view("\x00\x01IM", 4)) {
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
    if (number_at(bytes, at) == kCompressedElement) {
      check_matrix_element(file, inflated(file, bytes.substr(at + kTagBytes, size)));
    } else {
      check_matrix_element(file, bytes.substr(at, kTagBytes + size));
    }
    at += kTagBytes + size;
  }
}

// matio's diagnostics, which it would print; the first one of a call goes into our message.
thread_local std::string matio_message;

void keep_matio_message(int, char* message) {
  if (matio_message.empty() && message != nullptr) matio_message = message;
}

void keep_matio_quiet() {
  static const int registered = Mat_LogInitFunc("pskd", keep_matio_message);
  static_cast<void>(registered);
  matio_message.clear();
}

std::string matio_reason() { return matio_message.empty() ? "" : " (matio: " + matio_message + ")"; }

using MatFile = std::unique_ptr<mat_t, int (*)(mat_t*)>;
using MatVariable = std::unique_ptr<matvar_t, void (*)(matvar_t*)>;

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + (shape[i] == kAnyFrames ? "frames" : std::to_string(shape[i]));
  }
  return text + "]";
}

std::string variable_names(mat_t* mat) {
  std::string names;
  Mat_Rewind(mat);
  while (const MatVariable variable{Mat_VarReadNextInfo(mat), Mat_VarFree}) {
    names += (names.empty() ? "" : ", ") + std::string(variable->name != nullptr ? variable->name : "?");
  }
  return names.empty() ? "none" : names;
}

void check_shape(const fs::path& file, const matvar_t& variable, const std::vector<std::size_t>& shape) {
  const std::vector<std::size_t> dims(variable.dims, variable.dims + variable.rank);
  bool fits = dims.size() == shape.size();
  std::size_t frames = kMinFrames;
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    if (shape[i] == kAnyFrames) frames = dims[i];
    fits = shape[i] == kAnyFrames || dims[i] == shape[i];
  }
  const std::string found = std::string("variable ") + variable.name + ": expected the shape " + shape_text(shape);
  if (!fits) {
    std::string real = "[";
    for (std::size_t i = 0; i < dims.size(); ++i) real += (i > 0 ? ", " : "") + std::to_string(dims[i]);
    fail(file, found + ", found " + real + "]");
  }
  if (frames < kMinFrames || frames > kMaxFrames) {
    fail(file, found + " with " + std::to_string(kMinFrames) + " to " + std::to_string(kMaxFrames) + " frames, found " +
                   std::to_string(frames));
  }
}

void check_class(const fs::path& file, const matvar_t& variable) {
  if (variable.class_type != MAT_C_DOUBLE || variable.isComplex != 0 || variable.isLogical != 0) {
    fail(file, std::string("variable ") + variable.name + ": expected a real double matrix, found " +
                   (variable.class_type != MAT_C_DOUBLE
                        ? "MATLAB class " + std::to_string(static_cast<int>(variable.class_type)) + " (6 is double)"
                        : (variable.isComplex != 0 ? "complex values" : "logical values")));
  }
}

MatMatrix read_values(const fs::path& file, mat_t* mat, matvar_t* variable) {
  MatMatrix matrix{{variable->dims, variable->dims + variable->rank}, {}};
  std::size_t count = 1;
  for (const std::size_t extent : matrix.dims) count *= extent;
  if (Mat_VarReadDataAll(mat, variable) != MATIO_E_NO_ERROR || variable->data == nullptr ||
      variable->nbytes != count * sizeof(double)) {
    fail(file, std::string("variable ") + variable->name + ": cannot read its values" + matio_reason());
  }
  matrix.values.resize(count);
  std::memcpy(matrix.values.data(), variable->data, count * sizeof(double));
  return matrix;
}

}  // namespace

MatMatrix read_mat_matrix(const fs::path& file, const std::string& name, const std::vector<std::size_t>& shape) {
  check_envelope(file, read_file(file));
  keep_matio_quiet();
  const MatFile mat(Mat_Open(file.c_str(), MAT_ACC_RDONLY), Mat_Close);
  if (mat == nullptr) fail(file, "cannot be opened as a MAT file" + matio_reason());
  const MatVariable variable(Mat_VarReadInfo(mat.get(), name.c_str()), Mat_VarFree);
  if (variable == nullptr) {
    fail(file, "variable " + name + " is absent; variables found: " + variable_names(mat.get()) + matio_reason());
  }
  check_class(file, *variable);
  check_shape(file, *variable, shape);
  return read_values(file, mat.get(), variable.get());
}

void write_mat_matrix(const fs::path& file, const std::string& name, MatMatrix matrix) {
  keep_matio_quiet();
  const MatFile mat(Mat_CreateVer(file.c_str(), "MATLAB 5.0 MAT-file, written by pskd", MAT_FT_MAT5), Mat_Close);
  if (mat == nullptr) throw Error(ErrorKind::io, "cannot write " + file.string() + matio_reason());
  const MatVariable variable(
      Mat_VarCreate(name.c_str(), MAT_C_DOUBLE, MAT_T_DOUBLE, static_cast<int>(matrix.dims.size()), matrix.dims.data(),
                    matrix.values.data(), MAT_F_DONT_COPY_DATA),
      Mat_VarFree);
  if (variable == nullptr || Mat_VarWrite(mat.get(), variable.get(), MAT_COMPRESSION_ZLIB) != MATIO_E_NO_ERROR) {
    throw Error(ErrorKind::io, "cannot write " + file.string() + matio_reason());
  }
}

}  // namespace pskd
