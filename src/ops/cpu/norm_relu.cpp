#include "ops/cpu/norm_relu.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>

#include "ops/cpu/chunks.hpp"
#include "ops/cpu/norm_loops.hpp"

namespace pskd::ops::cpu {
namespace {

// So many rows are summed in order, and then their sums: results do not depend on the number of threads.
constexpr std::int64_t kRowsPerTask = 256;

Extent extent_of(const torch::Tensor& x) { return {x.numel() / x.size(1), x.size(1)}; }

template <class Number>
Number* data(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.data_ptr<Number>() : nullptr;
}

/// Two sums for each channel, [2, C]: calls add(extent, first number, sums, other sums) for groups of rows and adds
/// what the groups give.
template <class Number, class Add>
torch::Tensor sum_rows(const torch::Tensor& x, Add add) {
  const Extent all = extent_of(x);
  const std::int64_t tasks = ceil_div(all.rows, kRowsPerTask);
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

template <class Number>
Affine<Number> affine_of(const NormRelu& norm, const torch::Tensor& scale) {
  return {data<Number>(norm.mean), data<Number>(scale), data<Number>(norm.bias),
          norm.relu ? Number{0} : -std::numeric_limits<Number>::infinity()};
}

template <int pool>
void write_output(const torch::Tensor& x, const NormRelu& norm, const torch::Tensor& residual, const torch::Tensor& y) {
  const torch::Tensor scale = norm.weight * norm.inverse_deviation;
  AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, x.scalar_type(), "norm_relu", [&] {
    for_rows(y, [&](Extent out, std::int64_t first) {
      apply_norm<pool>(out, data<scalar_t>(x) + pool * first, affine_of<Computed<scalar_t>>(norm, scale),
                       advance(data<scalar_t>(residual), first), data<scalar_t>(y) + first);
    });
  });
}

template <int pool, class Stored>
NormReluGradients backward_rows(const torch::Tensor& x, const NormRelu& norm, const torch::Tensor& y,
                                const torch::Tensor& grad_y) {
  using Number = Computed<Stored>;
  const torch::Tensor grad_x = torch::empty_like(x);
  const torch::Tensor grad_residual = y.defined() ? torch::empty_like(x) : torch::Tensor();
  const torch::Tensor scale = norm.weight * norm.inverse_deviation;
  const Affine<Number> affine = affine_of<Number>(norm, scale);
  const auto rows = [&](std::int64_t first) {
    return BackwardRows<Stored>{data<Stored>(grad_y) + first, advance(data<Stored>(y), first),
                                data<Stored>(x) + pool * first};
  };
  const torch::Tensor sums =
      sum_rows<Number>(grad_y, [&](Extent out, std::int64_t first, Number* own, Number* products) {
        add_gradients<pool>(out, rows(first), affine, own, products);
      });
  // The statistics of a batch depend on x as well: the gradient has no part along them.
  const double part = norm.of_batch ? -1.0 / static_cast<double>(extent_of(x).rows) : 0;
  const torch::Tensor slope = scale * norm.inverse_deviation.square() * sums[1] * part;
  const torch::Tensor offset = scale * sums[0] * part;
  for_rows(grad_y, [&](Extent out, std::int64_t first) {
    apply_gradients<pool>(out, rows(first), affine, data<Number>(slope), data<Number>(offset),
                          data<Stored>(grad_x) + pool * first, advance(data<Stored>(grad_residual), first));
  });
  return {grad_x, sums[1] * norm.inverse_deviation, sums[0], grad_residual};
}

}  // namespace

Moments batch_moments(const torch::Tensor& x) {
  const double rows = static_cast<double>(extent_of(x).rows);
  // Sums of differences from some row, not from 0: where the mean is far from 0, the squares would cancel.
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

torch::Tensor norm_relu(const torch::Tensor& x, const NormRelu& norm, const torch::Tensor& residual) {
  const torch::Tensor y = torch::empty({x.size(0), x.size(1), x.size(2), x.size(3) / norm.pool},
                                       x.options().memory_format(torch::MemoryFormat::ChannelsLast));
  const auto write = norm.pool == 2 ? write_output<2> : write_output<1>;
  write(x, norm, residual, y);
  return y;
}

void norm_relu_in_place(const torch::Tensor& x, const NormRelu& norm, const torch::Tensor& residual) {
  write_output<1>(x, norm, residual, x);
}

NormReluGradients norm_relu_backward(const torch::Tensor& x, const NormRelu& norm, const torch::Tensor& y,
                                     const torch::Tensor& grad_y) {
  return AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, x.scalar_type(), "norm_relu_backward", [&] {
    const auto backward = norm.pool == 2 ? backward_rows<2, scalar_t> : backward_rows<1, scalar_t>;
    return backward(x, norm, y, grad_y);
  });
}

}  // namespace pskd::ops::cpu
