// The formulas of the published losses.
#include <gtest/gtest.h>

#include "distill/losses/at.hpp"
#include "distill/losses/ca_mkd.hpp"
#include "distill/losses/crd.hpp"
#include "distill/losses/dist.hpp"
#include "distill/losses/dkd.hpp"
#include "distill/losses/fitnet.hpp"
#include "distill/losses/kd.hpp"
#include "distill/losses/sp.hpp"
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

torch::Tensor random(torch::IntArrayRef shape) { return torch::randn(shape, torch::kFloat64); }
torch::Tensor labels_of(const std::vector<std::int64_t>& labels) { return torch::tensor(labels, torch::kInt64); }

std::vector<torch::Tensor> to_tensors(const nlohmann::json& values) {
  std::vector<torch::Tensor> tensors;
  for (const auto& one : values) tensors.push_back(to_tensor(one));
  return tensors;
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) { return (a - b).abs().max().item<double>(); }

/// `loss` and its gradient for `student` are finite.
void expect_finite(const torch::Tensor& loss, const torch::Tensor& student, const std::string& name) {
  student.mutable_grad() = torch::Tensor();
  loss.backward();
  EXPECT_TRUE(std::isfinite(loss.item<double>())) << name;
  EXPECT_TRUE(torch::isfinite(student.grad()).all().item<bool>()) << name;
}

TEST(Baselines, HintAgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("baselines.json", "hint")) {
    const auto& in = one["inputs"];
    const torch::Tensor loss = losses::hint_loss(to_tensor(in["student"]), to_tensor(in["teacher"]));
    EXPECT_NEAR(loss.item<double>(), one["expected"]["loss"], kGoldenTolerance) << one["name"];
  }
}

TEST(Baselines, AttentionAgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("baselines.json", "attention")) {
    const torch::Tensor maps = losses::temporal_attention(to_tensor(one["inputs"]["features"]));
    EXPECT_LT(largest_difference(maps, to_tensor(one["expected"]["maps"])), kGoldenTolerance) << one["name"];
  }
}

TEST(Baselines, AttentionTransferAgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("baselines.json", "transfer")) {
    const auto& in = one["inputs"];
    const torch::Tensor loss = losses::attention_transfer(to_tensor(in["student"]), to_tensor(in["teacher"]));
    EXPECT_NEAR(loss.item<double>(), one["expected"]["loss"], kGoldenTolerance) << one["name"];
  }
}

TEST(Baselines, SimilarityPreservingAgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("baselines.json", "similarity")) {
    const auto& in = one["inputs"];
    const torch::Tensor loss = losses::similarity_preserving(to_tensor(in["student"]), to_tensor(in["teacher"]));
    EXPECT_NEAR(loss.item<double>(), one["expected"]["loss"], kGoldenTolerance) << one["name"];
  }
}

TEST(Baselines, ContrastiveAgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("baselines.json", "contrastive")) {
    const auto& in = one["inputs"];
    const torch::Tensor loss = losses::contrastive(to_tensor(in["student"]), to_tensor(in["teacher"]),
                                                   to_labels(in["labels"]), in["temperature"]);
    EXPECT_NEAR(loss.item<double>(), one["expected"]["loss"], kGoldenTolerance) << one["name"];
  }
}

TEST(Baselines, DecoupledKdAgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("baselines.json", "decoupled")) {
    const auto& in = one["inputs"];
    const torch::Tensor loss =
        losses::decoupled_kd(to_tensor(in["student"]), to_tensor(in["teacher"]), to_labels(in["labels"]), in["alpha"],
                             in["beta"], in["temperature"]);
    EXPECT_NEAR(loss.item<double>(), one["expected"]["loss"], kGoldenTolerance) << one["name"];
  }
}

TEST(Baselines, DistAgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("baselines.json", "dist")) {
    const auto& in = one["inputs"];
    const torch::Tensor loss = losses::dist_loss(to_tensor(in["student"]), to_tensor(in["teacher"]), in["beta"],
                                                 in["gamma"], in["temperature"]);
    EXPECT_NEAR(loss.item<double>(), one["expected"]["loss"], kGoldenTolerance) << one["name"];
  }
}

TEST(Baselines, CaMkdAgreesWithAnIndependentImplementation) {
  for (const auto& one : golden_cases("baselines.json", "ca_mkd")) {
    const auto& in = one["inputs"];
    const std::vector<torch::Tensor> teachers = to_tensors(in["teachers"]);
    const torch::Tensor labels = to_labels(in["labels"]);
    EXPECT_LT(largest_difference(losses::ca_mkd_weights(teachers, labels), to_tensor(one["expected"]["weights"])),
              kGoldenTolerance)
        << one["name"];
    const torch::Tensor loss = losses::ca_mkd(to_tensor(in["student"]), teachers, labels, in["temperature"]);
    EXPECT_NEAR(loss.item<double>(), one["expected"]["loss"], kGoldenTolerance) << one["name"];
  }
}

