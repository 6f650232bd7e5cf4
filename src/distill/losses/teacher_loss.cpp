#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

torch::Tensor mean_over(const std::vector<TeacherOutput>& teachers,
                        const std::function<torch::Tensor(const TeacherOutput&)>& loss) {
  torch::Tensor sum;
  double weights = 0;
  for (const TeacherOutput& teacher : teachers) {
    const torch::Tensor weighed = teacher.weight * loss(teacher);
    sum = sum.defined() ? sum + weighed : weighed;
    weights += teacher.weight;
  }
  return sum / weights;
}

}  // namespace pskd::distill::losses
