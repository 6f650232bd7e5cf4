#include "ops/norm_relu.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>

#include "ops/cpu/bfloat16.hpp"

namespace pskd {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// The sums of so many rows are added in order, whatever the number of threads: it does not change a bit.
constexpr std::int64_t kRowsPerTask = 256;

/// A channels-last tensor as rows, one for each clip, frame and joint, of `channels` numbers.
struct Extent {
  std::int64_t rows, channels;
};

/// Calls run<Vector>(row, end, c) for blocks of few rows and as many channels as a vector has lanes: what belongs to a
/// channel then stays in registers over the rows, and the rows stay in the nearest cache over the channels.
template <class Number, class Run>
PSKD_INLINE void for_blocks(Extent extent, const Run& run) {
  constexpr std::int64_t kRows = 16;
  for (std::int64_t row = 0; row < extent.rows; row += kRows) {
    const std::int64_t end = std::min(row + kRows, extent.rows);
    for_lanes<Number>(
        extent.channels, [&]<class Vector>(std::int64_t c)
                             __attribute__((always_inline)) { run.template operator()<Vector>(row, end, c); });
  }
}

/// For each channel, the sums over the rows of x - origin and of its square.
template <class Stored>
PSKD_EACH_PROCESSOR void add_moments(Extent extent, const Stored* x, const Computed<Stored>* origin,
                                     Computed<Stored>* sums, Computed<Stored>* squares) {
  for_blocks<Computed<Stored>>(
      extent, [=]<class Vector>(std::int64_t row, std::int64_t end, std::int64_t c) __attribute__((always_inline)) {
        const auto from = load<Vector>(origin + c);
        auto sum = load<Vector>(sums + c), square = load<Vector>(squares + c);
        for (; row < end; ++row) {
          const Vector value = load<Vector>(x + row * extent.channels + c) - from;
          sum += value;
          square += value * value;
        }
        store(sums + c, sum);
        store(squares + c, square);
      });
}

/// What x is normalised with, [C] each: y = max(floor, (x - mean) scale + bias + residual).
template <class Number>
struct Affine {
  const Number *mean, *scale, *bias;
  Number floor;  ///< 0 with a ReLU, else minus infinity
};

/// Whether the larger of two neighbours, after scaling, is the first; of equals it is.
template <class Vector>
PSKD_INLINE auto is_first(Vector value, Vector next, Vector scale) {
  return (value - next) * scale >= 0;
}

/// Numbers and, where pairs are pooled, those in the next row: of each two that which the maximum comes from.
template <class Vector, int pool, class Stored>
PSKD_INLINE Vector highest(const Stored* x, std::int64_t channels, Vector scale) {
  const auto value = load<Vector>(x);
  if constexpr (pool == 1) return value;
  const auto next = load<Vector>(x + channels);
  return is_first(value, next, scale) ? value : next;
}

/// One row of y for `pool` rows of x, the largest of them. A number that is not one stays so, unless it is the first of
/// a pair. `y` may be `x`.
template <int pool, class Stored>
PSKD_EACH_PROCESSOR void apply_norm(Extent out, const Stored* x, Affine<Computed<Stored>> affine,
                                    const Stored* residual, Stored* y) {
  for_blocks<Computed<Stored>>(
      out, [=]<class Vector>(std::int64_t row, std::int64_t end, std::int64_t c) __attribute__((always_inline)) {
        const auto mean = load<Vector>(affine.mean + c), scale = load<Vector>(affine.scale + c),
                   bias = load<Vector>(affine.bias + c);
        const Vector floor = Vector{} + affine.floor;
        for (; row < end; ++row) {
          const std::int64_t at = row * out.channels + c;
          Vector value =
              (highest<Vector, pool>(x + pool * row * out.channels + c, out.channels, scale) - mean) * scale + bias;
          if (residual != nullptr) value += load<Vector>(residual + at);
          value = value < floor ? floor : value;
          store(y + at, value);
        }
      });
}

/// What the gradient of a group of rows is computed from; `y` only where a residual was added.
template <class Stored>
struct Recorded {
  const Stored *gradient, *y, *x;
};

/// The gradient before the ReLU, open where y is above the floor. `of_x` is what y would be without a residual.
template <class Vector, class Stored>
PSKD_INLINE Vector open_gradient(const Recorded<Stored>& recorded, std::int64_t at, Vector of_x,
                                 Computed<Stored> floor) {
  const Vector y = recorded.y != nullptr ? load<Vector>(recorded.y + at) : of_x;
  return y <= Vector{} + floor ? Vector{} : load<Vector>(recorded.gradient + at);
}

/// For each channel, the sums over the rows of the gradient g before the ReLU and of g (x - mean).
template <int pool, class Stored>
PSKD_EACH_PROCESSOR void add_gradients(Extent out, Recorded<Stored> recorded, Affine<Computed<Stored>> affine,
                                       Computed<Stored>* sums, Computed<Stored>* products) {
  for_blocks<Computed<Stored>>(
      out, [=]<class Vector>(std::int64_t row, std::int64_t end, std::int64_t c) __attribute__((always_inline)) {
        const auto mean = load<Vector>(affine.mean + c), scale = load<Vector>(affine.scale + c),
                   bias = load<Vector>(affine.bias + c);
        auto sum = load<Vector>(sums + c), product = load<Vector>(products + c);
        for (; row < end; ++row) {
          const Vector centred =
              highest<Vector, pool>(recorded.x + pool * row * out.channels + c, out.channels, scale) - mean;
          const auto g = open_gradient(recorded, row * out.channels + c, centred * scale + bias, affine.floor);
          sum += g;
          product += g * centred;
        }
        store(sums + c, sum);
        store(products + c, product);
      });
}

/// The gradients of x, g scale + (x - mean) slope + offset, and of the residual, g, where that is wanted.
template <int pool, class Stored>
PSKD_EACH_PROCESSOR void apply_gradients(Extent out, Recorded<Stored> recorded, Affine<Computed<Stored>> affine,
                                         const Computed<Stored>* slopes, const Computed<Stored>* offsets, Stored* of_x,
                                         Stored* of_residual) {
  for_blocks<Computed<Stored>>(
      out, [=]<class Vector>(std::int64_t row, std::int64_t end, std::int64_t c) __attribute__((always_inline)) {
        const auto mean = load<Vector>(affine.mean + c), scale = load<Vector>(affine.scale + c),
                   bias = load<Vector>(affine.bias + c), slope = load<Vector>(slopes + c),
                   offset = load<Vector>(offsets + c);
        for (; row < end; ++row) {
          const std::int64_t at = row * out.channels + c, in = pool * row * out.channels + c;
          const auto value = load<Vector>(recorded.x + in);
          const Vector centred = highest<Vector, pool>(recorded.x + in, out.channels, scale) - mean;
          const auto g = open_gradient(recorded, at, centred * scale + bias, affine.floor);
          Vector of_value = g;
          if constexpr (pool == 2) {
            const auto next = load<Vector>(recorded.x + in + out.channels);
            const auto first = is_first(value, next, scale);
            of_value = first ? g : Vector{};
            const Vector of_next = first ? Vector{} : g;
            store(of_x + in + out.channels, Vector(of_next * scale + (next - mean) * slope + offset));
          }
          store(of_x + in, Vector(of_value * scale + (value - mean) * slope + offset));
          if (of_residual != nullptr) store(of_residual + at, g);
        }
      });
}

Extent extent_of(const torch::Tensor& x) { return {x.numel() / x.size(1), x.size(1)}; }

torch::Tensor channels_last(const torch::Tensor& x) { return x.contiguous(torch::MemoryFormat::ChannelsLast); }

template <class Number>
Number* data(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<Number>() : nullptr;
}

/// [2, C]: calls add(extent, first number, sums, other sums) for groups of rows, and adds what the groups give.
template <class Number, class Add>
torch::Tensor sum_rows(const torch::Tensor& x, Add add) {
  const Extent all = extent_of(x);
  const std::int64_t tasks = (all.rows + kRowsPerTask - 1) / kRowsPerTask;
  const torch::Tensor sums = torch::zeros({tasks, 2, all.channels}, c10::CppTypeToScalarType<Number>::value);
  auto* numbers = data<Number>(sums);
  at::parallel_for(0, tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t first = task * kRowsPerTask;
      Number* own = numbers + task * 2 * all.channels;
      add(Extent{std::min(kRowsPerTask, all.rows - first), all.channels}, first * all.channels, own,
          own + all.channels);
    }
  });
  return sums.sum(0);
}

