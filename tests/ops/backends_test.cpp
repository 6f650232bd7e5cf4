// Both back ends of every operation come to the same values and gradients, and PSKD_OPS chooses between them.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>
#include <string>
#include <vector>

#include "ops/backend.hpp"
#include "ops/graph_convolution.hpp"
#include "ops/norm_relu.hpp"
#include "ops/temporal_convolution.hpp"
#include "pskd/base/error.hpp"
#include "support/tensors.hpp"

namespace pskd::ops {
namespace {

using testing::images;
using testing::relative_error;
using Tensors = std::vector<torch::Tensor>;

constexpr auto kTypes = {torch::kFloat32, torch::kFloat64, torch::kBFloat16};

/// Rounding adds up differently on the back ends: of so much of the norm of a result may they differ.
double tolerance(torch::ScalarType type) {
  if (type == torch::kBFloat16) return 1e-2;
  return type == torch::kFloat64 ? 1e-12 : 1e-5;
}

/// The same with a ReLU or a maximum: in bfloat16 numbers that are equal after rounding pass gradients on differently.
double kink_tolerance(torch::ScalarType type) { return type == torch::kBFloat16 ? 3e-2 : tolerance(type); }

/// The type of parameters that an operation takes with x in `type`.
torch::ScalarType parameter_type(torch::ScalarType type) { return type == torch::kBFloat16 ? torch::kFloat32 : type; }

/// A leaf with numbers that bfloat16 can hold: both back ends then start from the same.
torch::Tensor leaf(const torch::Tensor& numbers, torch::ScalarType type) {
  return numbers.to(torch::kBFloat16).to(type).requires_grad_();
}

/// The outputs of `run`, then the gradients of its first output by `inputs`.
Tensors results_on(Backend backend, const std::function<Tensors()>& run, const Tensors& inputs) {
  const BackendScope scope(backend);
  Tensors results = run();
  torch::manual_seed(99);
  const torch::Tensor along =
      torch::randn(results[0].sizes()).to(torch::kBFloat16).to(results[0].scalar_type());  // equal in every type
  const Tensors gradients = torch::autograd::grad({results[0]}, inputs, {along});
  results.insert(results.end(), gradients.begin(), gradients.end());
  return results;
}

void expect_same(const Tensors& fast, const Tensors& plain, double share_of_norm, const std::string& what) {
  ASSERT_EQ(fast.size(), plain.size());
  for (std::size_t i = 0; i < fast.size(); ++i) {
    ASSERT_EQ(fast[i].sizes(), plain[i].sizes()) << what << ", result " << i;
    EXPECT_LT(relative_error(fast[i], plain[i]), share_of_norm) << what << ", result " << i;
  }
  EXPECT_TRUE(plain[0].is_contiguous(torch::MemoryFormat::ChannelsLast)) << what;
}

void expect_same_on_both(const std::function<Tensors()>& run, const Tensors& inputs, double share_of_norm,
                         const std::string& what) {
  const Tensors fast = results_on(Backend::cpu, run, inputs), plain = results_on(Backend::reference, run, inputs);
  expect_same(fast, plain, share_of_norm, what);
  for (std::size_t i = 0; i < fast.size(); ++i) {
    EXPECT_EQ(fast[i].scalar_type(), plain[i].scalar_type()) << what << ", result " << i;
  }
}

/// A graph convolution of x, adjacency and weights, and its gradients.
Tensors graph_convolution_on(Backend backend, const Tensors& inputs) {
  return results_on(
      backend, [&] { return Tensors{graph_convolution(inputs[0], inputs[1], inputs[2])}; }, inputs);
}

/// The same numbers as floats. Without AVX-512, LibTorch 1.13 adds up products of bfloat16 in bfloat16, which is no
/// reference.
Tensors as_floats(const Tensors& inputs) {
  Tensors floats;
  for (const torch::Tensor& input : inputs) floats.push_back(input.detach().to(torch::kFloat32).requires_grad_());
  return floats;
}

TEST(Backends, AgreeOnGraphConvolutions) {
  torch::manual_seed(1);
  for (const auto type : kTypes) {
    for (const std::int64_t channels : {1, 3, 9, 24, 41}) {
      for (const std::int64_t joints : {1, 17, 20}) {
        const torch::Tensor x = leaf(images({3, channels, 13, joints}), type);
        const torch::Tensor adjacency = leaf(torch::rand({3, joints, joints}), parameter_type(type));
        const torch::Tensor weights = leaf(torch::randn({7, 3 * channels}), parameter_type(type));
        const Tensors inputs = {x, adjacency, weights};
        const Tensors plain = type == torch::kBFloat16 ? as_floats(inputs) : inputs;
        expect_same(graph_convolution_on(Backend::cpu, inputs), graph_convolution_on(Backend::reference, plain),
                    tolerance(type), c10::str(type, ", ", channels, " channels, ", joints, " joints"));
      }
    }
  }
}

TEST(Backends, AgreeOnTemporalConvolutions) {
  torch::manual_seed(2);
  for (const auto type : kTypes) {
    for (const std::int64_t taps : {1, 3, 5, 7, 9}) {
      for (const std::int64_t stride : {1, 2, 3}) {
        for (const auto& sizes : {std::vector<std::int64_t>{8, 24, 33, 20}, {60, 17, 5, 7}, {40, 16, 31, 1}}) {
          const torch::Tensor x = leaf(images(sizes), type);
          const torch::Tensor weights = leaf(torch::randn({19, sizes[1], taps}), parameter_type(type));
          expect_same_on_both([&] { return Tensors{temporal_convolution(x, weights, stride)}; }, {x, weights},
                              tolerance(type), c10::str(type, ", ", taps, " taps, stride ", stride, ", x ", x.sizes()));
        }
      }
    }
  }
}

/// A norm with a scale of both signs and statistics that are not the initial ones.
torch::nn::BatchNorm2d some_norm(std::int64_t channels, torch::ScalarType type, bool train) {
  torch::manual_seed(3);
  torch::nn::BatchNorm2d norm(channels);
  const torch::NoGradGuard no_grad;
  norm->weight.uniform_(-1, 1);
  norm->bias.uniform_(-1, 1);
  norm->running_mean.uniform_(-1, 1);
  norm->running_var.uniform_(0.5, 2);
  norm->to(type);
  norm->train(train);
  return norm;
}

/// A layer of x, a norm and a residual.
using NormLayer = torch::Tensor (*)(const torch::Tensor&, torch::nn::BatchNorm2dImpl&, const torch::Tensor&);

void expect_same_norm(NormLayer layer, bool residual, torch::ScalarType type, bool train, const std::string& what) {
  for (const std::int64_t channels : {1, 7, 24}) {
    for (const std::int64_t columns : {16, 17}) {
      const torch::Tensor x = leaf(images({5, channels, 9, columns}), type);
      const torch::Tensor added = leaf(images({5, channels, 9, columns}), type);
      // Each run has a norm of its own, whose statistics are results as well. One more batch, since no share of 0 is
      // defined.
      const auto run = [&] {
        auto norm = some_norm(channels, parameter_type(type), train);
        const torch::Tensor y = layer(x, *norm, added);
        return Tensors{y, norm->running_mean, norm->running_var, norm->num_batches_tracked + 1};
      };
      expect_same_on_both(run, residual ? Tensors{x, added} : Tensors{x}, kink_tolerance(type),
                          c10::str(what, ", ", type, ", ", channels, " channels, ", columns, " columns"));
    }
  }
}

TEST(Backends, AgreeOnNorms) {
  const NormLayer plain = [](const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor&) {
    return batch_norm(x, norm);
  };
  const NormLayer pooled = [](const torch::Tensor& x, torch::nn::BatchNorm2dImpl& norm, const torch::Tensor&) {
    return norm_relu_pool(x, norm);
  };
  for (const auto type : kTypes) {
    for (const bool train : {true, false}) {
      expect_same_norm(plain, false, type, train, "norm");
      expect_same_norm(norm_relu, true, type, train, "norm, residual and ReLU");
      expect_same_norm(pooled, false, type, train, "norm, ReLU and pooling");
    }
  }
}

TEST(Backends, AgreeOnTheGradientsOfANorm) {
  for (const auto type : {torch::kFloat32, torch::kFloat64}) {
    const torch::Tensor x = leaf(images({5, 24, 9, 16}), type);
    auto norm = some_norm(24, type, true);
    expect_same_on_both([&] { return Tensors{norm_relu(x, *norm)}; }, {norm->weight, norm->bias}, tolerance(type),
                        "scale and shift");
  }
}

TEST(Backends, AreChosenByName) {
  EXPECT_EQ(parse_backend(nullptr), Backend::cpu);
  EXPECT_EQ(parse_backend(""), Backend::cpu);
  EXPECT_EQ(parse_backend("cpu"), Backend::cpu);
  EXPECT_EQ(parse_backend("reference"), Backend::reference);
  try {
    parse_backend("fast");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(),
                 "PSKD_OPS=fast: expected cpu (the default) or reference; set one of them or unset the variable");
  }
}

TEST(Backends, AreTheReferenceForTensorsOfAnotherDevice) {
  const BackendScope scope(Backend::cpu);
  EXPECT_EQ(backend_for(torch::empty({1})), Backend::cpu);
  EXPECT_EQ(backend_for(torch::empty({1}, torch::kMeta)), Backend::reference);
}

TEST(Backends, AScopeEndsWithItsBlock) {
  const Backend before = backend_for(torch::empty({1}));
  {
    const BackendScope outer(Backend::reference);
    {
      const BackendScope inner(Backend::cpu);
      EXPECT_EQ(backend_for(torch::empty({1})), Backend::cpu);
    }
    EXPECT_EQ(backend_for(torch::empty({1})), Backend::reference);
  }
  EXPECT_EQ(backend_for(torch::empty({1})), before);
}

TEST(Operations, SayWhichArgumentIsWrong) {
  const torch::Tensor x = torch::randn({2, 24, 19, 20});
  const auto message = [](const auto& run) {
    try {
      run();
      return std::string("accepted");
    } catch (const c10::Error& error) {
      return std::string(error.what_without_backtrace());
    }
  };
  const auto found = message([&] { graph_convolution(x, torch::rand({3, 17, 17}), torch::randn({7, 72})); });
  EXPECT_EQ(found, "graph_convolution: the adjacency must be [K, 20, 20], found [3, 17, 17]");
  EXPECT_EQ(message([&] {
              graph_convolution(x, torch::rand({3, 20, 20}), torch::randn({7, 24}));
            }),
            "graph_convolution: the weights must be [C', 72], found [7, 24]");
  EXPECT_EQ(message([&] {
              temporal_convolution(x, torch::randn({7, 24, 4}));
            }),
            "temporal_convolution: the weights must be [C', 24, K] with an odd K, found [7, 24, 4]");
  EXPECT_EQ(message([&] {
              temporal_convolution(x, torch::randn({7, 24, 5}), 0);
            }),
            "temporal_convolution: the stride must be at least 1, found 0");
  torch::nn::BatchNorm2d norm(7);
  EXPECT_EQ(message([&] { norm_relu(x, *norm); }), "norm_relu: x must be [N, 7, H, W], found [2, 24, 19, 20]");
}

}  // namespace
}  // namespace pskd::ops
