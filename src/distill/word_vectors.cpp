#include "distill/word_vectors.hpp"

#include <cstring>
#include <regex>

#include "base/file.hpp"
#include "pskd/base/error.hpp"

namespace pskd::distill {
namespace {

// The .npy format (NumPy Enhancement Proposal 1): "\x93NUMPY", version, length of the header, a Python dictionary, the
// values.
constexpr std::size_t kPreamble = 10;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& problem) {
  throw Error(ErrorKind::data, file.string() + ": " + problem);
}

}  // namespace

torch::Tensor read_word_vectors(const std::filesystem::path& file, int classes, int dimensions) {
  const std::string bytes = read_file(file);
  if (bytes.size() < kPreamble || bytes.compare(0, 6, "\x93NUMPY") != 0 || bytes[6] != 1) {
    fail(file, "expected a .npy file of format version 1");
  }
  const std::size_t header_size = static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
  if (bytes.size() < kPreamble + header_size) fail(file, "ends inside its header");
  const std::string header = bytes.substr(kPreamble, header_size);
  std::smatch match;
  const std::regex form(R"('descr': '<f([48])', 'fortran_order': False, 'shape': \((\d{1,6}), (\d{1,6})\))");
  if (!std::regex_search(header, match, form)) fail(file, "expected a float matrix in C order, found header " + header);
  const std::int64_t rows = std::stol(match[2]), columns = std::stol(match[3]);
  const std::size_t width = match[1] == "8" ? 8 : 4;
  if (rows != classes || columns != dimensions) {
    fail(file, "expected " + std::to_string(classes) + " classes x " + std::to_string(dimensions) + ", found " +
                   match[2].str() + " x " + match[3].str());
  }
  if (bytes.size() != kPreamble + header_size + width * static_cast<std::size_t>(rows * columns)) {
    fail(file, "its length does not match its header");
  }
  torch::Tensor values = torch::empty({rows, columns}, width == 8 ? torch::kFloat64 : torch::kFloat32);
  std::memcpy(values.data_ptr(), bytes.data() + kPreamble + header_size, bytes.size() - kPreamble - header_size);
  if (!torch::isfinite(values).all().item<bool>()) fail(file, "holds a value that is not finite");
  return values.to(torch::kFloat32);
}

}  // namespace pskd::distill
