#include "distill/teacher_output.hpp"

#include <algorithm>

#include "distill/losses/at.hpp"

namespace pskd::distill {
namespace {

constexpr std::int64_t kBatch = 64;

template <class Change>
TeacherOutput change(const TeacherOutput& output, Change some) {
  const auto of = [&](const torch::Tensor& tensor) { return tensor.defined() ? some(tensor) : tensor; };
  return {of(output.embedding), of(output.logits), output.weight, of(output.attention), output.stage};
}

}  // namespace

TeacherOutput compute_output(model::Network& network, const model::Input& input) {
  const torch::NoGradGuard no_grad;
  network.eval();
  const torch::Tensor& any = input.sensor.defined() ? input.sensor : input.skeleton;
  std::vector<torch::Tensor> embeddings, logits, attention;
  for (std::int64_t first = 0; first < any.size(0); first += kBatch) {
    const std::int64_t count = std::min(kBatch, any.size(0) - first);
    model::Output output = network.forward(model::narrow(input, first, count));
    embeddings.push_back(output.embedding);
    logits.push_back(output.logits);
    if (output.features.defined()) attention.push_back(losses::temporal_attention(output.features));
  }
  TeacherOutput all{torch::cat(embeddings), torch::cat(logits)};
  if (!attention.empty()) all.attention = torch::cat(attention);
  return all;
}

TeacherOutput select_clips(const TeacherOutput& output, const torch::Tensor& clips) {
  return change(output, [&](const torch::Tensor& tensor) { return tensor.index_select(0, clips); });
}

TeacherOutput on_device(const TeacherOutput& output, torch::Device device) {
  return change(output, [&](const torch::Tensor& tensor) { return tensor.to(device); });
}

}  // namespace pskd::distill
