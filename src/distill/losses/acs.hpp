// The Adaptive-Confidence Semantic loss: each clip is learned from a teacher that is right and sure about it, else from
// its label. Our reconstruction of PSKD (Ni, Ngu, Yan 2022).
#pragma once

#include <torch/torch.h>

#include <vector>

#include "distill/losses/teacher_loss.hpp"

namespace pskd::distill::losses {

/// Whom each clip learns from: [N, teachers + 1], rows sum to 1, the last column is the label.
/// Without teachers every clip that has a label learns from it.
/// On a clip without a label, the teachers' vote stands for it: those are eligible that say what most of them say, and
/// none is where no class has most votes; theta is config.unlabeled_threshold. Such a clip never learns from a label:
/// its row is 0 where no teacher is eligible.
/// Teacher k is eligible for clip i when argmax z_ki = y_i and its confidence c_ki = softmax(z_ki / tau_c)[y_i] >=
/// theta, where theta is config.threshold or, absent, the student's own confidence. hard: all weight on the eligible
/// teacher with the highest weight_k c_ki (the first of equals), else on the label. soft: weight_k c_ki on each
/// eligible teacher and 1 - max c_ki on the label, normalized.
torch::Tensor acs_assignment(const torch::Tensor& student_logits, const std::vector<TeacherOutput>& teachers,
                             const Labels& labels, const config::AcsConfig& config);

/// mean_i of sum_k w_ki tau^2 KL(teacher k || student) + w_i,label CE(student, y_i), with w the assignment; the
/// cross-entropy is weighed as the label is.
torch::Tensor acs_mimicry(const torch::Tensor& student_logits, const std::vector<TeacherOutput>& teachers,
                          const Labels& labels, const torch::Tensor& assignment, double temperature);

/// Mean of 1 - cos(embedding, word vector of the clip's class), 0 for clips without a label. `words` is [K, D].
torch::Tensor word_distance(const torch::Tensor& embeddings, const torch::Tensor& words, const Labels& labels);

/// For each teacher the relational terms over the clips that learn from it (relations hold within one teacher's space
/// only), weighed by its share of the batch; plus the word-vector term. `words` is [K, D], or
/// undefined when its share is 0.
torch::Tensor acs_semantics(const torch::Tensor& student_embedding, const std::vector<TeacherOutput>& teachers,
                            const Labels& labels, const torch::Tensor& assignment, const config::SemanticConfig& config,
                            const torch::Tensor& words);

LossTerm acs_term(const config::AcsConfig& acs, const LossInput& input);

}  // namespace pskd::distill::losses