TEST(Baselines, HaveTheDerivativeOfTheirValueAsGradient) {
  torch::manual_seed(1);
  const torch::Tensor labels = labels_of({0, 3, 1, 3, 2});
  const torch::Tensor teacher = random({5, 6}), wide_teacher = random({5, 7}), map = random({5, 9}).square();
  const torch::Tensor teacher_logits = random({5, 4}) * 3, second_logits = random({5, 4}) * 3;
  const torch::Tensor embeddings = random_leaf({5, 6}), logits = random_leaf({5, 4});
  const torch::Tensor features = random_leaf({5, 3, 4}), joints = random_leaf({5, 2, 12, 3});
  expect_gradient([&] { return losses::hint_loss(embeddings, teacher); }, embeddings, "hint_loss", 30);
  expect_gradient([&] { return losses::attention_transfer(losses::temporal_attention(features), map); }, features,
                  "shorter map", 30);
  expect_gradient([&] { return losses::attention_transfer(losses::temporal_attention(joints), map); }, joints,
                  "longer map", 60);
  expect_gradient([&] { return losses::similarity_preserving(embeddings, wide_teacher); }, embeddings, "similarity",
                  30);
  expect_gradient([&] { return losses::decoupled_kd(logits, teacher_logits, labels, 1, 8, 2); }, logits, "decoupled_kd",
                  20);
  expect_gradient([&] { return losses::dist_loss(logits, teacher_logits, 1, 2, 2); }, logits, "dist_loss", 20);
  expect_gradient(
      [&] {
        return losses::ca_mkd(logits, {teacher_logits, second_logits}, labels, 2);
      },
      logits, "ca_mkd", 20);
}

TEST(Contrastive, TrainsTheHeadsOfStudentAndTeacher) {
  torch::manual_seed(2);
  const torch::Tensor labels = labels_of({0, 3, 1, 3, 2});
  const torch::Tensor student = random_leaf({5, 6}), teacher = random_leaf({5, 6});
  const auto loss = [&] { return losses::contrastive(student, teacher, labels, 0.2); };
  expect_gradient(loss, student, "student", 30);
  expect_gradient(loss, teacher, "teacher", 30);
}

TEST(Baselines, DoNotTrainTheTeacher) {
  torch::manual_seed(3);
  const torch::Tensor labels = labels_of({0, 3, 1, 3});
  const torch::Tensor student = random_leaf({4, 5}), teacher = random_leaf({4, 5});
  (losses::hint_loss(student, teacher) + losses::attention_transfer(student.square(), teacher.square()) +
   losses::similarity_preserving(student, teacher) + losses::decoupled_kd(student, teacher, labels, 1, 8, 2) +
   losses::dist_loss(student, teacher, 1, 1, 2) + losses::ca_mkd(student, {teacher, teacher}, labels, 2))
      .backward();
  EXPECT_TRUE(student.grad().defined());
  EXPECT_FALSE(teacher.grad().defined());
}

TEST(Baselines, AreZeroWhereTheStudentIsLikeTheTeacherAndPositiveElsewhere) {
  torch::manual_seed(4);
  const torch::Tensor labels = labels_of({0, 3, 1, 3, 2, 0});
  const torch::Tensor teacher = random({6, 5}), other = random({6, 5});
  const std::vector<std::pair<std::string, std::function<torch::Tensor(const torch::Tensor&)>>> losses = {
      {"hint", [&](const torch::Tensor& student) { return losses::hint_loss(student, teacher); }},
      {"attention",
       [&](const auto& student) { return losses::attention_transfer(student.square(), teacher.square()); }},
      {"similarity", [&](const torch::Tensor& student) { return losses::similarity_preserving(student, teacher); }},
      {"decoupled",
       [&](const torch::Tensor& student) { return losses::decoupled_kd(student, teacher, labels, 1, 8, 2); }},
      {"dist", [&](const torch::Tensor& student) { return losses::dist_loss(student, teacher, 1, 1, 2); }},
      {"ca_mkd",
       [&](const torch::Tensor& student) {
         return losses::ca_mkd(student, {teacher, teacher}, labels, 2);
       }},
  };
  for (const auto& [name, loss] : losses) {
    EXPECT_NEAR(loss(teacher).item<double>(), 0, 1e-12) << name;
    EXPECT_GT(loss(other).item<double>(), 1e-3) << name;
  }
}

