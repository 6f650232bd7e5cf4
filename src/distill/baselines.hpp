// The loss terms of published distillation methods that PSKD is compared with. Symbols: N clips, K classes, D embedding
// size, T frames, tau a temperature. All are scalars unless a shape is given, differentiable in the learner's argument,
// and finite with finite gradients for finite inputs. The teacher's argument is constant unless said otherwise. Where a
// paper and its authors' code differ, it is said which one is followed.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace pskd {

/// FitNet's hint (Romero et al. 2015, eq. 3): (regressed - teacher)^2 / 2, mean over clips and features. `regressed` is
/// the learner's embedding, brought to the teacher's size by a regressor that is trained as well; both are [N, D]. The
/// paper sums over features; a mean lets one weight suit teachers of different width.
torch::Tensor hint_loss(const torch::Tensor& regressed, const torch::Tensor& teacher);

/// Attention over time, [N, T]: the sum over channels (and joints) of the squared features [N, C, T] or [N, C, T, V]
/// (Zagoruyko, Komodakis 2017, F_sum^2, there over the positions of an image). Not normalised.
torch::Tensor temporal_attention(const torch::Tensor& features);

/// Attention transfer (Zagoruyko, Komodakis 2017, eq. 2): squared L2 distance between maps of length 1 each, mean over
/// clips; 0 to 2. `learner` is [N, T] and `teacher` [N, T'], not negative (temporal_attention); the longer is averaged
/// down to the length of the shorter first. A map of zeros stays zeros. The square is the authors' code, eq. 2 has the
/// distance itself; their code also divides by T, which would make the weight depend on the length.
torch::Tensor attention_transfer(const torch::Tensor& learner, const torch::Tensor& teacher);

/// Similarity-preserving distillation (Tung, Mori 2019, eq. 2-4): |G_teacher - G_learner|^2 / N^2 (Frobenius), G [N, N]
/// the products of the embeddings with each other, each row scaled to length 1 (a row of zeros stays zeros). Learner
/// and teacher are [N, D] each, with D of their own.
torch::Tensor similarity_preserving(const torch::Tensor& learner, const torch::Tensor& teacher);

/// Contrastive representation distillation (Tian et al. 2020, eq. 18-19). With unit vectors s_i and t_i, clip i as
/// anchor and its n_i negatives, the clips of the batch with another label:
///   h_ij = exp(s_i . t_j / tau) / (exp(s_i . t_j / tau) + n_i),
///   -log h_ii - the sum over the negatives j of log(1 - h_ij), mean over clips,
/// plus the same with teacher and learner exchanged, as in the authors' code. `learner` and `teacher` are the outputs
/// [N, P] of two trained projection heads: both get gradients, so the teacher's own embedding is to be detached before
/// its head. 0 for a batch without negatives. The paper draws thousands of negatives from a memory of the whole
/// training set; with hundreds of clips in all, the batch is a good part of it and its embeddings are up to date. The
/// paper has n_i / M with M training clips, and the authors' code divides exp(.) by M times its mean over the first
/// batch, which takes M out again; here it is left out from the start.
torch::Tensor contrastive(const torch::Tensor& learner, const torch::Tensor& teacher, const torch::Tensor& labels,
                          double temperature);

/// Decoupled KD (Zhao et al. 2022, eq. 7): tau^2 (alpha TCKD + beta NCKD), mean over clips. TCKD is the divergence of
/// (true class, any other class), NCKD that of the other classes among themselves, all at temperature tau. tau^2 is the
/// authors' code. Logits are [N, K] with K >= 2. With alpha 1 and beta 1 - p_teacher(true class) it is KD.
torch::Tensor decoupled_kd(const torch::Tensor& logits, const torch::Tensor& teacher_logits,
                           const torch::Tensor& labels, double alpha, double beta, double temperature);

/// DIST (Huang et al. 2022, eq. 6-9): tau^2 (beta inter + gamma intra) of p = softmax(logits / tau), [N, K]; inter is
/// the mean over clips of 1 - Pearson's correlation of the learner's and the teacher's row of p, intra the mean over
/// classes of the same for columns. tau^2 is the authors' code. Pearson's denominator is at least 1e-8 (the authors add
/// 1e-8), so what hardly varies counts as uncorrelated. One clip has no columns to compare: intra is then 0.
torch::Tensor dist_loss(const torch::Tensor& logits, const torch::Tensor& teacher_logits, double beta, double gamma,
                        double temperature);

/// The weights of J teachers for each clip, [N, J] (Zhang, Chen, Wang 2022, CA-MKD, eq. 3):
/// (1 - softmax over teachers of their cross-entropy with the label) / (J - 1), rows sum to 1; 1 for a single teacher.
/// At least one teacher; logits are [N, K].
torch::Tensor ca_mkd_weights(const std::vector<torch::Tensor>& teacher_logits, const torch::Tensor& labels);

/// CA-MKD's loss on the outputs (eq. 4): the sum over teachers of weight * tau^2 KL(teacher || learner), mean over
/// clips. The authors' code divides by J once more, which the paper does not. The paper's part on features is left
/// out.
torch::Tensor ca_mkd(const torch::Tensor& logits, const std::vector<torch::Tensor>& teacher_logits,
                     const torch::Tensor& labels, double temperature);

}  // namespace pskd
