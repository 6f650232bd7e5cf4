#include "pskd/model/joint_mixing.hpp"

#include <ATen/Parallel.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <vector>

#include "pskd/base/lanes.hpp"

namespace pskd {
namespace {

constexpr std::int64_t kFramesPerTask = 32;

/// Rows of one frame: joints, or joints of all subsets, each `columns` numbers long.
struct Rows {
  std::vector<std::int64_t> offsets;  ///< of each row within its frame
  std::int64_t frame;                 ///< numbers of a frame
};

/// out row r = sum_j weights[r, j] in row j, for each of `frames` frames.
template <class Scalar>
struct RowProduct {
  const Scalar* weights;  ///< [out rows, in rows]
  const Rows& in_rows;
  const Rows& out_rows;
  std::int64_t columns;
};

template <class Vector, int count, class Scalar>
PSKD_INLINE void multiply_tile(const RowProduct<Scalar>& product, std::int64_t row, const Scalar* in, Scalar* out) {
  const auto in_rows = static_cast<std::int64_t>(product.in_rows.offsets.size());
  const Scalar* weights = product.weights + row * in_rows;
  Vector sums[count] = {};
  for (std::int64_t j = 0; j < in_rows; ++j) {
    Vector value;
    load(value, in + product.in_rows.offsets[j]);
    for (int r = 0; r < count; ++r) sums[r] += weights[r * in_rows + j] * value;
  }
  for (int r = 0; r < count; ++r) store(out + product.out_rows.offsets[row + r], sums[r]);
}

template <class Vector, class Scalar>
PSKD_INLINE void multiply_columns(const RowProduct<Scalar>& product, const Scalar* in, Scalar* out) {
  const auto rows = static_cast<std::int64_t>(product.out_rows.offsets.size());
  std::int64_t row = 0;
  for (; row + 10 <= rows; row += 10) multiply_tile<Vector, 10>(product, row, in, out);
  for (; row + 4 <= rows; row += 4) multiply_tile<Vector, 4>(product, row, in, out);
  for (; row < rows; ++row) multiply_tile<Vector, 1>(product, row, in, out);
}

template <class Scalar>
PSKD_EACH_PROCESSOR void multiply(const RowProduct<Scalar>& product, const Scalar* in, Scalar* out,
                                  std::int64_t frames) {
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    std::int64_t c = 0;
    for (; c + 16 <= product.columns; c += 16) multiply_columns<Lanes<Scalar, 16>>(product, in + c, out + c);
    for (; c + 8 <= product.columns; c += 8) multiply_columns<Lanes<Scalar, 8>>(product, in + c, out + c);
    if (c < product.columns && c > 0) {  // the last eight once more, rather than the rest one by one
      c = product.columns - 8;
      multiply_columns<Lanes<Scalar, 8>>(product, in + c, out + c);
      c = product.columns;
    }
    for (; c < product.columns; ++c) multiply_columns<Lanes<Scalar, 1>>(product, in + c, out + c);
    in += product.in_rows.frame;
    out += product.out_rows.frame;
  }
}

/// sums[r, j] = sum over frames and columns of left row r times right row j: the gradient of the weights above.
template <class Scalar>
struct RowCorrelation {
  const Rows& left_rows;
  const Rows& right_rows;
  std::int64_t columns, frames;
};

template <class Vector, int lefts, int rights, class Scalar>
PSKD_INLINE void correlate_tile(const RowCorrelation<Scalar>& rows, std::int64_t r, std::int64_t j,
                                std::int64_t first_column, const Scalar* left, const Scalar* right, Scalar* sums) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Vector) / sizeof(Scalar));
  const std::int64_t* left_offsets = rows.left_rows.offsets.data() + r;
  const std::int64_t* right_offsets = rows.right_rows.offsets.data() + j;
  Vector products[lefts][rights] = {};
  for (std::int64_t frame = 0; frame < rows.frames; ++frame) {
    for (std::int64_t c = first_column; c + kLanes <= rows.columns; c += kLanes) {
      Vector of_right[rights];
      for (int b = 0; b < rights; ++b) load(of_right[b], right + right_offsets[b] + c);
      for (int a = 0; a < lefts; ++a) {
        Vector of_left;
        load(of_left, left + left_offsets[a] + c);
        for (int b = 0; b < rights; ++b) products[a][b] += of_left * of_right[b];
      }
    }
    left += rows.left_rows.frame;
    right += rows.right_rows.frame;
  }
  const auto stride = static_cast<std::int64_t>(rows.right_rows.offsets.size());
  for (int a = 0; a < lefts; ++a) {
    for (int b = 0; b < rights; ++b) {
      for (std::int64_t lane = 0; lane < kLanes; ++lane) sums[(r + a) * stride + j + b] += products[a][b][lane];
    }
  }
}

template <class Vector, class Scalar>
PSKD_INLINE void correlate_from(const RowCorrelation<Scalar>& rows, std::int64_t first_column, const Scalar* left,
                                const Scalar* right, Scalar* sums) {
  const auto lefts = static_cast<std::int64_t>(rows.left_rows.offsets.size());
  const auto rights = static_cast<std::int64_t>(rows.right_rows.offsets.size());
  std::int64_t r = 0;
  for (; r + 4 <= lefts; r += 4) {
    std::int64_t j = 0;
    for (; j + 5 <= rights; j += 5) correlate_tile<Vector, 4, 5>(rows, r, j, first_column, left, right, sums);
    for (; j < rights; ++j) correlate_tile<Vector, 4, 1>(rows, r, j, first_column, left, right, sums);
  }
  for (; r < lefts; ++r) {
    for (std::int64_t j = 0; j < rights; ++j) {
      correlate_tile<Vector, 1, 1>(rows, r, j, first_column, left, right, sums);
    }
  }
}

