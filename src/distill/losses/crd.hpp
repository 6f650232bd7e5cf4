// Contrastive representation distillation (Tian et al. 2020).
#pragma once

#include <torch/torch.h>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// CRD (eq. 18-19). With unit vectors s_i and t_i, clip i as anchor and its n_i negatives, the clips of the batch with
/// another label:
///   h_ij = exp(s_i . t_j / tau) / (exp(s_i . t_j / tau) + n_i),
///   -log h_ii - the sum over the negatives j of log(1 - h_ij), mean over clips,
/// plus the same with teacher and student exchanged, as in the authors' code. `student` and `teacher` are the outputs
/// [N, P] of two trained projection heads: both get gradients, so the teacher's own embedding is to be detached before
/// its head. 0 for a batch without negatives. The paper draws thousands of negatives from a memory of the whole
/// training set; with hundreds of clips in all, the batch is a good part of it and its embeddings are up to date. The
/// paper has n_i / M with M training clips, and the authors' code divides exp(.) by M times its mean over the first
/// batch, which takes M out again; here it is left out from the start.
torch::Tensor contrastive(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& labels,
                          double temperature);

LossTerm crd_term(const config::CrdConfig& crd, const LossInput& input);

/// The projection heads: one of the student, one of each teacher.
std::vector<AdapterLayer> crd_student_layers(const config::CrdConfig& crd, int student);
std::vector<AdapterLayer> crd_teacher_layers(const config::CrdConfig& crd, int student, const TeacherSize& teacher);

}  // namespace pskd::distill::losses
