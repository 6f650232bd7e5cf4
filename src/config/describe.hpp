// The table of keys. One description per struct: key, meaning, field and legal values; the field's initial value is the
// default. Reading, writing, hashing and the reference page all walk it, so they cannot disagree. `Fields` is a Reader,
// a Writer or a Lister. Models and losses are described where their structs are.
#pragma once

#include "pskd/config/experiment.hpp"
#include "pskd/config/rules.hpp"

namespace pskd::config {

/// The data sets that data/readers/registry.hpp has a reader of; a test holds the two lists to each other.
inline TextRule dataset_names() {
  TextRule rule = one_of({"utd-mhad", "berkeley-mhad", "mmact", "generic"});
  rule.aliases = {{"recordings", "generic"}};
  return rule;
}

/// Those that every data set has, and those of data sets; a test holds the latter to what the readers know.
inline TextRule protocol_names() {
  return one_of({kCrossSubject, kLeaveOneSubjectOut, kSubjectFolds, kExplicit, kPersonal, "subject-specific",
                 "cross-session", "cross-scene", "cross-view"});
}

template <class Fields>
void describe(Fields& fields, DataConfig& data) {
  fields({"name", "Data set; generic is a user's own recordings and may be called recordings, too."}, data.name,
         dataset_names());
  fields(
      {"root", "Folder of the raw files; ~/ is $HOME. A relative one lies under $PSKD_DATA_ROOT, else under ./data."},
      data.root, path_text());
  fields({"channels", "Sensor channels that the models see, in this order."}, data.channels, some_of(not_empty()));
  fields({"sensors",
          "Sensors that are read, where a data set has several. berkeley-mhad: h01 to h06, empty means h02. mmact: "
          "acc_watch, acc_phone, gyro, orientation, empty means acc_watch. Of several sensors, channels are called "
          "h02_ax and so on."},
         data.sensors, list_of(not_empty()));
  fields(
      {"skeleton",
       "Skeleton that is read, where a data set has several. berkeley-mhad: mhad-16 or mhad-30, empty means mhad-16."},
      data.skeleton, any_text());
  fields({"cameras", "mmact: cameras whose poses are read, one clip each. Empty means camera 1."}, data.cameras,
         set_of(at_least(1)));
  fields({"classes", "mmact: 37, or 35 where calls at a desk are no classes of their own. 0 means 37."}, data.classes,
         at_least(0));
  fields({"description", "generic: YAML file that describes the recordings. A relative one lies under the root."},
         data.description, any_text());
  fields({"store", "File of the clip store. Empty means a file in the cache folder, <cache>/pskd/."}, data.store,
         any_text());
}

template <class Fields>
void describe(Fields& fields, SplitPart& part) {
  fields({"subjects", "Subjects, by number or name. Absent means all, [] means none."}, part.subjects,
         set_of(number_or_name()));
  fields({"trials", "Repetitions; of mmact, sessions. Absent means all, [] means none."}, part.trials,
         set_of(number_or_name()));
  fields({"scenes", "mmact: scenes. Absent means all, [] means none."}, part.scenes, set_of(number_or_name()));
  fields({"cameras", "mmact: cameras that the skeleton is from. Absent means all, [] means none."}, part.cameras,
         set_of(number_or_name()));
}

template <class Fields>
void describe(Fields& fields, UnlabeledPart& part) {
  describe(fields, static_cast<SplitPart&>(part));
  fields(
      {"classes",
       "Class names, or groups of classes: only recordings of these are taken. Empty means all recordings, also those "
       "of classes that protocol.classes leaves out. To study what recordings of unknown classes do."},
      part.classes, list_of(not_empty()), LeftOutAs{"[]"});
}

template <class Fields>
void describe(Fields& fields, ProtocolConfig& protocol) {
  fields(
      {"name",
       "Named split. leave-one-subject-out has a fold for each subject of test, subject-folds as many as folds says. "
       "explicit goes with train and test lists. personal is cross-subject, where unlabeled recordings may "
       "also be of the subjects that are tested. utd-mhad has subject-specific; mmact has cross-session, "
       "cross-scene and cross-view."},
      protocol.name, protocol_names());
  fields({"folds", "subject-folds: number of groups into which subjects are dealt. Each is tested by one fold."},
         protocol.folds, at_least(2), LeftOutAs{"0"});
  fields({"of", "subject-folds: whose subjects are dealt, the training ones of cross-subject or all."}, protocol.of,
         one_of_enum<FoldSubjects>(), LeftOutAs{word(FoldSubjects::train)});
  fields({"classes", "Class names, or groups of classes such as wrist. Empty means all classes."}, protocol.classes,
         list_of(not_empty()));
  fields({"train",
          "Training clips: those that all its lists hold. Absent means as the named protocol says. A fold leaves out "
          "the subjects that it tests."},
         protocol.train);
  fields({"val", "Validation clips. Absent means none. A fold leaves out the subjects that it tests."}, protocol.val);
  fields({"test", "Test clips. Absent means as the named protocol says. The folds deal its subjects among them."},
         protocol.test);
  fields({"unlabeled",
          "Recordings whose labels training never reads: teachers say what they show, where labeled_share of a stage "
          "is not 1. Without subjects they are of the subjects that are tested, in other trials; then the protocol is "
          "personal, leave-one-subject-out or subject-folds."},
         protocol.unlabeled, kLeftOutWhenAbsent);
  fields({"selection",
          "Epoch of a stage that is evaluated: last is the last one, val the best one on the validation clips."},
         protocol.selection, one_of_enum<Selection>());
  fields({"allow_shared_subjects", "Permit a subject in both training and test. Every table then says so."},
         protocol.allow_shared_subjects);
}

template <class Fields>
void describe(Fields& fields, SensorAugmentationConfig& sensor) {
  fields({"frames", "Samples after resampling."}, sensor.frames, between(8, kMaxFrames));
  fields({"rotation", "Rotation about a random axis, uniform between minus and plus this many degrees."},
         sensor.rotation, at_least(0));
  fields({"scale", "Gain ~ N(1, scale)."}, sensor.scale, at_least(0));
  fields({"magnitude_warp", "Slow change of each axis's gain over time: standard deviation at its knots."},
         sensor.magnitude_warp, at_least(0));
  fields({"noise", "White noise, in standard deviations of the channel."}, sensor.noise, at_least(0));
}

template <class Fields>
void describe(Fields& fields, SkeletonAugmentationConfig& skeleton) {
  fields({"frames", "Frames after resampling."}, skeleton.frames, between(8, kMaxFrames));
  fields({"turn", "Rotation about the vertical axis, uniform between minus and plus this many degrees."}, skeleton.turn,
         at_least(0));
  fields({"tilt", "Rotation about a random horizontal axis, uniform between minus and plus this many degrees."},
         skeleton.tilt, at_least(0));
  fields({"limbs", "Relative length of each bone ~ N(1, limbs)."}, skeleton.limbs, share_below_one());
  fields({"scale", "Body size ~ N(1, scale)."}, skeleton.scale, share_below_one());
  fields({"jitter", "White noise on joint positions, in meters."}, skeleton.jitter, at_least(0));
  fields({"mirror", "Share of clips in which left and right change places."}, skeleton.mirror, between(0, 1));
}

template <class Fields>
void describe(Fields& fields, AugmentationConfig& augmentation) {
  fields(
      {"count", "Different augmentations of each clip, drawn once and reused in turn. 0 means a fresh one each epoch."},
      augmentation.count, between(0, 10'000));
  fields({"crop", "Largest share of the time span that is cut away."}, augmentation.crop, share_below_one());
  fields({"time_warp", "Slow change of speed over time: standard deviation of its logarithm at the knots."},
         augmentation.time_warp, at_least(0));
  fields({"sensor", "Augmentation of the sensor channels."}, augmentation.sensor);
  fields({"skeleton", "Augmentation of the skeleton."}, augmentation.skeleton);
}

/// The key `run` of a trained stage. A path that is not given is left out, as is one of a config from before the key.
template <class Fields>
void describe_run(Fields& fields, std::string& run) {
  fields(
      {"run",
       "Folder of another run that is finished, runs/<name>/<config hash>/seed-<n>, whose stage this is; or the "
       "folder above, of which the run with this run's fold and seed is taken; or a model file that pskd export wrote "
       "of that stage. As with run.root, a relative one begins where pskd is started. Empty means this run."},
      run, path_or_empty(), LeftOutAs{"\"\""});
}

template <class Fields>
void describe(Fields& fields, StageRef& reference) {
  fields({"stage", "Name of an earlier stage, or of a stage of the other run."}, reference.stage, not_empty());
  describe_run(fields, reference.run);
}

template <class Fields>
void describe(Fields& fields, TeacherRef& teacher) {
  fields({"stage", "Name of an earlier stage, or of a stage of the other run."}, teacher.stage, not_empty());
  describe_run(fields, teacher.run);
  fields({"snapshot", "Which of its checkpoints teaches. An epoch must be one that it keeps, see snapshots."},
         teacher.snapshot);
  fields({"epochs", "Epochs of the student in which it teaches, counted from 0. Only with progress.mode: chain."},
         teacher.epochs);
  fields(
      {"weight",
       "Multiplies its confidence in acs, and its share in the other losses but ca_mkd, which weighs teachers itself."},
      teacher.weight, above(0));
}

template <class Fields>
void describe(Fields& fields, OptimizerConfig& optimizer) {
  fields({"name", "Optimizer: AdamW, or SGD with momentum."}, optimizer.name, one_of_enum<OptimizerName>());
  fields({"lr", "Peak learning rate."}, optimizer.lr, above(0));
  fields({"weight_decay", "Weight decay; not applied to biases and batch-norm parameters."}, optimizer.weight_decay,
         at_least(0));
  fields({"momentum", "Momentum of sgd."}, optimizer.momentum, share_below_one());
  fields({"schedule", "Learning rate after the warm-up."}, optimizer.schedule, one_of_enum<LearningRateSchedule>());
  fields({"warmup", "Epochs over which the learning rate rises from zero; fewer than epochs."}, optimizer.warmup,
         at_least(0));
  fields({"clip_norm", "Largest global norm of the gradient. 0 means no clipping."}, optimizer.clip_norm, at_least(0));
}

/// The part of a stage that `training` may give for all stages.
struct StageDefaults {
  StageConfig stage;
};

template <class Fields>
void describe_defaults(Fields& fields, StageConfig& stage) {
  fields({"loss", "What the stage minimizes: a weighted sum of terms."}, stage.loss);
  fields({"epochs", "Epochs that the stage trains."}, stage.epochs, between(1, 1'000'000));
  fields({"batch", "Clips per step. Batch norm and relations between clips need two."}, stage.batch,
         between(2, 1'000'000));
  fields({"precision",
          "Precision of convolutions, and of norms and joint mixing between them. bf16 is faster where the processor "
          "computes in it. Parameters are in fp32 with either."},
         stage.precision, one_of_enum<Precision>(), LeftOutAs{word(StageConfig{}.precision)});
  fields({"deterministic",
          "On a card: only algorithms that give the same bits each time. false is faster. A processor always does."},
         stage.deterministic, SwitchRule{}, LeftOutAs{"true"});
  fields({"optimizer", "How the loss is minimized."}, stage.optimizer);
  fields({"labeled_share",
          "Share of labeled clips in each batch; 1: the unlabeled ones are left out, 0: the labeled ones are. all: "
          "every clip once an epoch. A clip without a label learns from teachers only."},
         stage.labeled_share, OrWord{"all", between(0, 1)}, LeftOutAs{"1"});
  fields({"teachers_see", "What teachers are asked about: augmented is what the student sees, plain the clip itself."},
         stage.teachers_see, one_of_enum<TeacherInput>(), LeftOutAs{word(TeacherInput::augmented)});
  fields({"class_weights",
          "balanced: in cross-entropies with the label, a clip counts by the inverse of how many training clips its "
          "class has; the mean over all of them is 1. For sets in which some classes are rare."},
         stage.class_weights, one_of_enum<ClassWeights>(), LeftOutAs{word(ClassWeights::none)});
  fields({"snapshots", "Epochs after which a checkpoint is kept for students to follow; at most epochs."},
         stage.snapshots, set_of(at_least(1)));
}

template <class Fields>
void describe(Fields& fields, StageDefaults& defaults) {
  describe_defaults(fields, defaults.stage);
}

template <class Fields>
void describe(Fields& fields, StageConfig& stage) {
  fields({"model", "Network of the stage."}, stage.model);
  fields({"sees",
          "Modalities that the stage sees: those that its model takes. {sensor: [gx, gy, gz]} are sensor channels of "
          "its own, {sensor: watch} all those of one of several sensors; sensor alone means data.channels."},
         stage.sees);
  fields({"starts_from",
          "Stage whose parameters of the same names are the initial ones: an earlier one, or one of another run; the "
          "statistics of its sensor channels are kept. Empty means random ones."},
         stage.starts_from);
  fields({"teachers",
          "Stages that teach this one, which stay frozen: earlier ones, or those of another run. They need a loss that "
          "learns from them."},
         stage.teachers);
  describe_defaults(fields, stage);
}

template <class Fields>
void describe(Fields& fields, ProgressConfig& progress) {
  fields({"mode",
          "chain: teachers as listed. trajectory: early snapshots of each teacher first, then later ones. weights: "
          "weight moves from teacher to teacher."},
         progress.mode, one_of_enum<ProgressMode>());
  fields({"steps", "trajectory: snapshots per teacher. weights: steps of the schedule."}, progress.steps,
         between(1, 1000));
  fields({"from", "weights: begin with the near teachers, which are listed last, or with the far ones."}, progress.from,
         one_of_enum<ProgressStart>());
}

template <class Fields>
void describe(Fields& fields, RunConfig& run) {
  fields({"name", "Name of the experiment, and of its folder under root."}, run.name, folder_name());
  fields({"root", "Folder of all runs."}, run.root, path_text());
  fields(
      {"device",
       "Where to train: cuda is the first NVIDIA card, cuda:1 the second, and auto the first where LibTorch computes "
       "on one, else the processor."},
      run.device, device_name());
  fields({"threads", "Threads. 0 means one for every core; at most four for each core."}, run.threads, at_least(0));
  fields({"teacher_outputs",
          "Gigabytes that the outputs of frozen teachers may take in stages/answers under root; those used longest ago "
          "go first. 0 means that none are kept when a run has ended."},
         run.teacher_outputs, at_least(0), LeftOutAs{"2"});
}

template <class Fields>
void describe(Fields& fields, Experiment& experiment) {
  fields.also_known({"include", "Files that this one is merged over, relative to it. Later ones win."},
                    "a file name or a list of them", "[]");
  fields.also_known({"training", "Defaults of every stage. A stage's own keys are merged over them."}, "a map", "{}");
  fields({"data", "The data set, and what of it is read."}, experiment.data);
  fields({"protocol", "Which clips train, validate and test."}, experiment.protocol);
  fields({"views",
          "Random augmentation of training clips; validation and test clips are only resampled. Teachers and student "
          "see the same augmented clip. 0 switches a part off."},
         experiment.augmentation);
  fields({"seeds", "Random seeds. The whole chain is trained once for each."}, experiment.seeds, some_of(any_number()));
  fields({"run", "Where and how to run. It is not part of the config hash."}, experiment.run);
  fields({"stages", "The stages, by name. They train in the order in which they were first written."},
         experiment.stages);
  fields({"progress", "How the teachers of a stage change while it trains."}, experiment.progress);
}

}  // namespace pskd::config
