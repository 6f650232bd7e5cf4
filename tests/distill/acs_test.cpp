// The Adaptive-Confidence Semantic loss, held to the definitions in tests/golden/make_golden.py.
#include "distill/losses/acs.hpp"

#include <gtest/gtest.h>

#include "distill/objective.hpp"
#include "ops/backend.hpp"
#include "support/golden.hpp"
#include "support/tensors.hpp"

namespace pskd::distill {
namespace {

using testing::expect_gradient;
using testing::golden_cases;
using testing::to_labels;
using testing::to_tensor;

config::AcsConfig config_of(const nlohmann::json& in) {
  config::AcsConfig config;
  config.weight = in["weight"];
  config.temperature = in["temperature"];
  config.confidence_temperature = in["confidence_temperature"];
  config.selection = in["selection"] == "soft" ? config::AcsSelection::soft : config::AcsSelection::hard;
  if (!in["threshold"].is_null()) config.threshold = in["threshold"].get<double>();
  config.semantic.weight = in["semantic_weight"];
  config.semantic.distance = in["semantic_shares"]["distance"];
  config.semantic.angle = in["semantic_shares"]["angle"];
  config.semantic.words = in["semantic_shares"]["words"];
  return config;
}

std::vector<TeacherOutput> teachers_of(const nlohmann::json& in) {
  std::vector<TeacherOutput> teachers;
  for (const auto& one : in["teachers"]) {
    teachers.push_back({to_tensor(one["embeddings"]), to_tensor(one["logits"]), one.value("weight", 1.0)});
  }
  return teachers;
}

TEST(Acs, AgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("losses.json", "acs")) {
    SCOPED_TRACE(one["name"].get<std::string>());
    const auto& in = one["inputs"];
    const auto& expected = one["expected"];
    const config::AcsConfig config = config_of(in);
    const auto teachers = teachers_of(in);
    const torch::Tensor labels = to_labels(in["labels"]), logits = to_tensor(in["student"]["logits"]);
    const torch::Tensor embedding = to_tensor(in["student"]["embeddings"]), words = to_tensor(in["words"]);

    const torch::Tensor assignment = losses::acs_assignment(logits, teachers, labels, config);
    EXPECT_TRUE(torch::allclose(assignment, to_tensor(expected["weights"]).t(), 1e-9, 1e-12)) << assignment;
    const torch::Tensor mimicry = losses::acs_mimicry(logits, teachers, labels, assignment, config.temperature);
    EXPECT_NEAR(mimicry.item<double>(), expected["l_ac"], 1e-9);
    for (const ops::Backend backend : {ops::Backend::cpu, ops::Backend::reference}) {
      const ops::BackendScope scope(backend);
      const torch::Tensor semantics =
          losses::acs_semantics(embedding, teachers, labels, assignment, config.semantic, words);
      EXPECT_NEAR(semantics.item<double>(), expected["l_sem"], 1e-9);
    }

    config::LossConfig loss;
    loss.ce = 0;
    loss.acs = config;
    EXPECT_NEAR(objective({embedding, logits, {}}, labels, teachers, loss, {words}).loss.item<double>(),
                expected["total"], 1e-9);
  }
}

struct TaughtBatch {
  torch::Tensor labels = torch::tensor({0, 1, 2, 0, 1, 2}, torch::kInt64);
  torch::Tensor logits, embedding, words;
  std::vector<TeacherOutput> teachers;

