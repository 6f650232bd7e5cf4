#include "distill/losses/fitnet.hpp"

namespace pskd::distill::losses {
namespace {

std::string regressor_name(const std::string& teacher) { return "fitnet_of_" + teacher; }

}  // namespace

torch::Tensor hint_loss(const torch::Tensor& regressed, const torch::Tensor& teacher) {
  return 0.5 * torch::mse_loss(regressed, teacher.detach());
}

LossTerm fitnet_term(const config::FitnetConfig& fitnet, const LossInput& input) {
  const auto loss = [&](const TeacherOutput& teacher) {
    return hint_loss(input.context.adapters->project(regressor_name(teacher.stage), input.student.embedding),
                     teacher.embedding);
  };
  return {{fitnet.weight * mean_over(input.teachers, loss)}};
}

std::vector<AdapterLayer> fitnet_teacher_layers(const config::FitnetConfig&, int student, const TeacherSize& teacher) {
  return {{regressor_name(teacher.stage), student, teacher.embedding}};
}

}  // namespace pskd::distill::losses
