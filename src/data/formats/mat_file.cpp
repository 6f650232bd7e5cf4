#include "data/formats/mat_file.hpp"

#include <matio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "base/file.hpp"
#include "data/file_error.hpp"
#include "data/formats/mat_format.hpp"
#include "pskd/base/error.hpp"

namespace pskd::data::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMinFrames = 2;
constexpr std::size_t kMaxFrames = 100'000;

// matio's diagnostics, which it would print; the first one of a call goes into our message.
thread_local std::string matio_message;

/// `Char`: matio's messages are constant since 1.5.28.
template <typename Char>
void keep_matio_message(int, Char* message) {
  if (matio_message.empty() && message != nullptr) matio_message = message;
}

void keep_matio_quiet() {
  static const int registered = Mat_LogInitFunc("pskd", keep_matio_message);
  static_cast<void>(registered);
  matio_message.clear();
}

std::string matio_reason() { return matio_message.empty() ? "" : " (matio: " + matio_message + ")"; }

using WrittenFile = std::unique_ptr<mat_t, int (*)(mat_t*)>;
using WrittenVariable = std::unique_ptr<matvar_t, void (*)(matvar_t*)>;

[[noreturn]] void fail_to_write(const fs::path& file, const std::string& reason) {
  throw Error(ErrorKind::io, "cannot write " + file.string() + ": " + reason);
}

/// A file without a folder, which a library that writes only named files can write.
class FileInMemory {
 public:
  FileInMemory() : number_(::memfd_create("pskd", MFD_CLOEXEC)) {
    if (number_ < 0) throw std::system_error(errno, std::generic_category(), "cannot make a file in memory");
  }
  ~FileInMemory() { ::close(number_); }
  FileInMemory(const FileInMemory&) = delete;
  FileInMemory& operator=(const FileInMemory&) = delete;

  fs::path path() const { return "/proc/self/fd/" + std::to_string(number_); }

 private:
  int number_;
};

void write_with_matio(const fs::path& memory, const fs::path& file, const std::string& name, MatMatrix& matrix) {
  keep_matio_quiet();
  const WrittenFile mat(Mat_CreateVer(memory.c_str(), "MATLAB 5.0 MAT-file, written by pskd", MAT_FT_MAT5), Mat_Close);
  if (mat == nullptr) fail_to_write(file, "matio cannot make it" + matio_reason());
  const WrittenVariable variable(
      Mat_VarCreate(name.c_str(), MAT_C_DOUBLE, MAT_T_DOUBLE, static_cast<int>(matrix.dims.size()), matrix.dims.data(),
                    matrix.values.data(), MAT_F_DONT_COPY_DATA),
      Mat_VarFree);
  if (variable == nullptr || Mat_VarWrite(mat.get(), variable.get(), MAT_COMPRESSION_ZLIB) != MATIO_E_NO_ERROR) {
    fail_to_write(file, "matio cannot write " + name + matio_reason());
  }
}

/// To the bit, so that a NaN is equal to itself.
bool same_values(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

bool holds(const std::string& image, const std::string& name, const MatMatrix& matrix) {
  try {
    const std::vector<MatVariable> found = list_mat("", image);
    return found.size() == 1 && found[0].name == name && found[0].dims == matrix.dims &&
           same_values(read_values("", found[0]), matrix.values);
  } catch (const Error&) {
    return false;
  }
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + (shape[i] == kAnyFrames ? "frames" : std::to_string(shape[i]));
  }
  return text + "]";
}

std::string variable_names(const std::vector<MatVariable>& variables) {
  std::string names;
  for (const MatVariable& variable : variables) names += (names.empty() ? "" : ", ") + variable.name;
  return names.empty() ? "none" : names;
}

void check_shape(const fs::path& file, const MatVariable& variable, const std::vector<std::size_t>& shape) {
  const std::vector<std::size_t>& dims = variable.dims;
  bool fits = dims.size() == shape.size();
  std::size_t frames = kMinFrames;
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    if (shape[i] == kAnyFrames) frames = dims[i];
    fits = shape[i] == kAnyFrames || dims[i] == shape[i];
  }
  const std::string found = "variable " + variable.name + ": expected the shape " + shape_text(shape);
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

void check_class(const fs::path& file, const MatVariable& variable) {
  if (variable.number_class == kMatDouble && !variable.complex && !variable.logical) return;
  fail(file, "variable " + variable.name + ": expected a real double matrix, found " +
                 (variable.number_class != kMatDouble
                      ? "MATLAB class " + std::to_string(variable.number_class) + " (6 is double)"
                      : (variable.complex ? "complex values" : "logical values")));
}

}  // namespace

MatMatrix read_mat_matrix(const fs::path& file, const std::string& name, const std::vector<std::size_t>& shape) {
  const std::string bytes = read_file(file);
  const std::vector<MatVariable> variables = list_mat(file, bytes);
  const auto is_wanted = [&](const MatVariable& candidate) { return candidate.name == name; };
  const auto variable = std::find_if(variables.begin(), variables.end(), is_wanted);
  if (variable == variables.end()) {
    fail(file, "variable " + name + " is absent; variables found: " + variable_names(variables));
  }
  if (std::count_if(variables.begin(), variables.end(), is_wanted) > 1) {
    fail(file, "expected the variable " + name + " once, found it again; save the file anew with one of them");
  }
  check_class(file, *variable);
  check_shape(file, *variable, shape);
  return {variable->dims, read_values(file, *variable)};
}

// matio does not tell when it wrote less than it should. So it writes into memory, and what it wrote is read back.
void write_mat_matrix(const fs::path& file, const std::string& name, MatMatrix matrix) {
  const FileInMemory memory;
  write_with_matio(memory.path(), file, name, matrix);
  const std::string image = read_file(memory.path());
  if (!holds(image, name, matrix)) {
    fail_to_write(file, "matio wrote " + std::to_string(image.size()) +
                            " bytes that do not hold it; is memory or the size of files (ulimit -f) limited?");
  }
  write_cache_atomically(file, image);
}

}  // namespace pskd::data::formats
