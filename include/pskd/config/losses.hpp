// The loss of a stage. Each way to learn from teachers is here in full: its meaning and its options with their defaults
// (a struct), their keys, meanings and legal values (describe), and its row in kTeacherLosses. What it computes is in
// distill/losses/<key>.hpp. See docs/dev/adding-a-loss.md.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "pskd/config/rules.hpp"

namespace pskd::config {

// Of several teachers, each loss is the mean over them, weighed by their weights; CA-MKD and ACS weigh them themselves.

/// What kd takes over from a teacher.
enum class KdTargets {
  soft,  ///< its distribution over the classes
  hard,  ///< the class that it finds most probable
};
constexpr std::array<const char*, 2> words_of(KdTargets) { return {"soft", "hard"}; }

struct KdConfig {
  static constexpr const char* kMeaning =
      "Knowledge distillation (Hinton et al. 2015): temperature^2 KL(teacher || student).";
  double weight = 0.5;
  double temperature = 2;
  KdTargets targets = KdTargets::soft;
};
template <class Fields>
void describe(Fields& fields, KdConfig& kd) {
  fields({"weight", "Weight of the term."}, kd.weight, at_least(0));
  fields({"temperature", "Temperature of both distributions."}, kd.temperature, above(0));
  fields({"targets",
          "soft: the teacher's distribution. hard: cross-entropy with the class that the teacher finds most probable, "
          "whatever the temperature."},
         kd.targets, one_of_enum<KdTargets>(), LeftOutAs{word(KdTargets::soft)});
}

/// The semantic term of ACS: relations between the embeddings of a batch (Park et al. 2019) and class-name word
/// vectors.
struct SemanticConfig {
  double weight = 1;
  double distance = 1;
  double angle = 2;
  double words = 0;
  std::string word_file;
};
template <class Fields>
void describe(Fields& fields, SemanticConfig& semantic) {
  fields({"weight", "Weight of the semantic term, w_sem."}, semantic.weight, at_least(0));
  fields({"distance", "Share of the relational distance."}, semantic.distance, at_least(0));
  fields({"angle", "Share of the relational angle."}, semantic.angle, at_least(0));
  fields({"words", "Share of the distance to the word vector of the class's name."}, semantic.words, at_least(0));
  fields({"word_file",
          "File of word vectors, .npy, [classes, embedding]; needed where words > 0. A relative one lies as data.root "
          "does."},
         semantic.word_file, any_text());
}

/// Whom ACS lets a clip learn from.
enum class AcsSelection {
  hard,  ///< the most confident eligible teacher, else the label
  soft,  ///< all eligible teachers and the label, weighed by confidence
};
constexpr std::array<const char*, 2> words_of(AcsSelection) { return {"hard", "soft"}; }

struct AcsConfig {
  static constexpr const char* kMeaning = "Adaptive-Confidence Semantic loss, that of our reconstruction of PSKD.";
  double weight = 1;
  double temperature = 4;
  double confidence_temperature = 1;
  AcsSelection selection = AcsSelection::hard;
  std::optional<double> threshold;                  ///< absent: the student's own confidence, "student" in a file
  std::optional<double> unlabeled_threshold = 0.0;  ///< the same for clips without a label
  SemanticConfig semantic;
};
template <class Fields>
void describe(Fields& fields, AcsConfig& acs) {
  fields({"weight", "Weight of the mimicry, w_ac."}, acs.weight, at_least(0));
  fields({"temperature", "Temperature of the mimicry, tau."}, acs.temperature, above(0));
  fields({"confidence_temperature", "Temperature of a teacher's confidence in the truth, tau_c."},
         acs.confidence_temperature, above(0));
  fields({"selection",
          "hard: a clip learns from the most confident eligible teacher, else from its label. soft: from all eligible "
          "teachers and the label, weighed by confidence."},
         acs.selection, one_of_enum<AcsSelection>());
  fields({"threshold",
          "Confidence in the truth from which a teacher is eligible, theta. student means the student's own."},
         acs.threshold, OrWord{"student", between(0, 1)});
  fields({"unlabeled_threshold",
          "The same on a clip without a label, where those teachers are eligible that say what most of them say: "
          "confidence in that class. 0: no threshold."},
         acs.unlabeled_threshold, OrWord{"student", between(0, 1)}, LeftOutAs{"0"});
  fields(
      {"semantic", "Semantic term: relations between the embeddings of a batch (Park et al. 2019), and word vectors."},
      acs.semantic);
}
inline std::optional<Inconsistency> inconsistency(const AcsConfig& acs) {
  if (acs.semantic.words <= 0 || !acs.semantic.word_file.empty()) return std::nullopt;
  return Inconsistency{"semantic.word_file",
                       "expected a .npy file of word vectors, which loss.acs.semantic.words > 0 needs, found nothing"};
}

struct FitnetConfig {
  static constexpr const char* kMeaning =
      "FitNet (Romero et al. 2015): the teacher's embedding is the hint. A linear regressor is trained beside the "
      "student.";
  double weight = 1;
};
template <class Fields>
void describe(Fields& fields, FitnetConfig& fitnet) {
  fields({"weight", "Weight of the term."}, fitnet.weight, at_least(0));
}

struct AtConfig {
  static constexpr const char* kMeaning = "Attention transfer (Zagoruyko, Komodakis 2017): attention over time.";
  double weight = 1;
};
template <class Fields>
void describe(Fields& fields, AtConfig& at) {
  fields({"weight", "Weight of the term."}, at.weight, at_least(0));
}

struct SpConfig {
  static constexpr const char* kMeaning = "Similarity-preserving distillation (Tung, Mori 2019).";
  double weight = 100;
};
template <class Fields>
void describe(Fields& fields, SpConfig& sp) {
  fields({"weight", "Weight of the term, which is a mean of squares of small numbers."}, sp.weight, at_least(0));
}

struct RkdConfig {
  static constexpr const char* kMeaning =
      "Relational distillation (Park et al. 2019): as in acs, but of every teacher and over all clips.";
  double weight = 1;
  double distance = 1;
  double angle = 2;
};
template <class Fields>
void describe(Fields& fields, RkdConfig& rkd) {
  fields({"weight", "Weight of the term."}, rkd.weight, at_least(0));
  fields({"distance", "Share of the relational distance."}, rkd.distance, at_least(0));
  fields({"angle", "Share of the relational angle."}, rkd.angle, at_least(0));
}

struct CrdConfig {
  static constexpr const char* kMeaning =
      "Contrastive representation distillation (Tian et al. 2020). Linear heads are trained beside the student.";
  double weight = 0.8;
  double temperature = 0.07;
  int dimensions = 128;
};
template <class Fields>
void describe(Fields& fields, CrdConfig& crd) {
  fields({"weight", "Weight of the term."}, crd.weight, at_least(0));
  fields({"temperature", "Temperature of the similarities."}, crd.temperature, above(0));
  fields({"dimensions", "Size of the space in which student and teacher are compared."}, crd.dimensions,
         between(1, 65536));
}

struct DkdConfig {
  static constexpr const char* kMeaning = "Decoupled distillation (Zhao et al. 2022).";
  double weight = 0.5;
  double alpha = 1;
  double beta = 2;
  double temperature = 2;
};
template <class Fields>
void describe(Fields& fields, DkdConfig& dkd) {
  fields({"weight", "Weight of the term."}, dkd.weight, at_least(0));
  fields({"alpha", "Share of the true class against the others."}, dkd.alpha, at_least(0));
  fields({"beta", "Share of the others among each other."}, dkd.beta, at_least(0));
  fields({"temperature", "Temperature of both distributions."}, dkd.temperature, above(0));
}

struct DistConfig {
  static constexpr const char* kMeaning = "DIST (Huang et al. 2022).";
  double weight = 0.5;
  double beta = 1;
  double gamma = 1;
  double temperature = 2;
};
template <class Fields>
void describe(Fields& fields, DistConfig& dist) {
  fields({"weight", "Weight of the term."}, dist.weight, at_least(0));
  fields({"beta", "Share of the relations between a clip's classes."}, dist.beta, at_least(0));
  fields({"gamma", "Share of the relations between a class's clips."}, dist.gamma, at_least(0));
  fields({"temperature", "Temperature of both distributions."}, dist.temperature, above(0));
}

struct CaMkdConfig {
  static constexpr const char* kMeaning =
      "Confidence-aware multi-teacher distillation (Zhang, Chen, Wang 2022), which weighs the teachers itself.";
  double weight = 0.5;
  double temperature = 2;
};
template <class Fields>
void describe(Fields& fields, CaMkdConfig& ca_mkd) {
  fields({"weight", "Weight of the term."}, ca_mkd.weight, at_least(0));
  fields({"temperature", "Temperature of both distributions."}, ca_mkd.temperature, above(0));
}

/// The loss of a stage: a sum of what is there.
struct LossConfig {
  double ce = 1;
  double label_smoothing = 0.1;
  double branches = 1;
  double warmup = 0;  ///< epochs
  std::optional<KdConfig> kd;
  std::optional<AcsConfig> acs;
  std::optional<FitnetConfig> fitnet;
  std::optional<AtConfig> at;
  std::optional<SpConfig> sp;
  std::optional<RkdConfig> rkd;
  std::optional<CrdConfig> crd;
  std::optional<DkdConfig> dkd;
  std::optional<DistConfig> dist;
  std::optional<CaMkdConfig> ca_mkd;
};

/// How a config file says an absent loss.
enum class WhenAbsent {
  left_out,  ///< so that a new loss changes neither the written config nor the hash of an experiment without it
  null,      ///< of the losses that are older than this rule
};

/// A way to learn from teachers: its key under `loss`, and the field that it fills.
template <class Config>
struct TeacherLossRow {
  const char* key;
  std::optional<Config> LossConfig::*config;
  WhenAbsent when_absent = WhenAbsent::left_out;
};

/// In the order in which they are written.
inline constexpr std::tuple kTeacherLosses{
    TeacherLossRow<KdConfig>{"kd", &LossConfig::kd, WhenAbsent::null},
    TeacherLossRow<AcsConfig>{"acs", &LossConfig::acs, WhenAbsent::null},
    TeacherLossRow<FitnetConfig>{"fitnet", &LossConfig::fitnet},
    TeacherLossRow<AtConfig>{"at", &LossConfig::at},
    TeacherLossRow<SpConfig>{"sp", &LossConfig::sp},
    TeacherLossRow<RkdConfig>{"rkd", &LossConfig::rkd},
    TeacherLossRow<CrdConfig>{"crd", &LossConfig::crd},
    TeacherLossRow<DkdConfig>{"dkd", &LossConfig::dkd},
    TeacherLossRow<DistConfig>{"dist", &LossConfig::dist},
    TeacherLossRow<CaMkdConfig>{"ca_mkd", &LossConfig::ca_mkd},
};

/// Calls `visit` with every row of kTeacherLosses.
template <class Visit>
void for_each_teacher_loss(const Visit& visit) {
  std::apply([&](const auto&... rows) { (visit(rows), ...); }, kTeacherLosses);
}

template <class Fields>
void describe(Fields& fields, LossConfig& loss) {
  fields({"ce", "Weight of the cross-entropy with the label."}, loss.ce, at_least(0));
  fields({"label_smoothing", "Label smoothing of the cross-entropy."}, loss.label_smoothing, share_below_one());
  fields({"branches", "Weight of the cross-entropy on the sensor branch of a fused model."}, loss.branches,
         at_least(0));
  fields({"warmup", "Epochs over which the weight of what teachers say rises from zero. 0: it is full from the start."},
         loss.warmup, at_least(0), LeftOutAs{"0"});
  for_each_teacher_loss([&](const auto& row) {
    auto& options = loss.*row.config;
    const Key key{row.key, std::decay_t<decltype(*options)>::kMeaning};
    if (row.when_absent == WhenAbsent::null) {
      fields(key, options);
    } else {
      fields(key, options, kLeftOutWhenAbsent);
    }
  });
}

/// The keys of all ways to learn from teachers.
std::vector<std::string> teacher_terms();
/// Those that `loss` has.
std::vector<std::string> teacher_terms(const LossConfig& loss);

}  // namespace pskd::config