TEST(AttentionTransfer, ComparesWhenAndNotHowMuch) {
  torch::manual_seed(5);
  const torch::Tensor map = random({4, 8}).square();
  EXPECT_LT(losses::attention_transfer(map * 30, map).item<double>(), 1e-12);
  EXPECT_LT(losses::attention_transfer(map.repeat_interleave(3, 1), map).item<double>(), 1e-12);
  EXPECT_GT(losses::attention_transfer(map.flip(1), map).item<double>(), 1e-3);
}

TEST(AttentionTransfer, IsTwoWhereTheMapsDoNotOverlap) {
  const torch::Tensor early = torch::tensor({{3.0, 1.0, 0.0, 0.0}}, torch::kFloat64);
  EXPECT_NEAR(losses::attention_transfer(early, early.flip(1)).item<double>(), 2, 1e-12);
}

TEST(SimilarityPreserving, IgnoresTurningAndScalingTheEmbeddings) {
  torch::manual_seed(6);
  const torch::Tensor teacher = random({6, 4});
  const torch::Tensor rotation = std::get<0>(torch::linalg_qr(random({4, 4})));
  EXPECT_LT(losses::similarity_preserving(torch::matmul(teacher, rotation) * 2.5, teacher).item<double>(), 1e-12);
  EXPECT_GT(losses::similarity_preserving(teacher + 1, teacher).item<double>(), 1e-3);
}

TEST(Contrastive, PrefersTheOwnClipAndForgivesItsLabel) {
  const torch::Tensor clips = torch::eye(4, torch::kFloat64), labels = labels_of({0, 0, 1, 1});
  const auto loss = [&](const std::vector<std::int64_t>& order) {
    return losses::contrastive(clips.index_select(0, labels_of(order)), clips, labels, 0.1).item<double>();
  };
  const double own = loss({0, 1, 2, 3}), same_label = loss({1, 0, 3, 2}), other_label = loss({2, 3, 0, 1});
  EXPECT_LT(own, same_label);
  EXPECT_LT(same_label, other_label);
}

TEST(Contrastive, IsZeroAndTrainsNothingInABatchOfOneLabel) {
  torch::manual_seed(7);
  const torch::Tensor student = random_leaf({3, 4}), teacher = random_leaf({3, 4});
  const torch::Tensor loss = losses::contrastive(student, teacher, labels_of({2, 2, 2}), 0.1);
  loss.backward();
  EXPECT_EQ(loss.item<double>(), 0);
  EXPECT_EQ(student.grad().abs().max().item<double>(), 0);
  EXPECT_EQ(teacher.grad().abs().max().item<double>(), 0);
}

TEST(DecoupledKd, IsKdWhereTheOtherClassesWeighWhatTheTeacherGivesThem) {
  torch::manual_seed(8);
  const double temperature = 3;
  const torch::Tensor logits = random({5, 4}), teacher = random({5, 4}) * 2, labels = labels_of({0, 3, 1, 3, 2});
  for (std::int64_t clip = 0; clip < 5; ++clip) {
    const torch::Tensor z = logits.slice(0, clip, clip + 1), of_teacher = teacher.slice(0, clip, clip + 1);
    const torch::Tensor label = labels.slice(0, clip, clip + 1);
    const double doubt = 1 - torch::softmax(of_teacher / temperature, 1)[0][label.item<std::int64_t>()].item<double>();
    EXPECT_NEAR(losses::decoupled_kd(z, of_teacher, label, 1, doubt, temperature).item<double>(),
                losses::divergence(z, of_teacher, temperature).item<double>(), 1e-12);
  }
}

TEST(Dist, IgnoresStretchingAndShiftingTheTeachersProbabilities) {
  torch::manual_seed(9);
  const torch::Tensor logits = random({6, 5}), p = torch::softmax(random({6, 5}) * 2, 1);
  // Mixed with equal chances of all classes, every row is stretched and shifted, and so is every column.
  const torch::Tensor surer = p.log(), less_sure = (0.3 * p + 0.7 / 5).log();
  EXPECT_NEAR(losses::dist_loss(logits, surer, 1, 2, 1).item<double>(),
              losses::dist_loss(logits, less_sure, 1, 2, 1).item<double>(), 1e-12);
  EXPECT_LT(losses::dist_loss(less_sure, surer, 1, 2, 1).item<double>(), 1e-12);
}

