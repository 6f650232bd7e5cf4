// One description per struct: key, field and legal range. Reading, writing and checking all walk it, so they cannot
// disagree. `Fields` is a Reader or a Writer. Models and losses are described where their structs are.
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

template <class Fields>
void describe(Fields& fields, DataConfig& data) {
  fields("name", data.name, dataset_names());
  fields("root", data.root, not_empty());
  fields("channels", data.channels, some_of(not_empty()));
  fields("sensors", data.sensors, list_of(not_empty()));
  fields("skeleton", data.skeleton, any_text());
  fields("cameras", data.cameras, list_of(at_least(1)));
  fields("classes", data.classes, at_least(0));
  fields("description", data.description, any_text());
  fields("store", data.store, any_text());
}

template <class Fields>
void describe(Fields& fields, SplitPart& part) {
  fields("subjects", part.subjects, list_of(at_least(1)));
  fields("trials", part.trials, list_of(at_least(1)));
  fields("scenes", part.scenes, list_of(at_least(1)));
  fields("cameras", part.cameras, list_of(at_least(1)));
}

template <class Fields>
void describe(Fields& fields, ProtocolConfig& protocol) {
  fields("name", protocol.name, not_empty());
  fields("classes", protocol.classes, list_of(not_empty()));
  fields("train", protocol.train);
  fields("val", protocol.val);
  fields("test", protocol.test);
  fields("selection", protocol.selection, one_of({"last", "val"}));
  fields("allow_shared_subjects", protocol.allow_shared_subjects);
}

template <class Fields>
void describe(Fields& fields, SensorViewConfig& view) {
  fields("frames", view.frames, at_least(8));
  fields("rotation", view.rotation, at_least(0));
  fields("scale", view.scale, at_least(0));
  fields("magnitude_warp", view.magnitude_warp, at_least(0));
  fields("noise", view.noise, at_least(0));
}

template <class Fields>
void describe(Fields& fields, SkeletonViewConfig& view) {
  fields("frames", view.frames, at_least(8));
  fields("turn", view.turn, at_least(0));
  fields("tilt", view.tilt, at_least(0));
  fields("limbs", view.limbs, share_below_one());
  fields("scale", view.scale, share_below_one());
  fields("jitter", view.jitter, at_least(0));
  fields("mirror", view.mirror, between(0, 1));
}

template <class Fields>
void describe(Fields& fields, ViewsConfig& views) {
  fields("count", views.count, at_least(0));
  fields("crop", views.crop, share_below_one());
  fields("time_warp", views.time_warp, at_least(0));
  fields("sensor", views.sensor);
  fields("skeleton", views.skeleton);
}

template <class Fields>
void describe(Fields& fields, TeacherRef& teacher) {
  fields("stage", teacher.stage, not_empty());
  fields("snapshot", teacher.snapshot, snapshot_name());
  fields("epochs", teacher.epochs);
  fields("weight", teacher.weight, above(0));
}

template <class Fields>
void describe(Fields& fields, OptimizerConfig& optimizer) {
  fields("name", optimizer.name, one_of({"adamw", "sgd"}));
  fields("lr", optimizer.lr, above(0));
  fields("weight_decay", optimizer.weight_decay, at_least(0));
  fields("momentum", optimizer.momentum, share_below_one());
  fields("schedule", optimizer.schedule, one_of({"cosine", "constant"}));
  fields("warmup", optimizer.warmup, at_least(0));
  fields("clip_norm", optimizer.clip_norm, at_least(0));
}

/// The part of a stage that `training` may give for all stages.
struct StageDefaults {
  StageConfig stage;
};

template <class Fields>
void describe_defaults(Fields& fields, StageConfig& stage) {
  fields("loss", stage.loss);
  fields("epochs", stage.epochs, at_least(1));
  fields("batch", stage.batch, at_least(2));  // batch norm and relations need two clips
  fields("precision", stage.precision, one_of({"fp32", "bf16"}), LeftOutAs{StageConfig{}.precision});
  fields("optimizer", stage.optimizer);
  fields("snapshots", stage.snapshots, list_of(at_least(1)));
}

template <class Fields>
void describe(Fields& fields, StageDefaults& defaults) {
  describe_defaults(fields, defaults.stage);
}

template <class Fields>
void describe(Fields& fields, StageConfig& stage) {
  fields("model", stage.model);
  fields("sees", stage.sees, some_of(one_of({"skeleton", "sensor"})));
  fields("starts_from", stage.starts_from, any_text());
  fields("teachers", stage.teachers);
  describe_defaults(fields, stage);
}

template <class Fields>
void describe(Fields& fields, ProgressConfig& progress) {
  fields("mode", progress.mode, one_of({"chain", "trajectory", "weights"}));
  fields("steps", progress.steps, at_least(1));
  fields("from", progress.from, one_of({"near", "far"}));
}

template <class Fields>
void describe(Fields& fields, RunConfig& run) {
  fields("name", run.name, folder_name());
  fields("root", run.root, not_empty());
  fields("device", run.device, one_of({"cpu", "cuda"}));
  fields("threads", run.threads, at_least(0));
}

template <class Fields>
void describe(Fields& fields, Experiment& experiment) {
  fields("data", experiment.data);
  fields("protocol", experiment.protocol);
  fields("views", experiment.views);
  fields("seeds", experiment.seeds, some_of(any_number()));
  fields("run", experiment.run);
  fields("stages", experiment.stages);
  fields("progress", experiment.progress);
}

}  // namespace pskd::config
