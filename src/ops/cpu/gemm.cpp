#include "ops/cpu/gemm.hpp"

#include <ATen/OpMathType.h>

#include <map>
#include <oneapi/dnnl/dnnl.hpp>

namespace pskd::ops::cpu {
namespace {

const dnnl::engine& processor() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::desc describe(const Matrices& matrices) {
  const auto type = matrices.type == torch::kBFloat16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
  const auto first = matrices.sizes[0] == 1 ? 1 : 0;  // a batch of one is described as a single matrix
  return {dnnl::memory::dims(matrices.sizes.begin() + first, matrices.sizes.end()), type,
          dnnl::memory::dims(matrices.strides.begin() + first, matrices.strides.end())};
}

/// A product of matrices of one shape. Empty where oneDNN has no kernel: for double, and for bfloat16 on processors
/// without AVX-512.
struct Product {
  dnnl::memory::desc a, b, out, scratch;
  dnnl::matmul run;
};

Product prepare(const Matrices& a, const Matrices& b, const Matrices& out, bool add) {
  if (out.type == torch::kFloat64) return {};
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // threads would share one of its own
  if (add) {
    dnnl::post_ops sum;
    sum.append_sum();
    attributes.set_post_ops(sum);
  }
  Product product{describe(a), describe(b), describe(out), {}, {}};
  constexpr bool kEmptyWithoutOne = true;
  const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(product.a, product.b, product.out), attributes,
                                                 processor(), kEmptyWithoutOne);
  if (!description) return {};
  product.scratch = description.scratchpad_desc();
  product.run = dnnl::matmul(description);
  return product;
}

/// The product for these shapes, prepared once on each thread: oneDNN takes longer to prepare a product than to
/// multiply matrices of 40 rows. A network has some dozens of shapes. Batches of varying size add more, hence the
/// limit.
const Product& prepared(const Matrices& a, const Matrices& b, const Matrices& out, bool add) {
  using Layout = std::array<std::int64_t, 7>;
  constexpr std::size_t kMaxProducts = 1000;
  static thread_local std::map<std::array<Layout, 3>, Product> products;
  const auto layout = [](const Matrices& m, bool flag) {
    return Layout{m.sizes[0],
                  m.sizes[1],
                  m.sizes[2],
                  m.strides[0],
                  m.strides[1],
                  m.strides[2],
                  2 * static_cast<std::int64_t>(m.type) + (flag ? 1 : 0)};
  };
  const std::array key{layout(a, add), layout(b, false), layout(out, false)};
  const auto found = products.find(key);
  if (found != products.end()) return found->second;
  if (products.size() == kMaxProducts) products.clear();
  return products.emplace(key, prepare(a, b, out, add)).first->second;
}

torch::Tensor tensor_of(const Matrices& matrices) {
  return torch::from_blob(matrices.numbers, matrices.sizes, matrices.strides, matrices.type);
}

// Why oneDNN and not OpenBLAS: with matrices this narrow OpenBLAS reaches 85 % of its speed, and it has no bfloat16.
void run(const Matrices& a, const Matrices& b, const Matrices& out, bool add) {
  const Product& product = prepared(a, b, out, add);
  if (!product.run) {
    const auto type = at::toOpMathType(out.type);
    const torch::Tensor result = torch::matmul(tensor_of(a).to(type), tensor_of(b).to(type));
    add ? tensor_of(out).add_(result) : tensor_of(out).copy_(result);
    return;
  }
  const torch::Tensor scratch = torch::empty(static_cast<std::int64_t>(product.scratch.get_size()), torch::kByte);
  static thread_local dnnl::stream stream(processor());
  product.run.execute(stream, {{DNNL_ARG_SRC, {product.a, processor(), a.numbers}},
                               {DNNL_ARG_WEIGHTS, {product.b, processor(), b.numbers}},
                               {DNNL_ARG_DST, {product.out, processor(), out.numbers}},
                               {DNNL_ARG_SCRATCHPAD, {product.scratch, processor(), scratch.data_ptr()}}});
  stream.wait();
}

}  // namespace

Matrices Matrices::transposed() const {
  return {numbers, type, {sizes[0], sizes[2], sizes[1]}, {strides[0], strides[2], strides[1]}};
}

Matrices Matrices::rows(std::int64_t first, std::int64_t count) const {
  const auto bytes = static_cast<std::int64_t>(c10::elementSize(type));
  return {static_cast<char*>(numbers) + first * strides[1] * bytes, type, {sizes[0], count, sizes[2]}, strides};
}

Matrices matrices_of(const torch::Tensor& tensor) {
  const torch::Tensor all = tensor.dim() == 2 ? tensor.unsqueeze(0) : tensor;
  return {all.data_ptr(),
          all.scalar_type(),
          {all.size(0), all.size(1), all.size(2)},
          {all.stride(0), all.stride(1), all.stride(2)}};
}

void multiply(const Matrices& a, const Matrices& b, const Matrices& out) { run(a, b, out, false); }

void add_product(const Matrices& a, const Matrices& b, const Matrices& out) { run(a, b, out, true); }

}  // namespace pskd::ops::cpu
