#include "mat_file.hpp"

#include <matio.h>

#include <cstring>
#include <memory>

#include "mat_envelope.hpp"
#include "pskd/base/error.hpp"
#include "pskd/base/file.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMinFrames = 2;
constexpr std::size_t kMaxFrames = 100'000;

[[noreturn]] void fail(const fs::path& file, const std::string& problem) {
  throw Error(ErrorKind::data, file.string() + ": " + problem);
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
  check_mat_envelope(file, read_file(file));
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
