// The loss of a stage, put together from its config: every term that learns from teachers, by itself.
#include "distill/objective.hpp"

#include <gtest/gtest.h>

#include "distill/baselines.hpp"
#include "pskd/config/experiment.hpp"
#include "support/tensors.hpp"

namespace pskd {
namespace {

using testing::expect_gradient;

constexpr int kLearnerSize = 5, kTeacherSize = 4, kClasses = 3;

struct Batch {
  torch::Tensor labels = torch::tensor({0, 1, 2, 0, 1, 2}, torch::kInt64);
  Output learner;
  std::vector<TeacherOutput> teachers;

  Batch() {
    torch::manual_seed(4);
    const auto draw = [](torch::IntArrayRef shape) { return torch::randn(shape, torch::kFloat64); };
    learner.logits = draw({6, kClasses}).requires_grad_();
    learner.embedding = draw({6, kLearnerSize}).requires_grad_();
    learner.features = draw({6, 2, 8}).requires_grad_();
    for (const auto& [stage, weight] : {std::pair{"far", 1.0}, {"near", 3.0}}) {
      teachers.push_back({draw({6, kTeacherSize}), draw({6, kClasses}), weight, draw({6, 4}).abs(), stage});
    }
  }
};

/// The loss that has only the term `name`, with its default settings.
LossConfig only(const std::string& name) {
  LossConfig loss;
  loss.ce = 0;
  if (name == "kd") loss.kd.emplace();
  if (name == "acs") loss.acs.emplace().threshold = 0.3;  // the learner's own confidence would move the choice itself
  if (name == "fitnet") loss.fitnet.emplace();
  if (name == "at") loss.at.emplace();
  if (name == "sp") loss.sp.emplace();
  if (name == "rkd") loss.rkd.emplace();
  if (name == "crd") loss.crd.emplace().dimensions = 3;
  if (name == "dkd") loss.dkd.emplace();
  if (name == "dist") loss.dist.emplace();
  if (name == "ca_mkd") loss.ca_mkd.emplace();
  return loss;
}

LossContext context_of(const LossConfig& loss) {
  LossContext context;
  context.adapters = make_adapters(loss, kLearnerSize, {{"far", kTeacherSize}, {"near", kTeacherSize}}, 1);
  if (context.adapters) context.adapters->to(torch::kFloat64);
  return context;
}

TEST(Objective, EveryTermThatLearnsFromTeachersIsTheDerivativeOfItsValue) {
  for (const std::string& term : teacher_terms()) {
    SCOPED_TRACE(term);
    Batch batch;
    const LossConfig loss = only(term);
    ASSERT_EQ(teacher_terms(loss), std::vector<std::string>{term});
    const LossContext context = context_of(loss);
    const auto total = [&] { return objective(batch.learner, batch.labels, batch.teachers, loss, context).loss; };
    EXPECT_GT(total().item<double>(), 0);
    total().backward();
    for (const auto& [name, variable] : {std::pair{"logits", batch.learner.logits},
                                         {"embedding", batch.learner.embedding},
                                         {"features", batch.learner.features}}) {
      if (!variable.grad().defined()) continue;
      variable.mutable_grad().reset();
      expect_gradient(total, variable, term + " " + name, 18);
    }
    if (!context.adapters) continue;
    for (const auto& parameter : context.adapters->named_parameters()) {
      parameter.value().mutable_grad().reset();
      expect_gradient(total, parameter.value(), term + " " + parameter.key(), 12);
    }
  }
}

TEST(Objective, ATermForOneTeacherIsTheMeanOverTeachersByTheirWeights) {
  for (const std::string& term : teacher_terms()) {
    if (term == "acs" || term == "ca_mkd") continue;
    Batch batch;
    const LossConfig loss = only(term);
    const LossContext context = context_of(loss);
    const auto of = [&](const std::vector<TeacherOutput>& teachers) {
      return objective(batch.learner, batch.labels, teachers, loss, context).loss.item<double>();
    };
    const double first = of({batch.teachers[0]}), second = of({batch.teachers[1]});
    EXPECT_NEAR(of(batch.teachers), (first + 3 * second) / 4, 1e-9) << term;
  }
}

TEST(Objective, WithoutTeachersOnlyTheLabelTeaches) {
  Batch batch;
  LossConfig loss = only("kd");
  loss.ce = 1;
  const double alone = objective(batch.learner, batch.labels, {}, loss, {}).loss.item<double>();
  loss.kd.reset();
  EXPECT_EQ(objective(batch.learner, batch.labels, batch.teachers, loss, {}).loss.item<double>(), alone);
}

TEST(Adapters, AreThereForTheLossesThatNeedThem) {
  for (const std::string& term : teacher_terms()) {
    const auto adapters = make_adapters(only(term), kLearnerSize, {{"far", 4}, {"near", 7}}, 1);
    EXPECT_EQ(adapters != nullptr, term == "fitnet" || term == "crd") << term;
    EXPECT_EQ(make_adapters(only(term), kLearnerSize, {}, 1), nullptr) << "nobody to be compared with";
  }
}

TEST(Adapters, BringTheLearnerToEachTeachersOwnSize) {
  LossConfig both = only("fitnet");
  both.crd.emplace().dimensions = 3;
  const auto adapters = make_adapters(both, kLearnerSize, {{"far", 4}, {"near", 7}}, 1);
  const torch::Tensor learner = torch::randn({6, kLearnerSize});
  EXPECT_EQ(adapters->regress(learner, "far").sizes(), (std::vector<std::int64_t>{6, 4}));
  EXPECT_EQ(adapters->regress(learner, "near").sizes(), (std::vector<std::int64_t>{6, 7}));
  EXPECT_EQ(adapters->project_learner(learner).sizes(), (std::vector<std::int64_t>{6, 3}));
  EXPECT_EQ(adapters->project_teacher(torch::randn({6, 7}), "near").sizes(), (std::vector<std::int64_t>{6, 3}));
}

TEST(Adapters, AreDrawnByTheirKeyAlone) {
  const auto weight = [](std::uint64_t key) {
    return make_adapters(only("fitnet"), 5, {{"far", 4}}, key)->parameters()[0].detach().clone();
  };
  const torch::Tensor first = weight(1);
  torch::rand({100});
  EXPECT_TRUE(torch::equal(weight(1), first));
  EXPECT_FALSE(torch::equal(weight(2), first));
}

}  // namespace
}  // namespace pskd
