#include "base/random.hpp"

#include <array>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "base/checksum.hpp"

namespace pskd {

double RandomStream::uniform(double low, double high) {
  const double unit = static_cast<double>(engine_() >> 11) * 0x1p-53;
  const double value = low + (high - low) * unit;
  return value < high ? value : std::nextafter(high, low);  // the sum may round up to `high`
}

double RandomStream::normal(double mean, double deviation) {
  // Boost's ziggurat takes its values from tables and calls no function of libm but in a comparison: the same bits
  // everywhere.
  return mean + deviation * boost::random::normal_distribution<double>()(engine_);
}

std::int64_t RandomStream::below(std::int64_t bound) {
  if (bound < 1)
    throw std::invalid_argument("RandomStream::below needs a positive bound, got " + std::to_string(bound));
  return boost::random::uniform_int_distribution<std::int64_t>(0, bound - 1)(engine_);
}

std::vector<std::int64_t> RandomStream::permutation(std::int64_t size) {
  if (size < 0) throw std::invalid_argument("RandomStream::permutation of a negative size, " + std::to_string(size));
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t last = size - 1; last > 0; --last) {
    std::swap(order[static_cast<std::size_t>(last)], order[static_cast<std::size_t>(below(last + 1))]);
  }
  return order;
}

namespace detail {

std::uint64_t mix(std::uint64_t key, std::string_view part) { return hash64(part, key); }

std::uint64_t mix(std::uint64_t key, std::uint64_t part) {
  std::array<char, 9> bytes{'#'};  // marks a number; then its bytes, little-endian on every platform
  for (std::size_t i = 0; i < 8; ++i) bytes[i + 1] = static_cast<char>(part >> (8 * i) & 0xff);
  return hash64(std::string_view(bytes.data(), bytes.size()), key);
}

}  // namespace detail
}  // namespace pskd
