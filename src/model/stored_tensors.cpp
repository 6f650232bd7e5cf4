#include "model/stored_tensors.hpp"

#include <cstring>
#include <stdexcept>

namespace pskd::model {
namespace {

Dtype dtype_of(const torch::Tensor& tensor) {
  if (tensor.scalar_type() == torch::kFloat32) return Dtype::f32;
  if (tensor.scalar_type() == torch::kFloat64) return Dtype::f64;
  if (tensor.scalar_type() == torch::kInt64) return Dtype::i64;
  throw std::invalid_argument(std::string("a tensor of type ") + c10::toString(tensor.scalar_type()) +
                              " cannot be stored");
}

torch::ScalarType scalar_type(Dtype dtype) {
  if (dtype == Dtype::f32) return torch::kFloat32;
  return dtype == Dtype::f64 ? torch::kFloat64 : torch::kInt64;
}

}  // namespace

StoredTensor to_stored(const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.detach().to(torch::kCPU).contiguous();
  StoredTensor stored{dtype_of(plain), plain.sizes().vec(), ""};
  stored.bytes.assign(static_cast<const char*>(plain.data_ptr()), plain.nbytes());
  return stored;
}

torch::Tensor from_stored(const StoredTensor& stored) {
  torch::Tensor tensor = torch::empty(stored.shape, scalar_type(stored.dtype));
  if (!stored.bytes.empty()) std::memcpy(tensor.data_ptr(), stored.bytes.data(), stored.bytes.size());
  return tensor;
}

}  // namespace pskd::model
