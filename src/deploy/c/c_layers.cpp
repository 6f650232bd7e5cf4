#include "deploy/c/c_layers.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <utility>

namespace pskd::deploy {

CPlan plan_of(const std::vector<FoldedCnn::Shape>& shapes, int segments, std::size_t embedding, std::string first,
              const std::function<std::string(const std::string& layer)>& weights) {
  constexpr std::array kArrays = {"a", "b"};
  CPlan plan;
  std::size_t turn = 0;
  const auto hold = [&](std::size_t count) { plan.sizes[turn] = std::max(plan.sizes[turn], count); };
  const auto numbers = [](int channels, int count) {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(count);
  };
  /// `size`: of what it gives
  const auto call = [&](const std::string& begin, const std::string& middle, std::size_t size) {
    plan.calls += fmt::format("  {}, {}, {});\n", begin, middle, kArrays[1 - turn]);
    turn = 1 - turn;
    hold(size);
  };
  hold(numbers(shapes.front().channels, shapes.front().frames));
  for (std::size_t block = 0; block + 1 < shapes.size(); ++block) {
    const FoldedCnn::Shape &in = shapes[block], &out = shapes[block + 1];
    call(block == 0 ? std::move(first) : std::string("convolve(") + kArrays[turn],
         fmt::format("{}, {}, {}, {}, {}", in.frames, in.channels, weights("block" + std::to_string(block)),
                     out.channels, block + 2 < shapes.size() ? 1 : 0),
         numbers(out.channels, out.frames));
  }
  const FoldedCnn::Shape& last = shapes.back();
  const std::size_t features = numbers(last.channels, segments);
  call(std::string("pool_parts(") + kArrays[turn], fmt::format("{}, {}", last.frames, last.channels), features);
  call(std::string("multiply(") + kArrays[turn], fmt::format("{}, {}, {}", features, weights("semantic"), embedding),
       embedding);
  return plan;
}

}  // namespace pskd::deploy
