#include "deploy/folded_layer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/simd.hpp"

namespace pskd::deploy {
namespace {

using simd::Lanes;

constexpr int kPanel = 48;  // outputs whose weights lie together: some vectors of every processor

template <class Vector>
constexpr int kLanes = sizeof(Vector) / sizeof(float);

/// What a tile reads and writes.
struct Tile {
  const float* x;
  std::int64_t stride;
  const float* weights;  ///< of its first output, kPanel numbers from an input to the next
  std::int64_t inputs;
  const float* bias;  ///< filled up with zeros
  Finish finish;
  float* y;
  std::int64_t row;  ///< numbers of a row of y
  int outputs;       ///< of the tile that there are
};

// NaN stays NaN in both: where sums overflowed, nobody may be sure of an answer.
template <class Vector>
PSKD_INLINE Vector relu(const Vector& sums) {
  const Vector zero{};
  return sums < zero ? zero : sums;
}

template <class Vector>
PSKD_INLINE Vector larger(const Vector& a, const Vector& b) {
  return (a < b) | (b != b) ? b : a;
}

template <class Vector>
PSKD_INLINE void store_some(float* to, const Vector& vector, int count) {
  if (count >= kLanes<Vector>) {
    std::memcpy(to, &vector, sizeof(Vector));
  } else if (count > 0) {
    std::memcpy(to, &vector, sizeof(float) * static_cast<std::size_t>(count));
  }
}

/// `rows` rows of `vectors` vectors of outputs: all sums stay in registers.
template <class Vector, int rows, int vectors>
PSKD_INLINE void compute_tile(const Tile& tile) {
  constexpr int lanes = kLanes<Vector>;
  std::array<std::array<Vector, vectors>, rows> sums;
  for (int v = 0; v < vectors; ++v) {
    const Vector bias = simd::load<Vector>(tile.bias + v * lanes);
    for (int r = 0; r < rows; ++r) sums[r][v] = bias;
  }
  for (std::int64_t i = 0; i < tile.inputs; ++i) {
    std::array<Vector, vectors> weights;
    for (int v = 0; v < vectors; ++v) weights[v] = simd::load<Vector>(tile.weights + i * kPanel + v * lanes);
    for (int r = 0; r < rows; ++r) {
      const float x = tile.x[r * tile.stride + i];
      for (int v = 0; v < vectors; ++v) sums[r][v] += weights[v] * x;
    }
  }
  for (int v = 0; v < vectors; ++v) {
    float* y = tile.y + v * lanes;
    const int count = tile.outputs - v * lanes;
    for (int r = 0; r < rows; ++r) {
      if (tile.finish != Finish::nothing) sums[r][v] = relu(sums[r][v]);
      if (tile.finish != Finish::relu_pool) store_some(y + r * tile.row, sums[r][v], count);
    }
    if (tile.finish != Finish::relu_pool) continue;
    for (int r = 0; r + 1 < rows; r += 2) store_some(y + r / 2 * tile.row, larger(sums[r][v], sums[r + 1][v]), count);
  }
}

/// A product: all rows of x with all panels.
struct Product {
  Tile tile;
  std::int64_t rows;
  int outputs;
};

/// The rows of one strip of `vectors` vectors of outputs, in tiles of `rows` rows; what is left in smaller ones.
template <class Vector, int rows, int vectors>
PSKD_INLINE void compute_strip(Tile tile, std::int64_t count) {
  const std::int64_t written = tile.finish == Finish::relu_pool ? rows / 2 : rows;
  for (; count >= rows; count -= rows) {
    compute_tile<Vector, rows, vectors>(tile);
    tile.x += rows * tile.stride;
    tile.y += written * tile.row;
  }
  if constexpr (rows > 1) compute_strip<Vector, rows / 2, vectors>(tile, count);
}

/// In tiles that fill registers of so many bytes: `rows` times three sums, three of weights, one of x.
template <int bytes>
PSKD_INLINE void compute(const Product& product) {
  constexpr int lanes = bytes / sizeof(float), rows = lanes / 2;
  using Vector = Lanes<float, lanes>;
  const std::int64_t panel_numbers = product.tile.inputs * kPanel;
  for (int first = 0; first < product.outputs;) {
    Tile tile = product.tile;
    tile.weights += first / kPanel * panel_numbers + first % kPanel;
    tile.bias += first;
    tile.y += first;
    tile.outputs = product.outputs - first;
    const int vectors = std::min({(tile.outputs + lanes - 1) / lanes, (kPanel - first % kPanel) / lanes, 3});
    if (vectors == 3) compute_strip<Vector, rows, 3>(tile, product.rows);
    if (vectors == 2) compute_strip<Vector, rows, 2>(tile, product.rows);
    if (vectors == 1) compute_strip<Vector, rows, 1>(tile, product.rows);
    first += vectors * lanes;
  }
}

int rounded_up(int count, int multiple) { return (count + multiple - 1) / multiple * multiple; }

}  // namespace

FoldedLayer::FoldedLayer(const std::vector<double>& weights, const std::vector<double>& bias)
    : inputs_(static_cast<int>(weights.size() / bias.size())), outputs_(static_cast<int>(bias.size())) {
  const int columns = rounded_up(outputs_, kPanel);
  bias_.assign(columns, 0);
  packed_.assign(static_cast<std::size_t>(columns) * inputs_, 0);
  for (int output = 0; output < outputs_; ++output) {
    bias_[output] = static_cast<float>(bias[output]);
    float* panel = packed_.data() + static_cast<std::size_t>(output / kPanel) * inputs_ * kPanel + output % kPanel;
    for (int i = 0; i < inputs_; ++i) {
      panel[static_cast<std::size_t>(i) * kPanel] =
          static_cast<float>(weights[static_cast<std::size_t>(output) * inputs_ + i]);
    }
  }
}

void FoldedLayer::apply(const float* x, std::int64_t stride, std::int64_t rows, Finish finish, float* y) const {
  const Product product{{x, stride, packed_.data(), inputs_, bias_.data(), finish, y, outputs_, 0}, rows, outputs_};
  simd::run_on_processor([=]<int bytes>() __attribute__((always_inline)) { compute<bytes>(product); });
}

}  // namespace pskd::deploy
