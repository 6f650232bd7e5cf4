// Tensor files: the payload of checkpoints and of teacher outputs.
#include "base/tensor_file.hpp"

#include "target.hpp"

namespace pskd::fuzz {
namespace {

std::string numbers(std::size_t bytes) { return std::string(bytes, '\x3f'); }

TensorFile sound_file() {
  TensorFile file;
  file.metadata = {{"format", "pskd"},
                   {"manifest", R"({"stage": "student", "classes": ["wave", "gr\u00fc\u00dfen"]})"}};
  file.tensors["network/weight"] = {Dtype::f32, {2, 3}, numbers(24)};
  file.tensors["network/steps"] = {Dtype::i64, {}, numbers(8)};
  file.tensors["network/empty"] = {Dtype::f64, {0, 7}, ""};
  return file;
}

void read(std::string_view input) {
  const TensorFile file = read_tensors(input, "input", ErrorKind::checkpoint);
  tensor_file_bytes(file);  // takes whatever was read
}

std::vector<std::string> seeds() { return {tensor_file_bytes(sound_file()), tensor_file_bytes({})}; }

const Registered tensor_file{{"tensor_file", read, seeds}};

}  // namespace
}  // namespace pskd::fuzz
