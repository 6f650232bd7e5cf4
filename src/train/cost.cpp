#include "train/cost.hpp"

#include "base/quantile.hpp"
#include "model/summary.hpp"
#include "train/speed.hpp"

namespace pskd::train {

namespace {

constexpr int kRuns = 31;

/// While it lives, LibTorch computes on one thread. OpenMP's OpenBLAS follows; one of another kind keeps its own
/// number.
class OneThread {
 public:
  OneThread() : before_(at::get_num_threads()) { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace

eval::StageCost measure_cost(model::Network& network, const model::Input& clip) {
  const torch::NoGradGuard no_grad;
  const OneThread one;
  network.eval();
  eval::StageCost cost;
  cost.macs = model::summarize_network(network, clip).macs;
  std::int64_t numbers = model::count_parameters(network);
  for (const torch::Tensor& buffer : network.buffers()) {
    if (buffer.is_floating_point()) numbers += buffer.numel();  // the others count batches, which only training needs
  }
  cost.bytes = numbers * static_cast<std::int64_t>(sizeof(float));
  cost.latency = quantile(time_runs([&] { network.forward(clip); }, kRuns, 0), 0.5);
  return cost;
}

}  // namespace pskd::train
