// The loss of a stage, put together from its config: every term that learns from teachers, by itself.
#include "distill/objective.hpp"

#include <gtest/gtest.h>

#include "distill/label_loss.hpp"
#include "pskd/config/experiment.hpp"
#include "support/tensors.hpp"

namespace pskd::distill {
namespace {

using testing::expect_gradient;

constexpr int kStudentSize = 5, kTeacherSize = 4, kClasses = 3;

struct Batch {
  Labels labels = torch::tensor({0, 1, 2, 0, 1, 2}, torch::kInt64);
  model::Output student;
  std::vector<TeacherOutput> teachers;

  Batch() {
    torch::manual_seed(4);
    const auto draw = [](torch::IntArrayRef shape) { return torch::randn(shape, torch::kFloat64); };
    student.logits = draw({6, kClasses}).requires_grad_();
    student.embedding = draw({6, kStudentSize}).requires_grad_();
    student.features = draw({6, 2, 8}).requires_grad_();
    for (const auto& [stage, weight] : {std::pair{"far", 1.0}, {"near", 3.0}}) {
      teachers.push_back({draw({6, kTeacherSize}), draw({6, kClasses}), weight, draw({6, 4}).abs(), stage});
    }
  }
};

std::vector<std::string> terms_and_cross_entropy() {
  std::vector<std::string> terms = config::teacher_terms();
  terms.emplace_back("ce");
  return terms;
}

/// The loss that has only the term `key`, with its default settings.
config::LossConfig only(const std::string& key) {
  config::LossConfig loss;
  loss.ce = key == "ce" ? 1 : 0;
  config::for_each_teacher_loss([&](const auto& row) {
    if (key == row.key) (loss.*row.config).emplace();
  });
  if (loss.acs) loss.acs->threshold = 0.3;  // the student's own confidence would move the choice itself
  if (loss.crd) loss.crd->dimensions = 3;
  return loss;
}

losses::LossContext context_of(const config::LossConfig& loss) {
  losses::LossContext context;
  context.adapters = make_adapters(loss, kStudentSize, {{"far", kTeacherSize}, {"near", kTeacherSize}}, 1);
  if (context.adapters) context.adapters->to(torch::kFloat64);
  return context;
}

/// Two of the six clips have no label.
Labels some_labels(const torch::Tensor& classes) {
  return {classes, torch::tensor({true, true, false, true, false, true})};
}

class Objective : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(AllLabels, Objective, ::testing::Values(true));
INSTANTIATE_TEST_SUITE_P(SomeLabels, Objective, ::testing::Values(false));

TEST_P(Objective, EveryTermThatLearnsFromTeachersIsTheDerivativeOfItsValue) {
  for (const std::string& term : config::teacher_terms()) {
    SCOPED_TRACE(term);
    Batch batch;
    if (!GetParam()) batch.labels = some_labels(batch.labels.classes);
    const config::LossConfig loss = only(term);
    ASSERT_EQ(config::teacher_terms(loss), std::vector<std::string>{term});
    const losses::LossContext context = context_of(loss);
    const auto total = [&] { return objective(batch.student, batch.labels, batch.teachers, loss, context).loss; };
    EXPECT_GT(total().item<double>(), 0);
    total().backward();
    for (const auto& [name, variable] : {std::pair{"logits", batch.student.logits},
                                         {"embedding", batch.student.embedding},
                                         {"features", batch.student.features}}) {
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

TEST(ObjectiveOfUnlabeledClips, DoesNotDependOnWhatStandsInPlaceOfALabel) {
  for (const std::string& term : terms_and_cross_entropy()) {
    SCOPED_TRACE(term);
    Batch batch;
    const config::LossConfig loss = only(term);
    const losses::LossContext context = context_of(loss);
    const auto with = [&](std::vector<std::int64_t> classes) {
      const Labels labels = some_labels(torch::tensor(classes, torch::kInt64));
      return objective(batch.student, labels, batch.teachers, loss, context).loss.item<double>();
    };
    EXPECT_EQ(with({0, 1, 0, 0, 0, 2}), with({0, 1, 2, 0, 1, 2}));
  }
}

TEST(ObjectiveOfUnlabeledClips, AMaskOfAllLabelsIsNoMask) {
  for (const std::string& term : terms_and_cross_entropy()) {
    SCOPED_TRACE(term);
    Batch batch;
    const config::LossConfig loss = only(term);
    const losses::LossContext context = context_of(loss);
    const auto with = [&](const Labels& labels) {
      return objective(batch.student, labels, batch.teachers, loss, context).loss.item<double>();
    };
    const torch::Tensor& classes = batch.labels.classes;
    EXPECT_NEAR(with({classes, torch::ones({6}, torch::kBool)}), with(classes), 1e-12);
  }
}

TEST(ObjectiveOfUnlabeledClips, TheCrossEntropyIsThatOfTheLabeledOnesOverTheWholeBatch) {
  const Batch batch;
  config::LossConfig loss;
  const torch::Tensor rows = torch::tensor({0, 1, 3, 5}, torch::kInt64);
  const torch::Tensor classes = batch.labels.classes.index_select(0, rows);
  const double labeled = label_loss(batch.student.logits.index_select(0, rows), classes, 0.1).item<double>();
  const Labels some = some_labels(batch.labels.classes);
  EXPECT_NEAR(objective(batch.student, some, {}, loss, {}).loss.item<double>(), labeled * 4 / 6, 1e-12);
}

torch::Tensor rows_of(const std::vector<std::int64_t>& rows) { return torch::tensor(rows, torch::kInt64); }

TEST(ObjectiveOfClipsThatTeachersCannotSee, IsThatOfTheWholeBatchWhereAllAreSeen) {
  for (const std::string& term : terms_and_cross_entropy()) {
    Batch batch;
    const config::LossConfig loss = only(term);
    const losses::LossContext context = context_of(loss);
    const double whole = objective(batch.student, batch.labels, batch.teachers, loss, context).loss.item<double>();
    const std::vector<SeenAlike> all = {{rows_of({0, 1, 2, 3, 4, 5}), {0, 1}}};
    EXPECT_NEAR(objective(batch.student, batch.labels, batch.teachers, loss, context, 1, all).loss.item<double>(),
                whole, 1e-12)
        << term;
  }
}

TEST(ObjectiveOfClipsThatTeachersCannotSee, LearnsFromTheOtherTeachersAndElseFromTheLabelAlone) {
  Batch batch;
  config::LossConfig loss = only("kd");
  loss.ce = 1;
  const std::vector<SeenAlike> groups = {{rows_of({0, 3}), {0, 1}}, {rows_of({1, 4, 5}), {1}}, {rows_of({2}), {}}};
  const auto taught = [&](const std::vector<std::int64_t>& rows, const std::vector<std::size_t>& teachers) {
    std::vector<TeacherOutput> seeing;
    for (const std::size_t teacher : teachers) seeing.push_back(select_clips(batch.teachers[teacher], rows_of(rows)));
    const config::LossConfig kd = only("kd");
    const model::Output some{batch.student.embedding, batch.student.logits.index_select(0, rows_of(rows)), {}};
    return objective(some, select_clips(batch.labels, rows_of(rows)), seeing, kd, {}).loss.item<double>() *
           static_cast<double>(rows.size()) / 6;
  };
  const double label = label_loss(batch.student.logits, batch.labels, loss.label_smoothing).item<double>();
  EXPECT_NEAR(objective(batch.student, batch.labels, batch.teachers, loss, {}, 1, groups).loss.item<double>(),
              label + taught({0, 3}, {0, 1}) + taught({1, 4, 5}, {1}), 1e-12);
}

TEST(ObjectiveOfClipsThatTeachersCannotSee, AcsAssignsThemToTheLabel) {
  Batch batch;
  const config::LossConfig loss = only("acs");
  const std::vector<SeenAlike> groups = {{rows_of({1, 2, 4}), {1}}, {rows_of({0, 3, 5}), {}}};
  const auto found = objective(batch.student, batch.labels, batch.teachers, loss, {}, 1, groups);
  EXPECT_TRUE(torch::equal(found.assignment.sum(1), torch::ones({6}, torch::kFloat64)));
  EXPECT_EQ(found.assignment.select(1, 0).sum().item<double>(), 0) << "the first teacher sees none of them";
  EXPECT_TRUE(torch::equal(found.assignment.index_select(0, rows_of({0, 3, 5})).select(1, 2),
                           torch::ones({3}, torch::kFloat64)));
  const std::vector<SeenAlike> nobody = {{rows_of({0, 1, 2, 3, 4, 5}), {}}};
  EXPECT_NEAR(objective(batch.student, batch.labels, batch.teachers, loss, {}, 1, nobody).loss.item<double>(),
              torch::cross_entropy_loss(batch.student.logits, batch.labels.classes).item<double>(), 1e-12);
}

TEST(ObjectiveOfClipsThatTeachersCannotSee, DoesNotDependOnWhatStandsInPlaceOfTheirAnswers) {
  const std::vector<SeenAlike> groups = {{rows_of({0, 1, 3, 4}), {0, 1}}, {rows_of({2}), {1}}, {rows_of({5}), {}}};
  for (const std::string& term : config::teacher_terms()) {
    Batch batch;
    const config::LossConfig loss = only(term);
    const losses::LossContext context = context_of(loss);
    const auto total = [&] {
      return objective(batch.student, batch.labels, batch.teachers, loss, context, 1, groups).loss;
    };
    const double before = total().item<double>();
    for (const torch::Tensor& answer :
         {batch.teachers[0].logits, batch.teachers[0].embedding, batch.teachers[0].attention}) {
      answer.index_fill_(0, rows_of({2, 5}), 7);
    }
    EXPECT_EQ(total().item<double>(), before) << term;
    total().backward();
    EXPECT_TRUE(torch::isfinite(batch.student.logits.grad().defined()      ? batch.student.logits.grad()
                                : batch.student.embedding.grad().defined() ? batch.student.embedding.grad()
                                                                           : batch.student.features.grad())
                    .all()
                    .item<bool>())
        << term;
  }
}

TEST(ObjectiveOfWeighedClips, EachCrossEntropyCountsAsItsClipDoes) {
  Batch batch;
  config::LossConfig loss;
  loss.label_smoothing = 0;
  const torch::Tensor each =
      torch::cross_entropy_loss(batch.student.logits, batch.labels.classes, {}, at::Reduction::None);
  batch.labels.weights = torch::tensor({2.0, 0.5, 1.0, 2.0, 0.5, 0.0}, torch::kFloat64);
  const double expected = (each * batch.labels.weights).mean().item<double>();
  EXPECT_NEAR(objective(batch.student, batch.labels, {}, loss, {}).loss.item<double>(), expected, 1e-12);
  Labels some = some_labels(batch.labels.classes);
  some.weights = batch.labels.weights;
  EXPECT_NEAR(objective(batch.student, some, {}, loss, {}).loss.item<double>(),
              (each * some.weights * some.known).mean().item<double>(), 1e-12);
  const std::vector<SeenAlike> nobody = {{rows_of({0, 1, 2, 3, 4, 5}), {}}};
  EXPECT_NEAR(objective(batch.student, batch.labels, batch.teachers, only("acs"), {}, 1, nobody).loss.item<double>(),
              expected, 1e-12);
}

TEST(ObjectiveOfTerms, HardTargetsAreTheClassThatATeacherSays) {
  Batch batch;
  batch.teachers.resize(1);
  config::LossConfig loss = only("kd");
  loss.kd->weight = 1;
  loss.kd->targets = config::KdTargets::hard;
  const torch::Tensor said = batch.teachers[0].logits.argmax(1);
  EXPECT_EQ(objective(batch.student, batch.labels, batch.teachers, loss, {}).loss.item<double>(),
            torch::cross_entropy_loss(batch.student.logits, said).item<double>());
}

TEST(ObjectiveOfTerms, WhatTeachersSayWarmsUpAndTheLabelDoesNot) {
  const Batch batch;
  config::LossConfig loss = only("kd");
  loss.ce = 1;
  const auto at = [&](double taught) {
    return objective(batch.student, batch.labels, batch.teachers, loss, {}, taught).loss.item<double>();
  };
  const double label = label_loss(batch.student.logits, batch.labels, loss.label_smoothing).item<double>();
  EXPECT_DOUBLE_EQ(at(0), label);
  EXPECT_DOUBLE_EQ(at(0.25), label + 0.25 * (at(1) - label));
}

TEST(ObjectiveOfTerms, ATermForOneTeacherIsTheMeanOverTeachersByTheirWeights) {
  for (const std::string& term : config::teacher_terms()) {
    if (term == "acs" || term == "ca_mkd") continue;
    Batch batch;
    const config::LossConfig loss = only(term);
    const losses::LossContext context = context_of(loss);
    const auto of = [&](const std::vector<TeacherOutput>& teachers) {
      return objective(batch.student, batch.labels, teachers, loss, context).loss.item<double>();
    };
    const double first = of({batch.teachers[0]}), second = of({batch.teachers[1]});
    EXPECT_NEAR(of(batch.teachers), (first + 3 * second) / 4, 1e-9) << term;
  }
}

TEST(ObjectiveOfTerms, WithoutTeachersOnlyTheLabelTeaches) {
  Batch batch;
  config::LossConfig loss = only("kd");
  loss.ce = 1;
  const double alone = objective(batch.student, batch.labels, {}, loss, {}).loss.item<double>();
  loss.kd.reset();
  EXPECT_EQ(objective(batch.student, batch.labels, batch.teachers, loss, {}).loss.item<double>(), alone);
}

std::vector<std::string> adapter_names(const config::LossConfig& loss, const TeacherSizes& teachers) {
  const auto adapters = make_adapters(loss, kStudentSize, teachers, 1);
  std::vector<std::string> names;
  if (adapters) names = adapters->named_children().keys();
  return names;
}

// Names and order are those of checkpoints.
TEST(Adapters, AreThereForTheLossesThatNeedThem) {
  config::LossConfig both = only("fitnet");
  both.crd.emplace();
  const TeacherSizes teachers = {{"far", 4}, {"near", 7}};
  using Names = std::vector<std::string>;
  EXPECT_EQ(adapter_names(only("kd"), teachers), Names());
  EXPECT_EQ(adapter_names(only("fitnet"), teachers), Names({"fitnet_of_far", "fitnet_of_near"}));
  EXPECT_EQ(adapter_names(only("crd"), teachers), Names({"crd_learner", "crd_of_far", "crd_of_near"}));
  EXPECT_EQ(adapter_names(both, teachers),
            Names({"crd_learner", "fitnet_of_far", "crd_of_far", "fitnet_of_near", "crd_of_near"}));
  EXPECT_EQ(adapter_names(both, {}), Names()) << "nobody to be compared with";
}

TEST(Adapters, BringTheStudentToEachTeachersOwnSize) {
  config::LossConfig both = only("fitnet");
  both.crd.emplace().dimensions = 3;
  const auto adapters = make_adapters(both, kStudentSize, {{"far", 4}, {"near", 7}}, 1);
  const torch::Tensor student = torch::randn({6, kStudentSize});
  EXPECT_EQ(adapters->project("fitnet_of_far", student).sizes(), (std::vector<std::int64_t>{6, 4}));
  EXPECT_EQ(adapters->project("fitnet_of_near", student).sizes(), (std::vector<std::int64_t>{6, 7}));
  EXPECT_EQ(adapters->project("crd_learner", student).sizes(), (std::vector<std::int64_t>{6, 3}));
  EXPECT_EQ(adapters->project("crd_of_near", torch::randn({6, 7})).sizes(), (std::vector<std::int64_t>{6, 3}));
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
}  // namespace pskd::distill