/// Calls run(extent, first number) for groups of rows.
template <class Run>
void for_rows(const torch::Tensor& x, Run run) {
  const Extent all = extent_of(x);
  at::parallel_for(0, all.rows, kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
    run(Extent{end - begin, all.channels}, begin * all.channels);
  });
}

template <class Number>
Number* advance(Number* numbers, std::int64_t count) {
  return numbers == nullptr ? nullptr : numbers + count;
}

struct Moments {
  torch::Tensor mean, variance;  ///< [C], the variance over n
};

Moments batch_moments(const torch::Tensor& x) {
  const double rows = static_cast<double>(extent_of(x).rows);
  // Differences from some row, not from 0: where the mean is far from 0, squares would cancel.
  const torch::Tensor origin =
      x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)})[0].to(at::toOpMathType(x.scalar_type())).contiguous();
  torch::Tensor sums;
  AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, x.scalar_type(), "batch_moments", [&] {
    using Number = Computed<scalar_t>;
    sums = sum_rows<Number>(x, [&](Extent extent, std::int64_t first, Number* own, Number* squares) {
      add_moments<scalar_t>(extent, data<scalar_t>(x) + first, data<Number>(origin), own, squares);
    });
  });
  const torch::Tensor means = sums / rows;
  return {origin + means[0], (means[1] - means[0].square()).clamp_min(0)};
}

