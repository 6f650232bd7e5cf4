#include "pskd/model/norm_relu.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pskd/base/lanes.hpp"

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

/// For each channel, the sums over the rows of x - origin and of its square.
template <class Scalar>
PSKD_EACH_PROCESSOR void add_moments(Extent extent, const Scalar* __restrict x, const Scalar* __restrict origin,
                                     Scalar* __restrict sums, Scalar* __restrict squares) {
  for (std::int64_t row = 0; row < extent.rows; ++row, x += extent.channels) {
    for (std::int64_t c = 0; c < extent.channels; ++c) {
      const Scalar value = x[c] - origin[c];
      sums[c] += value;
      squares[c] += value * value;
    }
  }
}

/// What x is normalised with, [C] each: y = relu((x - mean) scale + bias + residual).
template <class Scalar>
struct Affine {
  const Scalar *mean, *scale, *bias;
};

/// Whether the maximum of a pair is its first, `value`; of equals it is.
template <class Scalar>
PSKD_INLINE bool is_first(Scalar value, Scalar next, Scalar scale) {
  return (value - next) * scale >= 0;
}

/// Of a number and, where pairs are pooled, the one in the next row: that which the maximum comes from.
template <int pool, class Scalar>
PSKD_INLINE Scalar highest(const Scalar* x, std::int64_t channels, Scalar scale) {
  if constexpr (pool == 1) return x[0];
  return is_first(x[0], x[channels], scale) ? x[0] : x[channels];
}

/// One row of y for `pool` rows of x, the largest of them. A number that is not one stays so. `y` may be `x`.
template <int pool, class Scalar>
PSKD_EACH_PROCESSOR void apply_norm(Extent out, const Scalar* x, Affine<Scalar> affine,
                                    const Scalar* __restrict residual, Scalar* y) {
  const Scalar* __restrict mean = affine.mean, * __restrict scale = affine.scale, * __restrict bias = affine.bias;
  for (std::int64_t row = 0; row < out.rows; ++row, x += pool * out.channels, y += out.channels) {
#pragma GCC ivdep
    for (std::int64_t c = 0; c < out.channels; ++c) {
      const Scalar value = (highest<pool>(x + c, out.channels, scale[c]) - mean[c]) * scale[c] + bias[c] +
                           (residual == nullptr ? Scalar{0} : residual[c]);
      y[c] = value < 0 ? Scalar{0} : value;
    }
    if (residual != nullptr) residual += out.channels;
  }
}

/// What the gradient of a group of rows is computed from.
template <class Scalar>
struct Recorded {
  const Scalar *gradient, *y, *x;
};

/// For each channel, the sums over the rows of the gradient g before the ReLU and of g (x - mean).
template <int pool, class Scalar>
PSKD_EACH_PROCESSOR void add_gradients(Extent out, Recorded<Scalar> recorded, Affine<Scalar> affine,
                                       Scalar* __restrict sums, Scalar* __restrict products) {
  const Scalar* __restrict gradient = recorded.gradient, * __restrict y = recorded.y, * __restrict x = recorded.x;
  const Scalar* __restrict mean = affine.mean, * __restrict scale = affine.scale;
  for (std::int64_t row = 0; row < out.rows; ++row) {
    for (std::int64_t c = 0; c < out.channels; ++c) {
      const Scalar g = y[c] <= 0 ? Scalar{0} : gradient[c];
      sums[c] += g;
      products[c] += g * (highest<pool>(x + c, out.channels, scale[c]) - mean[c]);
    }
    gradient += out.channels;
    y += out.channels;
    x += pool * out.channels;
  }
}

/// The gradients of x, g scale + (x - mean) slope + offset, and of the residual, g, where that is wanted.
template <int pool, class Scalar>
PSKD_EACH_PROCESSOR void apply_gradients(Extent out, Recorded<Scalar> recorded, Affine<Scalar> affine,
                                         const Scalar* __restrict slope, const Scalar* __restrict offset,
                                         Scalar* __restrict of_x, Scalar* __restrict of_residual) {
  const Scalar* __restrict gradient = recorded.gradient, * __restrict y = recorded.y, * __restrict x = recorded.x;
  const Scalar* __restrict mean = affine.mean, * __restrict scale = affine.scale;
  const std::int64_t channels = out.channels;
  for (std::int64_t row = 0; row < out.rows; ++row) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const Scalar g = y[c] <= 0 ? Scalar{0} : gradient[c];
      bool first = true;
      if constexpr (pool == 2) {
        first = is_first(x[c], x[c + channels], scale[c]);
        of_x[c + channels] = (first ? Scalar{0} : g) * scale[c] + (x[c + channels] - mean[c]) * slope[c] + offset[c];
      }
      of_x[c] = (first ? g : Scalar{0}) * scale[c] + (x[c] - mean[c]) * slope[c] + offset[c];
      if (of_residual != nullptr) of_residual[c] = g;
    }
    gradient += channels;
    y += channels;
    x += pool * channels;
    of_x += pool * channels;
    if (of_residual != nullptr) of_residual += channels;
  }
}

Extent extent_of(const torch::Tensor& x) { return {x.numel() / x.size(1), x.size(1)}; }

