// What every loss that learns from teachers is: a term of the stage's loss, and the layers that it trains beside the
// student. The losses themselves are in losses/<key>.hpp, one method each, and listed in registry.cpp.
//
// Symbols in all of them: N clips, K classes, D embedding size, T frames, tau a temperature. Formulas are scalars
// unless a shape is given, differentiable in the student's argument, and finite with finite gradients for finite
// inputs. The teacher's argument is constant unless said otherwise. Where a paper and its authors' code differ, it is
// said which one is followed.
#pragma once

#include <torch/torch.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "distill/adapters.hpp"
#include "distill/labels.hpp"
#include "distill/teacher_output.hpp"
#include "pskd/config/experiment.hpp"
#include "pskd/model/network.hpp"

namespace pskd::distill::losses {

/// What some losses need beside the batch; the others do without.
struct LossContext {
  torch::Tensor words = {};                      ///< [K, D] word vectors of the class names, ACS
  std::shared_ptr<Adapters> adapters = nullptr;  ///< null where no loss has layers
};

/// What a loss is computed from.
struct LossInput {
  const model::Output& student;
  const Labels& labels;                        ///< of N clips
  const std::vector<TeacherOutput>& teachers;  ///< at least one, unless the loss does without
  const LossContext& context;
};

/// What a loss adds to that of the stage.
struct LossTerm {
  std::vector<torch::Tensor> summands;  ///< scalars, weighed; added one by one
  torch::Tensor assignment = {};        ///< [N, teachers + 1], whom each clip learns from; undefined unless it chooses
};

/// A stage that teaches, and the size of its embedding.
struct TeacherSize {
  std::string stage;
  int embedding = 0;
};

/// A loss with its config found in that of the stage. Where it is absent, all functions return nothing.
struct TeacherLoss {
  std::function<LossTerm(const config::LossConfig&, const LossInput&)> term;
  /// Layers for the student, whose embedding has this size.
  std::function<std::vector<AdapterLayer>(const config::LossConfig&, int student)> student_layers;
  /// Layers for each stage that teaches it.
  std::function<std::vector<AdapterLayer>(const config::LossConfig&, int student, const TeacherSize&)> teacher_layers;
  bool does_without = false;  ///< whether it has a term for clips that no teacher sees
};

template <class Config>
using TermFunction = LossTerm (*)(const Config&, const LossInput&);
template <class Config>
using StudentLayers = std::vector<AdapterLayer> (*)(const Config&, int student);
template <class Config>
using TeacherLayers = std::vector<AdapterLayer> (*)(const Config&, int student, const TeacherSize&);

/// `function` of the loss's config and further arguments; nothing where the stage's loss has no such config, or where
/// there is no function.
template <class Config, class Function>
auto where_configured(std::optional<Config> config::LossConfig::*field, Function function) {
  return [=](const config::LossConfig& loss, const auto&... arguments) {
    using Result = decltype(function(*(loss.*field), arguments...));
    return function != nullptr && loss.*field ? function(*(loss.*field), arguments...) : Result{};
  };
}

/// The loss whose config is in `field`.
template <class Config>
TeacherLoss teacher_loss(std::optional<Config> config::LossConfig::*field,
                         std::type_identity_t<TermFunction<Config>> term,
                         std::type_identity_t<StudentLayers<Config>> student_layers = nullptr,
                         std::type_identity_t<TeacherLayers<Config>> teacher_layers = nullptr) {
  return {where_configured(field, term), where_configured(field, student_layers),
          where_configured(field, teacher_layers)};
}

/// The mean of `loss` over teachers, by their weights.
torch::Tensor mean_over(const std::vector<TeacherOutput>& teachers,
                        const std::function<torch::Tensor(const TeacherOutput&)>& loss);

}  // namespace pskd::distill::losses
