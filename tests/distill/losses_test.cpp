// The terms that several losses share, and the loss of the label.
#include <gtest/gtest.h>

#include "distill/label_loss.hpp"
#include "distill/losses/acs.hpp"
#include "distill/losses/kd.hpp"
#include "distill/losses/rkd.hpp"
#include "support/golden.hpp"
#include "support/tensors.hpp"

namespace pskd::distill {
namespace {

using testing::expect_gradient;
using testing::golden_cases;
using testing::kGoldenTolerance;
using testing::random_leaf;
using testing::to_labels;
using testing::to_tensor;

TEST(LabelLoss, AgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("losses.json", "cross_entropy")) {
    const auto& in = one["inputs"];
    const torch::Tensor loss = label_loss(to_tensor(in["logits"]), to_labels(in["labels"]), in["label_smoothing"]);
    EXPECT_NEAR(loss.item<double>(), one["expected"]["loss"], kGoldenTolerance) << one["name"];
  }
}

TEST(Divergence, AgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("losses.json", "kd")) {
    const auto& in = one["inputs"];
    const torch::Tensor loss =
        losses::divergence(to_tensor(in["student"]), to_tensor(in["teacher"]), in["temperature"]).mean();
    EXPECT_NEAR(loss.item<double>(), one["expected"]["loss"], kGoldenTolerance) << one["name"];
  }
}

TEST(Relations, AgreeWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("losses.json", "relational")) {
    const torch::Tensor student = to_tensor(one["inputs"]["student"]), teacher = to_tensor(one["inputs"]["teacher"]);
    EXPECT_NEAR(losses::relational_distance(student, teacher).item<double>(), one["expected"]["distance"],
                kGoldenTolerance)
        << one["name"];
    EXPECT_NEAR(losses::relational_angle(student, teacher).item<double>(), one["expected"]["angle"], kGoldenTolerance)
        << one["name"];
  }
}

TEST(Divergence, IsZeroExactlyWhereStudentAndTeacherAgree) {
  const torch::Tensor logits = torch::randn({4, 6}, torch::kFloat64);
  EXPECT_LT(losses::divergence(logits, logits + 3, 2).abs().max().item<double>(), 1e-12);
  EXPECT_GT(losses::divergence(logits, logits.flip(1), 2).min().item<double>(), 0);
}

TEST(Relations, IgnoreTurningMovingAndScalingTheEmbeddings) {
  torch::manual_seed(1);
  const torch::Tensor teacher = torch::randn({6, 4}, torch::kFloat64);
  const torch::Tensor rotation = std::get<0>(torch::linalg_qr(torch::randn({4, 4}, torch::kFloat64)));
  const torch::Tensor student = torch::matmul(teacher, rotation) * 2.5 + 1;
  EXPECT_LT(losses::relational_distance(student, teacher).item<double>(), 1e-12);
  EXPECT_LT(losses::relational_angle(student, teacher).item<double>(), 1e-12);
}

TEST(Relations, OfAMaskAreThoseOfTheRowsThatItHas) {
  torch::manual_seed(6);
  const torch::Tensor student = random_leaf({6, 4}), teacher = torch::randn({6, 3}, torch::kFloat64);
  for (const std::vector<std::int64_t>& picked :
       {std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}, {1, 2, 4}, {0, 5}, {3}, {}}) {
    const torch::Tensor rows = torch::tensor(picked, torch::kInt64);
    const torch::Tensor mask = torch::zeros({6}, torch::kBool).index_fill(0, rows, true);
    const torch::Tensor some = student.index_select(0, rows), taught = teacher.index_select(0, rows);
    EXPECT_NEAR(losses::relational_distance_among(student, teacher, mask).item<double>(),
                losses::relational_distance(some, taught).item<double>(), 1e-12)
        << picked.size() << " rows";
    EXPECT_NEAR(losses::relational_angle_among(student, teacher, mask).item<double>(),
                losses::relational_angle(some, taught).item<double>(), 1e-12)
        << picked.size() << " rows";
  }
}

TEST(Gradient, EveryLossIsTheDerivativeOfItsValue) {
  torch::manual_seed(2);
  const torch::Tensor labels = torch::tensor({0, 3, 1, 3, 2}, torch::kInt64);
  const torch::Tensor teacher_logits = torch::randn({5, 4}, torch::kFloat64) * 3;
  const torch::Tensor teacher = torch::randn({5, 7}, torch::kFloat64), words = torch::randn({4, 6}, torch::kFloat64);
  const torch::Tensor logits = random_leaf({5, 4}), embeddings = random_leaf({5, 6});
  expect_gradient([&] { return label_loss(logits, labels, 0.1); }, logits, "label_loss", 20);
  expect_gradient([&] { return losses::divergence(logits, teacher_logits, 3).mean(); }, logits, "divergence", 20);
  expect_gradient([&] { return losses::relational_distance(embeddings, teacher); }, embeddings, "relational_distance",
                  30);
  expect_gradient([&] { return losses::relational_angle(embeddings, teacher); }, embeddings, "relational_angle", 30);
  expect_gradient([&] { return losses::word_distance(embeddings, words, labels); }, embeddings, "word_distance", 30);
}

TEST(Gradient, StaysFiniteWhereEmbeddingsAreEqual) {
  const torch::Tensor teacher = torch::randn({4, 3}, torch::kFloat64);
  const torch::Tensor equal = torch::ones({4, 3}, torch::kFloat64).requires_grad_();
  (losses::relational_distance(equal, teacher) + losses::relational_angle(equal, teacher)).backward();
  EXPECT_TRUE(torch::isfinite(equal.grad()).all().item<bool>());
}

TEST(Losses, DoNotTrainTheTeacher) {
  const torch::Tensor student = random_leaf({4, 5}), teacher = random_leaf({4, 5});
  (losses::divergence(student, teacher, 2).mean() + losses::relational_distance(student, teacher) +
   losses::relational_angle(student, teacher))
      .backward();
  EXPECT_TRUE(student.grad().defined());
  EXPECT_FALSE(teacher.grad().defined());
}

}  // namespace
}  // namespace pskd::distill
