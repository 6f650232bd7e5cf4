#include "pskd/distill/adapters.hpp"

namespace pskd {

Adapters::Adapters(const LossConfig& loss, int dimensions, const std::vector<int>& teachers) {
  if (loss.crd) learner_head_ = register_module("crd_learner", torch::nn::Linear(dimensions, loss.crd->dimensions));
  for (std::size_t place = 0; place < teachers.size(); ++place) {
    const std::string number = std::to_string(place);
    if (loss.fitnet) {
      regressors_.push_back(register_module("fitnet_" + number, torch::nn::Linear(dimensions, teachers[place])));
    }
    if (loss.crd) {
      heads_.push_back(register_module("crd_" + number, torch::nn::Linear(teachers[place], loss.crd->dimensions)));
    }
  }
}

torch::Tensor Adapters::regress(const torch::Tensor& learner, std::size_t place) {
  return regressors_.at(place)(learner);
}

torch::Tensor Adapters::project_learner(const torch::Tensor& learner) { return learner_head_(learner); }

torch::Tensor Adapters::project_teacher(const torch::Tensor& teacher, std::size_t place) {
  return heads_.at(place)(teacher);
}

std::shared_ptr<Adapters> make_adapters(const LossConfig& loss, int dimensions, const std::vector<int>& teachers,
                                        std::uint64_t key) {
  if (teachers.empty() || (!loss.fitnet && !loss.crd)) return nullptr;
  torch::manual_seed(key);
  return std::make_shared<Adapters>(loss, dimensions, teachers);
}

}  // namespace pskd