TEST(CaMkd, GivesTheTeacherThatIsWrongLess) {
  const torch::Tensor labels = labels_of({0, 1});
  const torch::Tensor right_then_wrong = torch::tensor({{4.0, 0.0, 0.0}, {4.0, 0.0, 0.0}}, torch::kFloat64);
  const torch::Tensor wrong_then_right = torch::tensor({{0.0, 4.0, 0.0}, {0.0, 4.0, 0.0}}, torch::kFloat64);
  const torch::Tensor unsure = torch::zeros({2, 3}, torch::kFloat64);
  const torch::Tensor weights = losses::ca_mkd_weights({right_then_wrong, wrong_then_right, unsure}, labels);
  EXPECT_LT(largest_difference(weights.sum(1), torch::ones({2}, torch::kFloat64)), 1e-12);
  EXPECT_LT(largest_difference(weights[0], weights[1].index_select(0, labels_of({1, 0, 2}))), 1e-12);
  EXPECT_GT(weights[0][0].item<double>(), weights[0][2].item<double>());
  EXPECT_GT(weights[0][2].item<double>(), weights[0][1].item<double>());
}

TEST(CaMkd, GivesATeacherThatIsSureOfAWrongClassNothing) {
  const torch::Tensor labels = labels_of({0}), right = torch::tensor({{9.0, 0.0}}, torch::kFloat64);
  const torch::Tensor weights = losses::ca_mkd_weights({right, torch::tensor({{0.0, 1e5}}, torch::kFloat64)}, labels);
  EXPECT_NEAR(weights[0][0].item<double>(), 1, 1e-12);
  EXPECT_NEAR(weights[0][1].item<double>(), 0, 1e-12);
}

TEST(CaMkd, IsKdForASingleTeacher) {
  torch::manual_seed(10);
  const torch::Tensor logits = random({4, 5}), teacher = random({4, 5}), labels = labels_of({0, 4, 2, 2});
  EXPECT_NEAR(losses::ca_mkd(logits, {teacher}, labels, 3).item<double>(),
              losses::divergence(logits, teacher, 3).mean().item<double>(), 1e-12);
}

/// The losses on embeddings and on logits, in the precision of training, with what breaks formulas.
TEST(Baselines, StayFiniteWhereEmbeddingsAreEqualOrZeroAndForOneClip) {
  torch::manual_seed(11);
  for (const std::int64_t clips : {1, 4}) {
    const torch::Tensor teacher = torch::randn({clips, 3}), labels = torch::arange(clips);
    for (const double value : {0.0, 1.0, 1e-25}) {
      const torch::Tensor equal = torch::full({clips, 3}, value).requires_grad_();
      for (const auto& [of_teacher, name] : {std::pair(teacher, "random teacher"), {equal.detach(), "equal teacher"}}) {
        expect_finite(losses::hint_loss(equal, of_teacher), equal, name);
        expect_finite(losses::attention_transfer(equal, of_teacher.square()), equal, name);
        expect_finite(losses::attention_transfer(losses::temporal_attention(equal.unsqueeze(1)), of_teacher.square()),
                      equal, name);
        expect_finite(losses::similarity_preserving(equal, of_teacher), equal, name);
        expect_finite(losses::contrastive(equal, of_teacher, labels, 0.07), equal, name);
      }
    }
  }
}

TEST(Baselines, StayFiniteForSureTeachersAndForClassesThatNobodyConsiders) {
  for (const std::int64_t clips : {1, 4}) {
    const torch::Tensor labels = torch::arange(clips);
    const torch::Tensor sure = torch::eye(5).slice(0, 0, clips) * 1e4, unsure = torch::zeros({clips, 5});
    // The last class has no clip, and with `sure` and `wrong` no chance.
    const torch::Tensor wrong = sure.roll(1, 1);
    for (const torch::Tensor& student : {sure, unsure, wrong}) {
      const torch::Tensor logits = student.clone().requires_grad_();
      for (const torch::Tensor& teacher : {sure, unsure, wrong}) {
        expect_finite(losses::decoupled_kd(logits, teacher, labels, 1, 8, 1), logits, "decoupled_kd");
        expect_finite(losses::dist_loss(logits, teacher, 1, 1, 1), logits, "dist_loss");
        expect_finite(losses::ca_mkd(logits, {teacher, sure, wrong}, labels, 1), logits, "ca_mkd");
      }
    }
  }
}

TEST(Baselines, LeaveAnEmbeddingOfZerosAGradientOfItsNeighborsSize) {
  torch::manual_seed(12);
  const torch::Tensor student = torch::randn({5, 4}), teacher = torch::randn({5, 4});
  student[2].zero_();
  student.requires_grad_();
  (losses::similarity_preserving(student, teacher) + losses::contrastive(student, teacher, torch::arange(5), 0.1))
      .backward();
  EXPECT_LT(student.grad().abs().max().item<double>(), 1e3);
}

}  // namespace
}  // namespace pskd::distill
