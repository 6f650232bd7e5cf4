#include "pskd/model/joint_mixing.hpp"

#include <ATen/Parallel.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <vector>

#include "bfloat16.hpp"

namespace pskd {
namespace {

constexpr std::int64_t kFramesPerTask = 32;

/// Rows of one frame: joints, or joints of all subsets, each `columns` numbers long.
struct Rows {
  std::vector<std::int64_t> offsets;  ///< of each row within its frame
  std::int64_t frame;                 ///< numbers of a frame
};

/// out row r = sum_j weights[r, j] in row j, for each of `frames` frames.
template <class Stored>
struct RowProduct {
  const Computed<Stored>* weights;  ///< [out rows, in rows]
  const Rows& in_rows;
  const Rows& out_rows;
  std::int64_t columns;
};

/// `rows` out rows from `row` on, `vectors` vectors of columns of each.
template <class Vector, int rows, int vectors, class Stored>
PSKD_INLINE void multiply_tile(const RowProduct<Stored>& product, std::int64_t row, const Stored* in, Stored* out) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Vector) / sizeof(Computed<Stored>));
  const auto in_rows = static_cast<std::int64_t>(product.in_rows.offsets.size());
  const Computed<Stored>* weights = product.weights + row * in_rows;
  Vector sums[rows][vectors] = {};
  for (std::int64_t j = 0; j < in_rows; ++j) {
    Vector values[vectors];
    for (int v = 0; v < vectors; ++v) values[v] = load<Vector>(in + product.in_rows.offsets[j] + v * kLanes);
    for (int r = 0; r < rows; ++r) {
      for (int v = 0; v < vectors; ++v) sums[r][v] += weights[r * in_rows + j] * values[v];
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < vectors; ++v) store(out + product.out_rows.offsets[row + r] + v * kLanes, sums[r][v]);
  }
}

/// Of three vectors five rows at once, of one ten: sums enough to hide how long an addition takes, and few enough for
/// the registers.
template <class Vector, int vectors, class Stored>
PSKD_INLINE void multiply_columns(const RowProduct<Stored>& product, const Stored* in, Stored* out) {
  constexpr int kRows = vectors == 1 ? 10 : 5;
  const auto rows = static_cast<std::int64_t>(product.out_rows.offsets.size());
  std::int64_t row = 0;
  for (; row + kRows <= rows; row += kRows) multiply_tile<Vector, kRows, vectors>(product, row, in, out);
  for (; row < rows; ++row) multiply_tile<Vector, 1, vectors>(product, row, in, out);
}

template <class Stored>
PSKD_EACH_PROCESSOR void multiply(const RowProduct<Stored>& product, const Stored* in, Stored* out,
                                  std::int64_t frames) {
  using Sixteen = Lanes<Computed<Stored>, 16>;
  using Eight = Lanes<Computed<Stored>, 8>;
  for (std::int64_t frame = 0; frame < frames; ++frame) {
    std::int64_t c = 0;
    for (; c + 48 <= product.columns; c += 48) multiply_columns<Sixteen, 3>(product, in + c, out + c);
    for (; c + 24 <= product.columns; c += 24) multiply_columns<Eight, 3>(product, in + c, out + c);
    for (; c + 8 <= product.columns; c += 8) multiply_columns<Eight, 1>(product, in + c, out + c);
    if (c < product.columns && c > 0) {  // the last eight once more, rather than the rest one by one
      c = product.columns - 8;
      multiply_columns<Eight, 1>(product, in + c, out + c);
      c = product.columns;
    }
    for (; c < product.columns; ++c) multiply_columns<Lanes<Computed<Stored>, 1>, 1>(product, in + c, out + c);
    in += product.in_rows.frame;
    out += product.out_rows.frame;
  }
}

/// sums[r, j] = sum over frames and columns of left row r times right row j: the gradient of the weights above.
struct RowCorrelation {
  const Rows& left_rows;
  const Rows& right_rows;
  std::int64_t first_column, columns, frames;  ///< of the columns from the first to `columns`
};

template <class Vector, int lefts, int rights, class Stored>
PSKD_INLINE void correlate_tile(const RowCorrelation& rows, std::int64_t r, std::int64_t j, const Stored* left,
                                const Stored* right, Computed<Stored>* sums) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Vector) / sizeof(Computed<Stored>));
  const std::int64_t* left_offsets = rows.left_rows.offsets.data() + r;
  const std::int64_t* right_offsets = rows.right_rows.offsets.data() + j;
  Vector products[lefts][rights] = {};
  for (std::int64_t frame = 0; frame < rows.frames; ++frame) {
    for (std::int64_t c = rows.first_column; c + kLanes <= rows.columns; c += kLanes) {
      Vector of_right[rights];
      for (int b = 0; b < rights; ++b) of_right[b] = load<Vector>(right + right_offsets[b] + c);
      for (int a = 0; a < lefts; ++a) {
        const auto of_left = load<Vector>(left + left_offsets[a] + c);
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

template <class Vector, class Stored>
PSKD_INLINE void correlate_columns(const RowCorrelation& rows, const Stored* left, const Stored* right,
                                   Computed<Stored>* sums) {
  const auto lefts = static_cast<std::int64_t>(rows.left_rows.offsets.size());
  const auto rights = static_cast<std::int64_t>(rows.right_rows.offsets.size());
  std::int64_t r = 0;
  for (; r + 6 <= lefts; r += 6) {
    std::int64_t j = 0;
    for (; j + 4 <= rights; j += 4) correlate_tile<Vector, 6, 4>(rows, r, j, left, right, sums);
    for (; j < rights; ++j) correlate_tile<Vector, 6, 1>(rows, r, j, left, right, sums);
  }
  for (; r < lefts; ++r) {
    for (std::int64_t j = 0; j < rights; ++j) correlate_tile<Vector, 1, 1>(rows, r, j, left, right, sums);
  }
}

template <class Stored>
PSKD_EACH_PROCESSOR void correlate(RowCorrelation rows, const Stored* left, const Stored* right,
                                   Computed<Stored>* sums) {
  const std::int64_t whole = rows.columns / 8 * 8;
  if (rows.columns % 16 == 0) {
    correlate_columns<Lanes<Computed<Stored>, 16>>(rows, left, right, sums);
  } else if (whole > 0) {
    correlate_columns<Lanes<Computed<Stored>, 8>>(rows, left, right, sums);
  }
  if (whole == rows.columns) return;
  rows.first_column = whole;
  correlate_columns<Lanes<Computed<Stored>, 1>>(rows, left, right, sums);
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
  AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, in.scalar_type(), "multiply_rows", [&] {
    const RowProduct<scalar_t> product{weights.data_ptr<Computed<scalar_t>>(), in_rows, out_rows, columns};
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
  const auto lefts = static_cast<std::int64_t>(left_rows.offsets.size());
  const auto rights = static_cast<std::int64_t>(right_rows.offsets.size());
  const torch::Tensor sums = torch::zeros({tasks, lefts, rights}, at::toOpMathType(left.scalar_type()));
  AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, left.scalar_type(), "correlate_rows", [&] {
    at::parallel_for(0, tasks, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t task = begin; task < end; ++task) {
        const std::int64_t first = task * kFramesPerTask;
        correlate(RowCorrelation{left_rows, right_rows, 0, columns, std::min(kFramesPerTask, frames - first)},
                  left.data_ptr<scalar_t>() + first * left_rows.frame,
                  right.data_ptr<scalar_t>() + first * right_rows.frame,
                  sums.data_ptr<Computed<scalar_t>>() + task * lefts * rights);
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
