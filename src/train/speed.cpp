#include "train/speed.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/elapsed.hpp"
#include "base/quantile.hpp"
#include "model/summary.hpp"

namespace pskd::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kAttentionFrames = 8;  // of a made-up teacher

Workload convolution(const std::string& name, torch::MemoryFormat format) {
  constexpr std::int64_t kClips = 8, kChannels = 128, kFrames = 64, kJoints = 20, kKernel = 9;
  const torch::Tensor x = torch::randn({kClips, kChannels, kFrames, kJoints}).contiguous(format);
  const torch::Tensor weight = torch::randn({kChannels, kChannels, kKernel, 1}).contiguous(format);
  const double macs = static_cast<double>(x.numel() * kChannels * kKernel);
  return {name, false, 2 * macs, [=] { torch::conv2d(x, weight, {}, 1, {kKernel / 2, 0}); }};
}

Workload product() {
  constexpr std::int64_t kSize = 1024;
  const torch::Tensor a = torch::randn({kSize, kSize}), b = torch::randn({kSize, kSize});
  return {"product", false, 2.0 * kSize * kSize * kSize, [=] { torch::mm(a, b); }};
}

Workload copy() {
  constexpr std::int64_t kNumbers = 16 << 20;
  const torch::Tensor from = torch::ones({kNumbers}), to = torch::zeros({kNumbers});
  return {"copy", true, 2.0 * sizeof(float) * kNumbers, [=] { to.copy_(from); }};
}

/// Operations of a training step on a batch; see StepBench::flops.
double count_flops(model::Network& network, const model::DataShape& shape, std::int64_t clips, int embedding) {
  model::Input clip = model::example_input(shape, 1);
  const auto whole = static_cast<double>(model::summarize_network(network, clip).macs);
  clip.skeleton_embedding = torch::zeros({1, embedding});  // leaves a fused network what it trains
  const auto trained = static_cast<double>(model::summarize_network(network, clip).macs);
  return static_cast<double>(clips) * (2 * whole + 4 * trained);
}

}  // namespace

std::vector<double> time_runs(const std::function<void()>& action, int fewest, double seconds) {
  action();
  std::vector<double> durations;
  const auto start = Clock::now();
  while (static_cast<int>(durations.size()) < fewest || seconds_since(start) < seconds) {
    const auto before = Clock::now();
    action();
    durations.push_back(seconds_since(before));
  }
  return durations;
}

std::vector<Workload> ceiling_workloads() {
  return {convolution("convolution_plain", torch::MemoryFormat::Contiguous),
          convolution("convolution_channels_last", torch::MemoryFormat::ChannelsLast), product(), copy()};
}

Ceiling measure_ceiling(double seconds) {
  const torch::NoGradGuard no_grad;
  Ceiling ceiling;
  for (const Workload& workload : ceiling_workloads()) {
    const double speed = workload.amount / quantile(time_runs(workload.run, 2, seconds), 0);
    double& highest = workload.copies ? ceiling.bytes : ceiling.flops;
    highest = std::max(highest, speed);
  }
  return ceiling;
}

StepBench::StepBench(const config::StageConfig& stage, const model::DataShape& shape, torch::Device device)
    : stage_(stage) {
  auto network = model::make_network(stage, shape, 1);
  batch_.input = model::example_input(shape, stage.batch);
  batch_.labels = torch::randint(shape.classes, {stage.batch}, torch::kInt64);
  const int embedding = model::embedding_size(stage.model);
  flops_ = count_flops(*network, shape, clips(), embedding);
  distill::TeacherSizes sizes;
  for (const config::TeacherRef& teacher : stage.teachers) sizes[teacher.stage] = embedding;
  distill::losses::LossContext context;
  context.words = torch::randn({shape.classes, embedding});
  context.adapters = distill::make_adapters(stage.loss, embedding, sizes, 1);
  network->to(device);
  context.words = context.words.to(device);
  if (context.adapters) context.adapters->to(device);
  state_ = make_train_state(std::move(network), std::move(context), stage.optimizer);
  // Right and sure, as trained teachers are about training clips: a loss that asks for that has its full work.
  const torch::Tensor truth = torch::one_hot(batch_.labels.classes, shape.classes).to(torch::kFloat32);
  for (const config::TeacherRef& teacher : stage.teachers) {
    batch_.teachers.push_back({torch::randn({clips(), embedding}), torch::randn({clips(), shape.classes}) + 10 * truth,
                               teacher.weight, torch::rand({clips(), kAttentionFrames}), teacher.stage});
  }
  batch_.input = model::on_device(batch_.input, device);
  batch_.labels = batch_.labels.classes.to(device);
  for (distill::TeacherOutput& teacher : batch_.teachers) teacher = distill::on_device(teacher, device);
  state_.network->train();
}

void StepBench::step(const model::Input& input, const torch::Tensor& labels) {
  train_step(state_, stage_, {input, labels, batch_.teachers});
}

}  // namespace pskd::train