torch::Tensor channels_last(const torch::Tensor& x) { return x.contiguous(torch::MemoryFormat::ChannelsLast); }

template <class Scalar>
Scalar* data(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<Scalar>() : nullptr;
}

/// [2, C]: calls add(extent, first number, sums, other sums) for groups of rows, and adds what the groups give.
template <class Scalar, class Add>
torch::Tensor sum_rows(const torch::Tensor& x, Add add) {
  const Extent all = extent_of(x);
  const std::int64_t tasks = (all.rows + kRowsPerTask - 1) / kRowsPerTask;
  const torch::Tensor sums = torch::zeros({tasks, 2, all.channels}, x.scalar_type());
  auto* numbers = data<Scalar>(sums);
  at::parallel_for(0, tasks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t first = task * kRowsPerTask;
      Scalar* own = numbers + task * 2 * all.channels;
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

template <class Scalar>
Scalar* advance(Scalar* numbers, std::int64_t count) {
  return numbers == nullptr ? nullptr : numbers + count;
}

struct Moments {
  torch::Tensor mean, variance;  ///< [C], the variance over n
};

Moments batch_moments(const torch::Tensor& x) {
  const double rows = static_cast<double>(extent_of(x).rows);
  // Differences from some row, not from 0: where the mean is far from 0, squares would cancel.
  const torch::Tensor origin = x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)})[0].contiguous();
  torch::Tensor sums;
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "batch_moments", [&] {
    sums = sum_rows<scalar_t>(x, [&](Extent extent, std::int64_t first, scalar_t* own, scalar_t* squares) {
      add_moments<scalar_t>(extent, data<scalar_t>(x) + first, data<scalar_t>(origin), own, squares);
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

/// What x is normalised with, [C] each.
struct Norm {
  torch::Tensor mean, scale, bias;  ///< scale: weight over deviation

  template <class Scalar>
  Affine<Scalar> affine() const {
    return {data<Scalar>(mean), data<Scalar>(scale), data<Scalar>(bias)};
  }
};

template <int pool>
void write_output(const torch::Tensor& x, const Norm& norm, const torch::Tensor& residual, const torch::Tensor& y) {
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "norm_relu", [&] {
    for_rows(y, [&](Extent out, std::int64_t first) {
      apply_norm<pool>(out, data<scalar_t>(x) + pool * first, norm.affine<scalar_t>(),
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
                               const c10::optional<torch::Tensor>& residual, bool of_batch) {
    torch::Tensor y = empty_output(x, pool);
    write_output<pool>(x, {mean, weight * inverse, bias}, residual.value_or(torch::Tensor()), y);
    context->save_for_backward({x, y, weight, bias, mean, inverse});
    context->saved_data["of_batch"] = of_batch;
    context->saved_data["residual"] = residual.has_value();
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &y = saved[1], &inverse = saved[5];
    const Norm norm{saved[4], saved[2] * inverse, saved[3]};
    const torch::Tensor gradient = channels_last(gradients[0]);
    const torch::Tensor of_x = torch::empty_like(x);
    const torch::Tensor of_residual = context->saved_data["residual"].toBool() ? torch::empty_like(x) : torch::Tensor();
    torch::Tensor sums;
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "norm_relu_backward", [&] {
      const auto recorded = [&](std::int64_t first) {
        return Recorded<scalar_t>{data<scalar_t>(gradient) + first, data<scalar_t>(y) + first,
                                  data<scalar_t>(x) + pool * first};
      };
      sums = sum_rows<scalar_t>(y, [&](Extent out, std::int64_t first, scalar_t* own, scalar_t* products) {
        add_gradients<pool>(out, recorded(first), norm.affine<scalar_t>(), own, products);
      });
      // Batch statistics depend on x as well: what the gradient has along them is taken away.
      const double share = context->saved_data["of_batch"].toBool() ? -1.0 / static_cast<double>(extent_of(x).rows) : 0;
      const torch::Tensor slope = norm.scale * inverse.square() * sums[1] * share;
      const torch::Tensor offset = norm.scale * sums[0] * share;
      for_rows(y, [&](Extent out, std::int64_t first) {
        apply_gradients<pool>(out, recorded(first), norm.affine<scalar_t>(), data<scalar_t>(slope),
                              data<scalar_t>(offset), data<scalar_t>(of_x) + pool * first,
                              advance(data<scalar_t>(of_residual), first));
      });
    });
    return {of_x, sums[1] * inverse, sums[0], {}, {}, of_residual, {}};
  }
};

template <int pool>
torch::Tensor run(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual) {
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
                                 added.defined() ? c10::make_optional(added) : c10::nullopt, norm.is_training());
  }
  const torch::Tensor y = pool == 1 ? in : empty_output(in, pool);
  write_output<pool>(in, {moments.mean, norm.weight * inverse, norm.bias}, added, y);
  return y;
}

}  // namespace

torch::Tensor norm_relu(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& residual) {
  return run<1>(x, norm, residual);
}

torch::Tensor norm_relu_pool(const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm) {
  if (x.size(3) % 2 == 0) return run<2>(x, norm, {});
  return torch::max_pool2d(norm_relu(x, norm), {1, 2});
}

}  // namespace pskd