template <class Scalar>
PSKD_EACH_PROCESSOR void correlate(const RowCorrelation<Scalar>& rows, const Scalar* left, const Scalar* right,
                                   Scalar* sums) {
  const std::int64_t whole = rows.columns / 16 * 16, half = rows.columns / 8 * 8;
  if (whole > 0) correlate_from<Lanes<Scalar, 16>>(rows, 0, left, right, sums);
  if (half > whole) correlate_from<Lanes<Scalar, 8>>(rows, whole, left, right, sums);
  if (rows.columns > half) correlate_from<Lanes<Scalar, 1>>(rows, half, left, right, sums);
}

/// Row v of a frame of [N, C, T, V] in channels-last memory.
Rows joint_rows(std::int64_t joints, std::int64_t channels) {
  Rows rows{{}, joints * channels};
  for (std::int64_t v = 0; v < joints; ++v) rows.offsets.push_back(v * channels);
  return rows;
}

/// Row (k, v) of a frame of [N, K * C, T, V] in channels-last memory.
Rows subset_rows(std::int64_t subsets, std::int64_t joints, std::int64_t channels) {
  Rows rows{{}, joints * subsets * channels};
  for (std::int64_t k = 0; k < subsets; ++k) {
    for (std::int64_t v = 0; v < joints; ++v) rows.offsets.push_back((v * subsets + k) * channels);
  }
  return rows;
}

torch::Tensor multiply_rows(const torch::Tensor& in, const Rows& in_rows, const torch::Tensor& weights,
                            const Rows& out_rows, std::int64_t columns, torch::Tensor out) {
  AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "multiply_rows", [&] {
    const RowProduct<scalar_t> product{weights.data_ptr<scalar_t>(), in_rows, out_rows, columns};
    const scalar_t* from = in.data_ptr<scalar_t>();
    scalar_t* to = out.data_ptr<scalar_t>();
    at::parallel_for(0, in.numel() / in_rows.frame, kFramesPerTask, [&](std::int64_t begin, std::int64_t end) {
      multiply(product, from + begin * in_rows.frame, to + begin * out_rows.frame, end - begin);
    });
  });
  return out;
}

/// [left rows, right rows]. The sums of fixed groups of frames are added in order, whatever the number of threads.
torch::Tensor correlate_rows(const torch::Tensor& left, const Rows& left_rows, const torch::Tensor& right,
                             const Rows& right_rows, std::int64_t columns) {
  const std::int64_t frames = left.numel() / left_rows.frame, tasks = (frames + kFramesPerTask - 1) / kFramesPerTask;
  torch::Tensor sums = torch::zeros({tasks, static_cast<std::int64_t>(left_rows.offsets.size()),
                                     static_cast<std::int64_t>(right_rows.offsets.size())},
                                    left.options());
  AT_DISPATCH_FLOATING_TYPES(left.scalar_type(), "correlate_rows", [&] {
    at::parallel_for(0, tasks, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t first = task * kFramesPerTask;
        correlate(RowCorrelation<scalar_t>{left_rows, right_rows, columns, std::min(kFramesPerTask, frames - first)},
                  left.data_ptr<scalar_t>() + first * left_rows.frame,
                  right.data_ptr<scalar_t>() + first * right_rows.frame, sums[task].data_ptr<scalar_t>());
      }
    });
  });
  return sums.sum(0);
}

class MixJoints : public torch::autograd::Function<MixJoints> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& adjacency) {
    const std::int64_t channels = x.size(1), joints = x.size(3), subsets = adjacency.size(0);
    const torch::Tensor in = x.contiguous(torch::MemoryFormat::ChannelsLast), weights = adjacency.contiguous();
    context->save_for_backward({in, weights});
    return multiply_rows(in, joint_rows(joints, channels), weights, subset_rows(subsets, joints, channels), channels,
                         torch::empty({x.size(0), subsets * channels, x.size(2), joints},
                                      x.options().memory_format(torch::MemoryFormat::ChannelsLast)));
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &adjacency = saved[1];
    const torch::Tensor gradient = gradients[0].contiguous(torch::MemoryFormat::ChannelsLast);
    const std::int64_t channels = x.size(1), joints = x.size(3), subsets = adjacency.size(0);
    const Rows rows = joint_rows(joints, channels), mixed_rows = subset_rows(subsets, joints, channels);
    torch::Tensor of_x;
    if (context->needs_input_grad(0)) {
      const torch::Tensor transposed = adjacency.reshape({subsets * joints, joints}).t().contiguous();
      of_x = multiply_rows(gradient, mixed_rows, transposed, rows, channels, torch::empty_like(x));
    }
    return {of_x, correlate_rows(gradient, mixed_rows, x, rows, channels).reshape_as(adjacency)};
  }
};

}  // namespace

torch::Tensor mix_joints(const torch::Tensor& x, const torch::Tensor& adjacency) {
  const std::vector<c10::IValue> inputs({x, adjacency});  // looked at when this function ends
  RECORD_FUNCTION("pskd::mix_joints", inputs);
  return MixJoints::apply(x, adjacency);
}

}  // namespace pskd
