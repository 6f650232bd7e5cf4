// The labels of a batch, some of whose clips may have none.
#pragma once

#include <torch/torch.h>

#include <utility>
#include <vector>

#include "distill/teacher_output.hpp"

namespace pskd::distill {

/// Labels of N clips. Every term of a loss works with the mask at its full shape: rows are weighed, not picked out.
struct Labels {
  torch::Tensor classes = {};  ///< [N] int64; 0 where the label is not known
  torch::Tensor known = {};    ///< [N] bool; undefined: all are
  torch::Tensor weights = {};  ///< [N], of each clip in cross-entropies with its label; undefined: 1

  Labels() = default;
  Labels(torch::Tensor classes_of_all) : classes(std::move(classes_of_all)) {}  // NOLINT(google-explicit-constructor)
  Labels(torch::Tensor some_classes, torch::Tensor which) : classes(std::move(some_classes)), known(std::move(which)) {}

  bool all_known() const { return !known.defined(); }
};

/// The labels of `clips` ([n], int64).
Labels select_clips(const Labels& labels, const torch::Tensor& clips);

/// Mean over all N clips of `values` [N], which are 0 where the label is not known: a clip without a label takes no
/// part in a term that needs one, and the others do not count for more.
torch::Tensor mean_over_labeled(const torch::Tensor& values, const Labels& labels);

/// Values [N] of a cross-entropy with the label, each times the weight of its clip.
torch::Tensor weighed(const torch::Tensor& values, const Labels& labels);

/// The class that a clip is taken for, [N]: its label or, where that is not known, the class of the highest mean
/// probability of the teachers, weighed by their weights.
torch::Tensor known_or_taught(const Labels& labels, const std::vector<TeacherOutput>& teachers);

/// What most teachers say, each with one vote.
struct Vote {
  torch::Tensor classes;  ///< [N] int64
  torch::Tensor agreed;   ///< [N] bool: no other class has as many votes
};
Vote vote(const std::vector<TeacherOutput>& teachers);

}  // namespace pskd::distill