void update_running(torch::nn::BatchNorm2dImpl& norm, const Moments& moments, std::int64_t rows) {
  const double momentum = *norm.options.momentum();
  const double unbiased = static_cast<double>(rows) / static_cast<double>(std::max<std::int64_t>(rows - 1, 1));
  norm.running_mean.lerp_(moments.mean, momentum);
  norm.running_var.lerp_(moments.variance * unbiased, momentum);
  norm.num_batches_tracked += 1;
}

/// What x is normalised with.
struct Norm {
  torch::Tensor mean, scale, bias;  ///< [C] each; scale: weight over deviation
  bool relu;

  template <class Number>
  Affine<Number> affine() const {
    return {data<Number>(mean), data<Number>(scale), data<Number>(bias),
            relu ? Number{0} : -std::numeric_limits<Number>::infinity()};
  }
};

template <int pool>
void write_output(const torch::Tensor& x, const Norm& norm, const torch::Tensor& residual, const torch::Tensor& y) {
  AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, x.scalar_type(), "norm_relu", [&] {
    for_rows(y, [&](Extent out, std::int64_t first) {
      apply_norm<pool>(out, data<scalar_t>(x) + pool * first, norm.affine<Computed<scalar_t>>(),
                       advance(data<scalar_t>(residual), first), data<scalar_t>(y) + first);
    });
  });
}

torch::Tensor empty_output(const torch::Tensor& x, int pool) {
  return torch::empty({x.size(0), x.size(1), x.size(2), x.size(3) / pool},
                      x.options().memory_format(torch::MemoryFormat::ChannelsLast));
}

