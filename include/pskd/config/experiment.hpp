// The typed description of an experiment: what a config file says once includes, overrides and defaults are resolved.
// A key in the file has its field's name; the default stands here. What a key means and which values are legal stands
// beside the losses and models, and for the rest in config/describe.hpp: `pskd config explain KEY.PATH` and
// docs/config-reference.md show it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pskd/base/name.hpp"
#include "pskd/config/losses.hpp"
#include "pskd/config/models.hpp"

namespace pskd::config {

struct DataConfig {
  std::string name = "utd-mhad";
  std::string root = "utd-mhad";
  std::vector<std::string> channels = {"ax", "ay", "az"};
  std::vector<std::string> sensors;
  std::string skeleton;
  std::vector<int> cameras;
  int classes = 0;
  std::string description;
  std::string store;
};

/// One part of a split. A clip belongs to it when all lists hold it. An absent list holds every value, an empty one
/// none: so {trials: [1, 2]} means those trials of all subjects, {subjects: []} no clip at all.
struct SplitPart {
  std::optional<std::vector<Name>> subjects = {};
  std::optional<std::vector<Name>> trials = {};
  std::optional<std::vector<Name>> scenes = {};
  std::optional<std::vector<Name>> cameras = {};
};

/// Whether some list is there and holds nothing, so that no clip belongs to the part.
bool is_empty(const SplitPart& part);

/// The part whose labels training never reads.
struct UnlabeledPart : SplitPart {
  std::vector<std::string> classes = {};  ///< empty: whatever they show, also what ProtocolConfig::classes leaves out
};

/// Which epoch of a stage is evaluated and teaches: the last one, or the best one on the validation clips.
enum class Selection { last, val };
constexpr std::array<const char*, 2> words_of(Selection) { return {"last", "val"}; }

/// Whose subjects the protocol subject-folds deals into its folds: the training ones of cross-subject, or all.
enum class FoldSubjects { train, all };
constexpr std::array<const char*, 2> words_of(FoldSubjects) { return {"train", "all"}; }

/// The protocols of every data set; those of some only are named by their readers. See pskd/data/protocol.hpp.
inline constexpr const char* kCrossSubject = "cross-subject";
inline constexpr const char* kLeaveOneSubjectOut = "leave-one-subject-out";
inline constexpr const char* kSubjectFolds = "subject-folds";  ///< the one with `folds` and `of`
inline constexpr const char* kPersonal = "personal";
inline constexpr const char* kExplicit = "explicit";

struct ProtocolConfig {
  std::string name = kCrossSubject;
  int folds = 0;  ///< 0: not given
  FoldSubjects of = FoldSubjects::train;
  std::vector<std::string> classes;
  std::optional<SplitPart> train;
  std::optional<SplitPart> val;
  std::optional<SplitPart> test;
  std::optional<UnlabeledPart> unlabeled;
  Selection selection = Selection::last;
  bool allow_shared_subjects = false;
};

/// The random augmentation of training clips. Teacher and student get the same one. 0 switches a part off.
struct SensorAugmentationConfig {
  int frames = 128;
  double rotation = 20;  ///< degrees
  double scale = 0.1;
  double magnitude_warp = 0.2;
  double noise = 0.05;  ///< in standard deviations of the channel
};
struct SkeletonAugmentationConfig {
  int frames = 64;
  double turn = 45;  ///< degrees
  double tilt = 15;  ///< degrees
  double limbs = 0.15;
  double scale = 0.2;
  double jitter = 0.015;  ///< meters
  double mirror = 0;
};
struct AugmentationConfig {
  int count = 0;
  double crop = 0.2;
  double time_warp = 0.2;
  SensorAugmentationConfig sensor;
  SkeletonAugmentationConfig skeleton;
};

/// A checkpoint that a stage keeps: that of its last epoch, of the best one on the validation clips, or of a given one.
struct SnapshotName {
  enum class Kind { last, best, epoch };

  Kind kind = Kind::last;
  int epoch = 0;  ///< how many epochs were done then, >= 1; 0 unless kind is epoch

