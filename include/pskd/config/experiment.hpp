// The typed description of an experiment: what a config file says once includes, overrides and defaults are resolved.
// Every field states its meaning, legal range and default in place. The key in the file has the field's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pskd/config/losses.hpp"
#include "pskd/config/models.hpp"

namespace pskd {

struct DataConfig {
  std::string name = "utd-mhad";  ///< data set: utd-mhad | berkeley-mhad | mmact | generic, a user's own,
                                  ///< which may also be called recordings
  std::string root =
      "utd-mhad";  ///< folder of the raw files; a relative one lies under $PSKD_DATA_ROOT, else under ./data
  std::vector<std::string> channels = {"ax", "ay", "az"};  ///< sensor channels the models see, in this order
  std::vector<std::string> sensors;  ///< which ones are read, where a data set has several: berkeley-mhad h01 .. h06
                                     ///< (default h02), mmact acc_watch, acc_phone, gyro, orientation (acc_watch); of
                                     ///< several, channels are called h02_ax, ...
  std::string skeleton;  ///< where a data set has several: berkeley-mhad mhad-16 (default) | mhad-30; empty: default
  std::vector<int> cameras;  ///< mmact: whose poses are read; one clip each; empty: camera 1
  int classes = 0;          ///< mmact: 37 (default) | 35, calls at a desk being classes of their own or not; 0: default
  std::string description;  ///< generic: YAML file that describes the recordings; a relative one lies under the root
  std::string store;        ///< clip store file; empty: <cache folder>/pskd/, see data/clip_store.hpp
};

/// One part of a split. A clip belongs to it when all lists hold it. An absent list holds every value, an empty one
/// none: so {trials: [1, 2]} means those trials of all subjects, {subjects: []} no clip at all.
struct SplitPart {
  std::optional<std::vector<int>> subjects = {};
  std::optional<std::vector<int>> trials = {};   ///< repetitions; MMAct: sessions
  std::optional<std::vector<int>> scenes = {};   ///< MMAct
  std::optional<std::vector<int>> cameras = {};  ///< MMAct, of the skeleton
};

/// Whether some list is there and holds nothing, so that no clip belongs to the part.
bool is_empty(const SplitPart& part);

struct ProtocolConfig {
  std::string name = "cross-subject";  ///< cross-subject, leave-one-subject-out; utd-mhad: subject-specific; mmact:
                                       ///< cross-session, cross-scene, cross-view; or any name for explicit lists
  std::vector<std::string> classes;    ///< class names or groups ("wrist"); empty: all classes
  std::optional<SplitPart> train;      ///< absent: as the named protocol says
  std::optional<SplitPart> val;        ///< absent: none
  std::optional<SplitPart> test;       ///< absent: as the named protocol says
  std::string selection = "last";      ///< which epoch is kept: last | val (best on val)
  bool allow_shared_subjects = false;  ///< permit one subject on both sides; every table then says so
};

/// The random view of a clip that training sees. Teacher and learner get the same one. 0 switches a part off.
struct SensorViewConfig {
  int frames = 128;             ///< samples after resampling, >= 8
  double rotation = 20;         ///< rotation about a random axis, uniform in +- degrees
  double scale = 0.1;           ///< gain ~ N(1, scale)
  double magnitude_warp = 0.2;  ///< slow change of each axis's gain over time, standard deviation at its knots
  double noise = 0.05;          ///< white noise, in standard deviations of the channel
};
struct SkeletonViewConfig {
  int frames = 64;        ///< frames after resampling, >= 8
  double turn = 45;       ///< rotation about the vertical axis, uniform in +- degrees
  double tilt = 15;       ///< rotation about a random horizontal axis, uniform in +- degrees
  double limbs = 0.15;    ///< length of each bone ~ N(1, limbs)
  double scale = 0.2;     ///< body size ~ N(1, scale)
  double jitter = 0.015;  ///< white noise on joint positions, metres
  double mirror = 0;      ///< share of views in which left and right change places
};
struct ViewsConfig {
  int count = 0;           ///< distinct views per clip, drawn once and reused in turn; 0: a fresh one each epoch
  double crop = 0.2;       ///< largest share of the time span cut away, 0 <= crop < 1
  double time_warp = 0.2;  ///< slow change of speed over time, standard deviation of its logarithm at the knots
  SensorViewConfig sensor;
  SkeletonViewConfig skeleton;
};

/// A trained stage that teaches: which of its snapshots, during which epochs of the learner, and how much.
struct TeacherRef {
  std::string stage;
  std::string snapshot =
      "last";  ///< last | best | epoch-<n> (one that the teaching stage keeps, see StageConfig::snapshots)
  std::pair<int, int> epochs{0, 0};  ///< first epoch and end (not included) of the learner, 0-based; {0, 0}: all
  double weight = 1;                 ///< multiplies the teacher's confidence (ACS) or its share of the target (KD), > 0
};

struct OptimizerConfig {
  std::string name = "adamw";       ///< adamw | sgd
  double lr = 2e-3;                 ///< peak learning rate
  double weight_decay = 0.02;       ///< not applied to biases and batch-norm parameters
  double momentum = 0.9;            ///< sgd only
  std::string schedule = "cosine";  ///< cosine | constant, after the warm-up
  double warmup = 5;                ///< epochs of linear warm-up
  double clip_norm = 5;             ///< largest global gradient norm; 0: no clipping
};

struct StageConfig {
  std::string name;  ///< its key under `stages`
  ModelConfig model;
  std::vector<std::string> sees;  ///< modalities: skeleton, sensor
  std::string starts_from;        ///< earlier stage whose parameters of the same name are the initial ones; empty: none
  std::vector<TeacherRef> teachers;  ///< earlier stages
  LossConfig loss;
  int epochs = 100;
  int batch = 32;
  std::string precision = "fp32";  ///< of the convolutions, and of norms and joints between them: fp32 | bf16, which is
                                   ///< faster where the processor has it; parameters are in fp32 with either
  OptimizerConfig optimizer;
  std::vector<int> snapshots;  ///< epochs after which a checkpoint is kept for learners to follow
};

/// How the teachers of the list above change while a learner trains.
struct ProgressConfig {
  std::string mode =
      "chain";                ///< chain: as listed | trajectory: early snapshots, then later ones | weights: mass moves
  int steps = 3;              ///< trajectory: snapshots per teacher; weights: steps of the schedule
  std::string from = "near";  ///< weights: begin at the near (last listed) teachers and move to the far ones, or `far`
};

struct RunConfig {
  std::string name = "experiment";
  std::string root = "runs";
  std::string device = "cpu";  ///< cpu | cuda
  int threads = 0;             ///< 0: every core
};

struct Experiment {
  DataConfig data;
  ProtocolConfig protocol;
  ViewsConfig views;
  std::vector<std::uint64_t> seeds = {1};
  RunConfig run;
  std::vector<StageConfig> stages;  ///< in training order
  ProgressConfig progress;
};

/// The stage named `name`; throws Error(config) listing the names there are.
const StageConfig& find_stage(const Experiment& experiment, const std::string& name);

}  // namespace pskd
