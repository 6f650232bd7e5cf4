#include "distill/losses/crd.hpp"

#include "distill/losses/unit_rows.hpp"

namespace pskd::distill::losses {
namespace {

constexpr const char* kStudentHead = "crd_learner";  // the name in checkpoints
std::string head_name(const std::string& teacher) { return "crd_of_" + teacher; }

/// The loss of each clip as anchor, [N]: row i of `similarity` (s . t / tau) compares anchor i with every candidate,
/// row i of `negative` is 1 at its negatives and 0 elsewhere.
torch::Tensor anchor_loss(const torch::Tensor& similarity, const torch::Tensor& negative) {
  const torch::Tensor noise = negative.sum(1, true).clamp_min(1);
  // e^x / (e^x + c) is the sigmoid of x - log c, whose logarithm cannot overflow.
  const torch::Tensor score = similarity - noise.log();
  return -torch::log_sigmoid(score).diagonal() - (torch::log_sigmoid(-score) * negative).sum(1);
}

}  // namespace

torch::Tensor contrastive(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& labels,
                          double temperature) {
  const torch::Tensor similarity = torch::mm(unit_rows(student), unit_rows(teacher).t()) / temperature;
  const torch::Tensor negative = labels.unsqueeze(1).ne(labels.unsqueeze(0)).to(similarity.dtype());
  const torch::Tensor loss = anchor_loss(similarity, negative) + anchor_loss(similarity.t(), negative);
  // A batch of one label compares nothing; times 0 it still gives both projection heads a gradient, of zeros.
  return (loss * negative.amax(1)).mean();
}

LossTerm crd_term(const config::CrdConfig& crd, const LossInput& input) {
  Adapters* adapters = input.context.adapters.get();
  const torch::Tensor taken_for = known_or_taught(input.labels, input.teachers);
  const auto loss = [&](const TeacherOutput& teacher) {
    return contrastive(adapters->project(kStudentHead, input.student.embedding),
                       adapters->project(head_name(teacher.stage), teacher.embedding), taken_for, crd.temperature);
  };
  return {{crd.weight * mean_over(input.teachers, loss)}};
}

std::vector<AdapterLayer> crd_student_layers(const config::CrdConfig& crd, int student) {
  return {{kStudentHead, student, crd.dimensions}};
}

std::vector<AdapterLayer> crd_teacher_layers(const config::CrdConfig& crd, int, const TeacherSize& teacher) {
  return {{head_name(teacher.stage), teacher.embedding, crd.dimensions}};
}

}  // namespace pskd::distill::losses
