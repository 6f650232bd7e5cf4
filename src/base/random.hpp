// Random streams addressed by what they are for, not by when they are used: the stream for (seed, "view", epoch 3, clip
// 17) is the same whether the run was interrupted or not, so there is no generator state to save. Same bits on every
// platform.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pskd {

class RandomStream {
 public:
  explicit RandomStream(std::uint64_t key) : engine_(key) {}

  double uniform(double low = 0.0, double high = 1.0);  ///< in [low, high)
  double normal(double mean = 0.0, double deviation = 1.0);
  std::int64_t below(std::int64_t bound);                    ///< in 0 .. bound - 1
  std::vector<std::int64_t> permutation(std::int64_t size);  ///< of 0 .. size - 1, uniform

 private:
  boost::random::mt19937_64 engine_;
};

namespace detail {
std::uint64_t mix(std::uint64_t key, std::string_view part);
std::uint64_t mix(std::uint64_t key, std::uint64_t part);
template <std::integral Integer>
std::uint64_t mix(std::uint64_t key, Integer part) {
  return detail::mix(key, static_cast<std::uint64_t>(part));
}
}  // namespace detail

/// The key of the stream named by `parts` (numbers and words, in order) under `seed`.
template <class... Parts>
std::uint64_t stream_key(std::uint64_t seed, const Parts&... parts) {
  std::uint64_t key = seed;
  ((key = detail::mix(key, parts)), ...);
  return key;
}

}  // namespace pskd
