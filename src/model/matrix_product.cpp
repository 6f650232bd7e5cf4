#include "matrix_product.hpp"

#include <ATen/OpMathType.h>

#include <oneapi/dnnl/dnnl.hpp>

namespace pskd {
namespace {

const dnnl::engine& processor() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::desc describe_matrix(const torch::Tensor& matrix) {
  const auto type =
      matrix.scalar_type() == torch::kBFloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
  return {matrix.sizes().vec(), type, matrix.strides().vec()};
}

dnnl::memory memory_of(const torch::Tensor& matrix) {
  return {describe_matrix(matrix), processor(), matrix.data_ptr()};
}

/// Empty where oneDNN has nothing for it: it knows no double, nor bfloat16 on processors without AVX-512.
dnnl::matmul::primitive_desc describe_product(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& out,
                                              bool add) {
  if (out.scalar_type() == torch::kFloat64) return {};
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // its own would be shared by threads
  if (add) {
    dnnl::post_ops sum;
    sum.append_sum();
    attributes.set_post_ops(sum);
  }
  constexpr bool kEmptyWithoutOne = true;
  return {dnnl::matmul::desc(describe_matrix(a), describe_matrix(b), describe_matrix(out)), attributes, processor(),
          kEmptyWithoutOne};
}

// OpenBLAS reaches 85 % of what oneDNN does with matrices this narrow, and knows no bfloat16. oneDNN keeps the code
// that it made for a shape, so that asking for it each time takes a microsecond or two.
void run(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& out, bool add) {
  const dnnl::matmul::primitive_desc description = describe_product(a, b, out, add);
  if (!description) {
    const auto type = at::toOpMathType(out.scalar_type());
    const torch::Tensor product = torch::mm(a.to(type), b.to(type));
    add ? out.add_(product) : out.copy_(product);
    return;
  }
  const auto scratch_desc = description.scratchpad_desc();
  const torch::Tensor scratch = torch::empty(static_cast<std::int64_t>(scratch_desc.get_size()), torch::kByte);
  dnnl::stream stream(processor());
  dnnl::matmul(description)
      .execute(stream, {{DNNL_ARG_SRC, memory_of(a)},
                        {DNNL_ARG_WEIGHTS, memory_of(b)},
                        {DNNL_ARG_DST, memory_of(out)},
                        {DNNL_ARG_SCRATCHPAD, {scratch_desc, processor(), scratch.data_ptr()}}});
  stream.wait();
}

}  // namespace

void multiply(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& out) { run(a, b, out, false); }

void add_product(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& out) { run(a, b, out, true); }

}  // namespace pskd
