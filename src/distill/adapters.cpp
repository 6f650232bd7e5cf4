#include "distill/adapters.hpp"

namespace pskd {

Adapters::Adapters(const LossConfig& loss, int dimensions, const TeacherSizes& teachers) {
  if (loss.crd) learner_head_ = register_module("crd_learner", torch::nn::Linear(dimensions, loss.crd->dimensions));
  for (const auto& [teacher, size] : teachers) {
    if (loss.fitnet) {
      regressors_.emplace(teacher, register_module("fitnet_of_" + teacher, torch::nn::Linear(dimensions, size)));
    }
    if (loss.crd) {
      heads_.emplace(teacher, register_module("crd_of_" + teacher, torch::nn::Linear(size, loss.crd->dimensions)));
    }
  }
}

torch::Tensor Adapters::regress(const torch::Tensor& learner, const std::string& teacher) {
  return regressors_.at(teacher)(learner);
}

torch::Tensor Adapters::project_learner(const torch::Tensor& learner) { return learner_head_(learner); }

torch::Tensor Adapters::project_teacher(const torch::Tensor& embedding, const std::string& teacher) {
  return heads_.at(teacher)(embedding);
}

std::shared_ptr<Adapters> make_adapters(const LossConfig& loss, int dimensions, const TeacherSizes& teachers,
                                        std::uint64_t key) {
  if (teachers.empty() || (!loss.fitnet && !loss.crd)) return nullptr;
  torch::manual_seed(key);
  return std::make_shared<Adapters>(loss, dimensions, teachers);
}

}  // namespace pskd