/// With statistics of x itself where `of_batch` says so; `inverse` is that of the deviation.
template <int pool>
class NormRelu : public torch::autograd::Function<NormRelu<pool>> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& mean, const torch::Tensor& inverse,
                               const c10::optional<torch::Tensor>& residual, bool of_batch, bool relu) {
    torch::Tensor y = empty_output(x, pool);
    write_output<pool>(x, {mean, weight * inverse, bias, relu}, residual.value_or(torch::Tensor()), y);
    // Without a residual, what the ReLU let through is seen from x: y need not be kept, nor read again.
    context->save_for_backward({x, residual ? y : torch::Tensor(), weight, bias, mean, inverse});
    context->saved_data["of_batch"] = of_batch;
    context->saved_data["relu"] = relu;
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &y = saved[1], &inverse = saved[5];
    const Norm norm{saved[4], saved[2] * inverse, saved[3], context->saved_data["relu"].toBool()};
    const torch::Tensor gradient = channels_last(gradients[0]);
    const torch::Tensor of_x = torch::empty_like(x);
    const torch::Tensor of_residual = y.defined() ? torch::empty_like(x) : torch::Tensor();
    torch::Tensor sums;
    AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, x.scalar_type(), "norm_relu_backward", [&] {
      using Number = Computed<scalar_t>;
      const Affine<Number> affine = norm.affine<Number>();
      const auto recorded = [&](std::int64_t first) {
        return Recorded<scalar_t>{data<scalar_t>(gradient) + first, advance(data<scalar_t>(y), first),
                                  data<scalar_t>(x) + pool * first};
      };
      sums = sum_rows<Number>(gradient, [&](Extent out, std::int64_t first, Number* own, Number* products) {
        add_gradients<pool>(out, recorded(first), affine, own, products);
      });
      // Batch statistics depend on x as well: what the gradient has along them is taken away.
      const double share = context->saved_data["of_batch"].toBool() ? -1.0 / static_cast<double>(extent_of(x).rows) : 0;
      const torch::Tensor slope = norm.scale * inverse.square() * sums[1] * share;
      const torch::Tensor offset = norm.scale * sums[0] * share;
      for_rows(gradient, [&](Extent out, std::int64_t first) {
        apply_gradients<pool>(out, recorded(first), affine, data<Number>(slope), data<Number>(offset),
                              data<scalar_t>(of_x) + pool * first, advance(data<scalar_t>(of_residual), first));
      });
    });
    return {of_x, sums[1] * inverse, sums[0], {}, {}, of_residual, {}, {}};
  }
};

template <int pool>
torch::Tensor run(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual, bool relu) {
  const torch::Tensor in = channels_last(x);
  Moments moments{norm.running_mean, norm.running_var};
  if (norm.is_training()) {
    const torch::NoGradGuard no_grad;
    moments = batch_moments(in);
    update_running(norm, moments, extent_of(in).rows);
  }
  const torch::Tensor inverse = (moments.variance + norm.options.eps()).rsqrt();
  const torch::Tensor added = residual.defined() ? channels_last(residual) : residual;
  if (torch::GradMode::is_enabled()) {
    return NormRelu<pool>::apply(in, norm.weight, norm.bias, moments.mean, inverse,
                                 added.defined() ? c10::make_optional(added) : c10::nullopt, norm.is_training(), relu);
  }
  const torch::Tensor y = pool == 1 ? in : empty_output(in, pool);
  write_output<pool>(in, {moments.mean, norm.weight * inverse, norm.bias, relu}, added, y);
  return y;
}

}  // namespace

torch::Tensor norm_relu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual) {
  return run<1>(x, norm, residual, true);
}

torch::Tensor batch_norm(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm) {
  return run<1>(x, norm, {}, false);
}

torch::Tensor norm_relu_pool(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm) {
  if (x.size(3) % 2 == 0) return run<2>(x, norm, {}, true);
  return torch::max_pool2d(norm_relu(x, norm), {1, 2});
}

}  // namespace pskd
