// The loss of a stage. Each way to learn from teachers is here in full: its options with their defaults and meaning
// (a struct), their keys and legal ranges (describe), and its row in kTeacherLosses. What it computes is in
// distill/losses/<key>.hpp. See docs/dev/adding-a-loss.md.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "pskd/config/rules.hpp"

namespace pskd {

// Of several teachers, each loss is the mean over them, weighed by their weights; CA-MKD and ACS weigh them themselves.

/// Logit distillation (Hinton et al. 2015): temperature^2 KL(teacher || student).
struct KdConfig {
  double weight = 0.5;
  double temperature = 2;
};
template <class Fields>
void describe(Fields& fields, KdConfig& kd) {
  fields("weight", kd.weight, config::at_least(0));
  fields("temperature", kd.temperature, config::above(0));
}

/// The semantic term of ACS: relations between the embeddings of a batch (Park et al. 2019) and class-name word
/// vectors.
struct SemanticConfig {
  double weight = 1;      ///< w_sem
  double distance = 1;    ///< share of the relational distance
  double angle = 2;       ///< share of the relational angle
  double words = 0;       ///< share of the distance to the class name's word vector
  std::string word_file;  ///< .npy, [classes, embedding]; needed when words > 0; relative as data.root
};
template <class Fields>
void describe(Fields& fields, SemanticConfig& semantic) {
  fields("weight", semantic.weight, config::at_least(0));
  fields("distance", semantic.distance, config::at_least(0));
  fields("angle", semantic.angle, config::at_least(0));
  fields("words", semantic.words, config::at_least(0));
  fields("word_file", semantic.word_file, config::any_text());
}

/// Whom ACS lets a clip learn from.
enum class AcsSelection {
  hard,  ///< the most confident eligible teacher, else the label
  soft,  ///< all eligible teachers and the label, weighed by confidence
};
constexpr std::array<const char*, 2> words_of(AcsSelection) { return {"hard", "soft"}; }

/// Adaptive-Confidence Semantic loss; METHOD: L = w_ce CE + w_ac mean_i L_ac(i) + w_sem L_sem.
struct AcsConfig {
  double weight = 1;                  ///< w_ac
  double temperature = 4;             ///< tau of the mimicry
  double confidence_temperature = 1;  ///< tau_c of the teacher's confidence in the truth
  AcsSelection selection = AcsSelection::hard;
  std::optional<double>
      threshold;  ///< theta; absent ("student" in the file): the student's own confidence in the truth
  SemanticConfig semantic;
};
template <class Fields>
void describe(Fields& fields, AcsConfig& acs) {
  fields("weight", acs.weight, config::at_least(0));
  fields("temperature", acs.temperature, config::above(0));
  fields("confidence_temperature", acs.confidence_temperature, config::above(0));
  fields("selection", acs.selection, config::one_of_enum<AcsSelection>());
  fields("threshold", acs.threshold, config::OrWord{"student", config::between(0, 1)});
  fields("semantic", acs.semantic);
}
inline std::optional<config::Inconsistency> inconsistency(const AcsConfig& acs) {
  if (acs.semantic.words <= 0 || !acs.semantic.word_file.empty()) return std::nullopt;
  return config::Inconsistency{
      "semantic.word_file",
      "expected a .npy file of word vectors, which loss.acs.semantic.words > 0 needs, found nothing"};
}

/// FitNet (Romero et al. 2015): the teacher's embedding is the hint; a linear regressor is trained beside the student.
struct FitnetConfig {
  double weight = 1;
};
template <class Fields>
void describe(Fields& fields, FitnetConfig& fitnet) {
  fields("weight", fitnet.weight, config::at_least(0));
}

/// Attention transfer (Zagoruyko, Komodakis 2017), attention over time.
struct AtConfig {
  double weight = 1;
};
template <class Fields>
void describe(Fields& fields, AtConfig& at) {
  fields("weight", at.weight, config::at_least(0));
}

/// Similarity-preserving distillation (Tung, Mori 2019).
struct SpConfig {
  double weight = 100;  ///< the loss is a mean of squares of small numbers
};
template <class Fields>
void describe(Fields& fields, SpConfig& sp) {
  fields("weight", sp.weight, config::at_least(0));
}

/// Relational distillation (Park et al. 2019): as in ACS, but of every teacher and over all clips.
struct RkdConfig {
  double weight = 1;
  double distance = 1;  ///< share of the relational distance
  double angle = 2;     ///< share of the relational angle
};
template <class Fields>
void describe(Fields& fields, RkdConfig& rkd) {
  fields("weight", rkd.weight, config::at_least(0));
  fields("distance", rkd.distance, config::at_least(0));
  fields("angle", rkd.angle, config::at_least(0));
}

/// Contrastive representation distillation (Tian et al. 2020); linear heads are trained beside the student.
struct CrdConfig {
  double weight = 0.8;
  double temperature = 0.07;
  int dimensions = 128;  ///< of the space in which student and teacher are compared
};
template <class Fields>
void describe(Fields& fields, CrdConfig& crd) {
  fields("weight", crd.weight, config::at_least(0));
  fields("temperature", crd.temperature, config::above(0));
  fields("dimensions", crd.dimensions, config::at_least(1));
}

/// Decoupled KD (Zhao et al. 2022).
struct DkdConfig {
  double weight = 0.5;
  double alpha = 1;  ///< of the true class against the others
  double beta = 2;   ///< of the others among each other
  double temperature = 2;
};
template <class Fields>
void describe(Fields& fields, DkdConfig& dkd) {
  fields("weight", dkd.weight, config::at_least(0));
  fields("alpha", dkd.alpha, config::at_least(0));
  fields("beta", dkd.beta, config::at_least(0));
  fields("temperature", dkd.temperature, config::above(0));
}

/// DIST (Huang et al. 2022).
struct DistConfig {
  double weight = 0.5;
  double beta = 1;   ///< of the relations between a clip's classes
  double gamma = 1;  ///< of those between a class's clips
  double temperature = 2;
};
template <class Fields>
void describe(Fields& fields, DistConfig& dist) {
  fields("weight", dist.weight, config::at_least(0));
  fields("beta", dist.beta, config::at_least(0));
  fields("gamma", dist.gamma, config::at_least(0));
  fields("temperature", dist.temperature, config::above(0));
}

/// Confidence-aware multi-teacher KD (Zhang, Chen, Wang 2022).
struct CaMkdConfig {
  double weight = 0.5;
  double temperature = 2;
};
template <class Fields>
void describe(Fields& fields, CaMkdConfig& ca_mkd) {
  fields("weight", ca_mkd.weight, config::at_least(0));
  fields("temperature", ca_mkd.temperature, config::above(0));
}

/// The loss of a stage: a sum of what is there.
struct LossConfig {
  double ce = 1;                 ///< weight of the cross-entropy with the label
  double label_smoothing = 0.1;  ///< 0 <= label_smoothing < 1
  double branches = 1;           ///< weight of the cross-entropy on the sensor branch of a fused model
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
  fields("ce", loss.ce, config::at_least(0));
  fields("label_smoothing", loss.label_smoothing, config::share_below_one());
  fields("branches", loss.branches, config::at_least(0));
  for_each_teacher_loss([&](const auto& row) {
    if (row.when_absent == WhenAbsent::null) {
      fields(row.key, loss.*row.config);
    } else {
      fields(row.key, loss.*row.config, config::kLeftOutWhenAbsent);
    }
  });
}

/// The keys of all ways to learn from teachers.
std::vector<std::string> teacher_terms();
/// Those that `loss` has.
std::vector<std::string> teacher_terms(const LossConfig& loss);

}  // namespace pskd
