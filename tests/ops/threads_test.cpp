// The loops of ops/cpu share their work among threads, and come to the same bits with any number of them. LibTorch's
// operations, which the reference calls, do not.
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "ops/backend.hpp"
#include "ops/graph_convolution.hpp"
#include "ops/norm_relu.hpp"
#include "ops/temporal_convolution.hpp"
#include "support/tensors.hpp"

namespace pskd::ops {
namespace {

using testing::images;
using testing::with_threads;
using Tensors = std::vector<torch::Tensor>;

// Without OpenMP at::parallel_for compiles as well, and runs on one thread.
TEST(Threads, ALoopRunsOnAsManyAsItIsGiven) {
  const auto threads = with_threads(2, [] {
    std::mutex mutex;
    std::set<std::thread::id> seen;
    at::parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
      const std::lock_guard lock(mutex);
      seen.insert(std::this_thread::get_id());
    });
    return seen;
  });
  EXPECT_EQ(threads.size(), 2U);
}

void expect_same_for_any_number(const std::function<Tensors()>& run) {
  const BackendScope scope(Backend::cpu);
  const Tensors alone = with_threads(1, run);
  for (const int count : {2, 3}) {
    const Tensors shared = with_threads(count, run);
    ASSERT_EQ(shared.size(), alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
      EXPECT_TRUE(torch::equal(shared[i], alone[i])) << "result " << i << ", " << count << " threads";
    }
  }
}

TEST(Threads, NormsDoNotDependOnTheirNumber) {
  torch::manual_seed(1);
  const torch::Tensor x = images({8, 24, 32, 20}).requires_grad_(), residual = images({8, 24, 32, 20}).requires_grad_();
  expect_same_for_any_number([&] {
    torch::nn::BatchNorm2d norm(24), pooled(24);
    const torch::Tensor y = norm_relu(x, *norm, residual), z = norm_relu_pool(x, *pooled);
    Tensors results = torch::autograd::grad({y.square().sum() + z.square().sum()},
                                            {x, residual, norm->weight, norm->bias, pooled->weight});
    results.insert(results.end(), {y, z, norm->running_mean, norm->running_var});
    return results;
  });
}

TEST(Threads, AGraphConvolutionDoesNotDependOnTheirNumber) {
  torch::manual_seed(2);
  const torch::Tensor adjacency = torch::rand({3, 20, 20}).requires_grad_();
  const torch::Tensor weights = torch::randn({48, 3 * 24}).requires_grad_();
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    const torch::Tensor x = images({8, 24, 37, 20}).to(type).requires_grad_();
    expect_same_for_any_number([&] {
      const torch::Tensor y = graph_convolution(x, adjacency, weights);
      Tensors results = torch::autograd::grad({(y * y.detach()).sum()}, {x, adjacency, weights});
      results.push_back(y);
      return results;
    });
  }
}

TEST(Threads, ATemporalConvolutionDoesNotDependOnTheirNumber) {
  torch::manual_seed(3);
  const torch::Tensor x = images({13, 24, 37, 20}).requires_grad_();
  for (const std::int64_t taps : {5, 9}) {
    const torch::Tensor weights = torch::randn({48, 24, taps}).requires_grad_();
    for (const std::int64_t stride : {1, 2}) {
      expect_same_for_any_number([&] {
        const torch::Tensor y = temporal_convolution(x, weights, stride);
        Tensors results = torch::autograd::grad({(y * y.detach()).sum()}, {x, weights});
        results.push_back(y);
        return results;
      });
    }
  }
}

}  // namespace
}  // namespace pskd::ops
