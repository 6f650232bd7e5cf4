// Loss terms. Symbols: N clips, K classes, D embedding size. All are differentiable in the learner's argument and treat
// the teacher's as constant.
#pragma once

#include <torch/torch.h>

namespace pskd {

/// Mean cross-entropy with the labels ([N], int64), label smoothing in [0, 1): the target is 1 - smoothing on the truth
/// and smoothing / K on every class.
torch::Tensor label_loss(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing);

/// tau^2 KL(softmax(teacher / tau) || softmax(learner / tau)) for each clip, [N] (Hinton, Vinyals, Dean 2015).
torch::Tensor divergence(const torch::Tensor& learner_logits, const torch::Tensor& teacher_logits, double temperature);

/// Relational distance (Park et al. 2019, eq. 5-7): distances between embeddings, in units of the mean over the pairs
/// that are apart, compared by smooth L1; mean over the pairs. Learner and teacher are [N, D] each, with D of their
/// own. 0 for N < 2.
torch::Tensor relational_distance(const torch::Tensor& learner, const torch::Tensor& teacher);

/// Relational angle (Park et al. 2019, eq. 8-9): cosines of the angles at j in triples (i, j, k), compared by smooth
/// L1; mean over the triples of different clips. 0 for N < 3.
torch::Tensor relational_angle(const torch::Tensor& learner, const torch::Tensor& teacher);

/// Mean of 1 - cos(embedding, word vector of the clip's class). `words` is [K, D].
torch::Tensor word_distance(const torch::Tensor& embeddings, const torch::Tensor& words, const torch::Tensor& labels);

}  // namespace pskd