  TaughtBatch() {
    torch::manual_seed(4);
    logits = torch::randn({6, 3}, torch::kFloat64).requires_grad_();
    embedding = torch::randn({6, 5}, torch::kFloat64).requires_grad_();
    words = torch::randn({3, 5}, torch::kFloat64);
    for (int k = 0; k < 2; ++k) {
      teachers.push_back({torch::randn({6, 4}, torch::kFloat64),
                          torch::one_hot(labels, 3).to(torch::kFloat64) * 2 + torch::randn({6, 3}, torch::kFloat64)});
    }
  }
};

TEST(Acs, GradientIsTheDerivativeOfTheLoss) {
  for (const config::AcsSelection selection : {config::AcsSelection::hard, config::AcsSelection::soft}) {
    TaughtBatch batch;
    config::LossConfig loss;
    loss.acs.emplace();
    loss.acs->selection = selection;
    loss.acs->threshold =
        0.3;  // the student's own confidence would move the choice itself, which is not differentiated
    loss.acs->semantic.words = 1;
    const auto total = [&] {
      return objective({batch.embedding, batch.logits, {}}, batch.labels, batch.teachers, loss, {batch.words}).loss;
    };
    for (const ops::Backend backend : {ops::Backend::cpu, ops::Backend::reference}) {
      const ops::BackendScope scope(backend);
      expect_gradient(total, batch.logits, config::word(selection) + " logits", 18);
      expect_gradient(total, batch.embedding, config::word(selection) + " embedding", 30);
    }
  }
}

TEST(Acs, AWrongTeacherIsNeverFollowed) {
  TaughtBatch batch;
  for (TeacherOutput& teacher : batch.teachers) {
    teacher.logits = torch::one_hot((batch.labels + 1) % 3, 3).to(torch::kFloat64) * 20;
  }
  for (const config::AcsSelection selection : {config::AcsSelection::hard, config::AcsSelection::soft}) {
    config::AcsConfig config;
    config.selection = selection;
    config.threshold = 0;
    const torch::Tensor assignment = losses::acs_assignment(batch.logits, batch.teachers, batch.labels, config);
    EXPECT_TRUE(torch::allclose(assignment.select(1, 2), torch::ones({6}, torch::kFloat64))) << config::word(selection);
  }
}

TEST(Acs, AStudentSurerThanItsTeachersLearnsFromTheLabel) {
  TaughtBatch batch;
  const torch::Tensor sure = torch::one_hot(batch.labels, 3).to(torch::kFloat64) * 50;
  const torch::Tensor assignment = losses::acs_assignment(sure, batch.teachers, batch.labels, config::AcsConfig{});
  EXPECT_TRUE(assignment.select(1, 2).eq(1).all().item<bool>());
}

/// Logits that say these classes, so surely.
torch::Tensor saying(const std::vector<std::int64_t>& classes, double logit) {
  return torch::one_hot(torch::tensor(classes, torch::kInt64), 3).to(torch::kFloat64) * logit;
}

TEST(AcsOfUnlabeledClips, TheSurestTeacherOfTheMajorityTeaches) {
  const std::vector<TeacherOutput> teachers = {{{}, saying({0, 1, 2}, 3)},  // the three clips
                                               {{}, saying({0, 2, 2}, 5)},
                                               {{}, saying({1, 0, 2}, 9)}};
  const Labels unlabeled{torch::zeros({3}, torch::kInt64), torch::zeros({3}, torch::kBool)};
  const torch::Tensor student = torch::zeros({3, 3}, torch::kFloat64);
  const torch::Tensor assignment = losses::acs_assignment(student, teachers, unlabeled, config::AcsConfig{});
  const torch::Tensor expected = torch::tensor({{0, 1, 0, 0},    // two of three say 0, the second is surer
                                                {0, 0, 0, 0},    // each says another class: nobody teaches
                                                {0, 0, 1, 0}});  // all agree, the third is surest
  EXPECT_TRUE(assignment.eq(expected).all().item<bool>()) << assignment;
}

TEST(AcsOfUnlabeledClips, NeverLearnsFromALabel) {
  TaughtBatch batch;
  const Labels some{batch.labels, torch::tensor({true, false, true, false, true, false})};
  for (const config::AcsSelection selection : {config::AcsSelection::hard, config::AcsSelection::soft}) {
    config::AcsConfig config;
    config.selection = selection;
    const torch::Tensor with = losses::acs_assignment(batch.logits, batch.teachers, some, config);
    EXPECT_EQ(with.select(1, 2).masked_select(~some.known).abs().sum().item<double>(), 0);
    const torch::Tensor without = losses::acs_assignment(batch.logits, batch.teachers, batch.labels, config);
    EXPECT_TRUE(with.index({some.known}).equal(without.index({some.known}))) << "labeled clips learn as they did";
  }
}

TEST(AcsOfUnlabeledClips, AThresholdIsAnOption) {
  const std::vector<TeacherOutput> teachers = {{{}, saying({0, 1}, 1)}};
  const Labels unlabeled{torch::zeros({2}, torch::kInt64), torch::zeros({2}, torch::kBool)};
  const torch::Tensor student = saying({0, 2}, 2);  // surer of 0 than the teacher, less sure of 1
  config::AcsConfig config;
  const auto taught = [&] {
    return losses::acs_assignment(student, teachers, unlabeled, config).select(1, 0).to(torch::kInt64);
  };
  EXPECT_TRUE(taught().equal(torch::tensor({1, 1}))) << "no threshold";
  config.unlabeled_threshold = 0.9;
  EXPECT_TRUE(taught().equal(torch::tensor({0, 0})));
  config.unlabeled_threshold = std::nullopt;
  EXPECT_TRUE(taught().equal(torch::tensor({0, 1}))) << "the student's own confidence";
}

}  // namespace
}  // namespace pskd::distill