  friend bool operator==(const SnapshotName&, const SnapshotName&) = default;
};

/// "last", "best" or "epoch-<n>"; checkpoints have this name.
std::string word(const SnapshotName& snapshot);
/// The snapshot of that name, if there is one.
std::optional<SnapshotName> snapshot_of(const std::string& name);

/// A trained stage: an earlier one, or one of another run.
struct StageRef {
  std::string stage;     ///< empty: none
  std::string run = {};  ///< folder of the other run, or of an experiment that has one; empty: this run
};

/// A trained stage that teaches: which of its snapshots, during which epochs of the student, and how much.
struct TeacherRef {
  std::string stage;
  SnapshotName snapshot = {};
  std::pair<int, int> epochs{0, 0};  ///< first epoch and end (not included) of the student, 0-based; {0, 0}: all
  double weight = 1;
  std::string run = {};  ///< as of StageRef
};

enum class OptimizerName { adamw, sgd };
constexpr std::array<const char*, 2> words_of(OptimizerName) { return {"adamw", "sgd"}; }

/// How the learning rate goes on after the warm-up.
enum class LearningRateSchedule { cosine, constant };
constexpr std::array<const char*, 2> words_of(LearningRateSchedule) { return {"cosine", "constant"}; }

struct OptimizerConfig {
  OptimizerName name = OptimizerName::adamw;
  double lr = 2e-3;
  double weight_decay = 0.02;
  double momentum = 0.9;
  LearningRateSchedule schedule = LearningRateSchedule::cosine;
  double warmup = 5;  ///< epochs
  double clip_norm = 5;
};

enum class Precision { fp32, bf16 };
constexpr std::array<const char*, 2> words_of(Precision) { return {"fp32", "bf16"}; }

/// Of a training clip, what its teachers are asked about.
enum class TeacherInput {
  augmented,  ///< what the student sees
  plain,      ///< the clip as it was recorded
};
constexpr std::array<const char*, 2> words_of(TeacherInput) { return {"augmented", "plain"}; }

/// Whether the cross-entropies of a stage weigh its classes.
enum class ClassWeights {
  none,
  balanced,  ///< a class by the inverse of how many labeled training clips it has
};
constexpr std::array<const char*, 2> words_of(ClassWeights) { return {"none", "balanced"}; }

struct StageConfig {
  std::string name;  ///< its key under `stages`
  ModelConfig model;
  Sees sees;
  StageRef starts_from = {};
  std::vector<TeacherRef> teachers;
  LossConfig loss;
  int epochs = 100;
  int batch = 32;
  Precision precision = Precision::fp32;
  bool deterministic = true;
  OptimizerConfig optimizer;
  std::vector<int> snapshots;
  /// Of the clips of a batch, the share that has labels; absent: every training clip once an epoch, "all" in a file.
  std::optional<double> labeled_share = 1.0;
  TeacherInput teachers_see = TeacherInput::augmented;
  ClassWeights class_weights = ClassWeights::none;
};

enum class ProgressMode {
  chain,       ///< teachers as listed
  trajectory,  ///< early snapshots of each teacher first, then later ones
  weights,     ///< weight moves from teacher to teacher
};
constexpr std::array<const char*, 3> words_of(ProgressMode) { return {"chain", "trajectory", "weights"}; }

/// The end of the list of teachers at which `weights` begins: the last listed are the nearest to the student.
enum class ProgressStart { near, far };
constexpr std::array<const char*, 2> words_of(ProgressStart) { return {"near", "far"}; }

/// How the teachers of a stage change while it trains.
struct ProgressConfig {
  ProgressMode mode = ProgressMode::chain;
  int steps = 3;
  ProgressStart from = ProgressStart::near;
};

struct RunConfig {
  std::string name = "experiment";
  std::string root = "runs";
  std::string device = "cpu";  ///< auto, cpu, cuda or cuda:<n>
  int threads = 0;             ///< 0: every core
  double teacher_outputs = 2;  ///< GB, 1e9 bytes
};

struct Experiment {
  DataConfig data;
  ProtocolConfig protocol;
  AugmentationConfig augmentation;  ///< the key `views`
  std::vector<std::uint64_t> seeds = {1};
  RunConfig run;
  std::vector<StageConfig> stages;  ///< in training order
  ProgressConfig progress;
};

/// The stage named `name`; throws Error(config) listing the names there are.
const StageConfig& find_stage(const Experiment& experiment, const std::string& name);

}  // namespace pskd::config
