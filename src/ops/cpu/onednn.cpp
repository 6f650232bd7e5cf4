#include "ops/cpu/onednn.hpp"

#ifdef PSKD_ONEDNN

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

/// A product of matrices of one shape. Empty where oneDNN has no kernel.
struct Product {
  dnnl::memory::desc a, b, out, scratch;
  dnnl::matmul run;
};

/// Empty where there is no kernel.
dnnl::matmul::primitive_desc describe(const Product& product, const dnnl::primitive_attr& attributes) {
  constexpr bool kEmptyWithoutOne = true;
#if DNNL_VERSION_MAJOR < 3
  return {dnnl::matmul::desc(product.a, product.b, product.out), attributes, processor(), kEmptyWithoutOne};
#else
  return {processor(), product.a, product.b, product.out, attributes, kEmptyWithoutOne};
#endif
}

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
  const dnnl::matmul::primitive_desc description = describe(product, attributes);
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

}  // namespace

// Why oneDNN and not OpenBLAS: with matrices this narrow OpenBLAS reaches 85 % of its speed, and it has no bfloat16.
bool onednn_product(const Matrices& a, const Matrices& b, const Matrices& out, bool add) {
  const Product& product = prepared(a, b, out, add);
  if (!product.run) return false;
  const torch::Tensor scratch = torch::empty(static_cast<std::int64_t>(product.scratch.get_size()), torch::kByte);
  static thread_local dnnl::stream stream(processor());
  product.run.execute(stream, {{DNNL_ARG_SRC, {product.a, processor(), a.numbers}},
                               {DNNL_ARG_WEIGHTS, {product.b, processor(), b.numbers}},
                               {DNNL_ARG_DST, {product.out, processor(), out.numbers}},
                               {DNNL_ARG_SCRATCHPAD, {product.scratch, processor(), scratch.data_ptr()}}});
  stream.wait();
  return true;
}

std::string onednn_version() {
  const dnnl_version_t& found = *dnnl_version();
  return std::to_string(found.major) + "." + std::to_string(found.minor) + "." + std::to_string(found.patch);
}

}  // namespace pskd::ops::cpu

#else

namespace pskd::ops::cpu {

bool onednn_product(const Matrices&, const Matrices&, const Matrices&, bool) { return false; }

std::string onednn_version() { return {}; }

}  // namespace pskd::ops::cpu

#endif
