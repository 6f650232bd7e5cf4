// A training step reads nothing back. On a card each reading would wait until the card has come to an end.
#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "ops/backend.hpp"
#include "pskd/train/renderer.hpp"
#include "support/every_stage.hpp"
#include "train/speed.hpp"

namespace pskd::train {
namespace {

thread_local std::vector<std::string> read_backs;

/// The operations that bring numbers to the processor, or give a result whose shape depends on numbers.
void note(const at::RecordFunction& function) {
  static const std::set<std::string> kReading{
      "aten::item",  "aten::_local_scalar_dense", "aten::nonzero",  "aten::is_nonzero", "aten::masked_select",
      "aten::equal", "aten::repeat_interleave",   "aten::_unique2", "aten::one_hot"};
  if (kReading.contains(function.name())) read_backs.emplace_back(function.name());
}

std::vector<std::string> read_backs_of(const std::function<void()>& run) {
  read_backs.clear();
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback([](const at::RecordFunction& function) {
    note(function);
    return std::unique_ptr<at::ObserverContext>();
  }));
  run();
  at::removeCallback(handle);
  return read_backs;
}

TEST(ReadBacks, AreSeen) {
  const torch::Tensor x = torch::tensor({0, 1});
  EXPECT_EQ(read_backs_of([&] { x[1].item<int>(); }).size(), 2U);
  EXPECT_EQ(read_backs_of([&] { x.nonzero(); }).size(), 1U);
}

TEST(ReadBacks, AStepWithAnyNetworkAndLossHasNone) {
  const ops::BackendScope as_on_a_card(ops::Backend::reference);
  for (auto [name, stage] : testing::every_stage()) {
    // LibTorch 1.13 looks at the classes to smooth them. It computes on no card.
    if (TORCH_VERSION_MAJOR < 2) stage.loss.label_smoothing = 0;
    StepBench bench(stage, data_shape(config::Experiment{}));
    bench.step();  // makes the optimizer's state
    EXPECT_EQ(read_backs_of([&] { bench.step(); }), std::vector<std::string>{}) << name;
  }
}

}  // namespace
}  // namespace pskd::train
