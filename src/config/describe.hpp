// One description per struct: key, field and legal range. Reading, writing and checking all walk it, so they cannot
// disagree. `Fields` is a Reader or a Writer.
#pragma once

#include "config/rules.hpp"
#include "pskd/config/experiment.hpp"

namespace pskd::config {

template <class Fields>
void describe(Fields& fields, DataConfig& data) {
  fields("name", data.name, one_of({"utd-mhad", "berkeley-mhad", "mmact", "generic"}));
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
void describe(Fields& fields, SkeletonGcnConfig& model) {
  fields("streams", model.streams, some_of(one_of({"joint", "bone", "motion"})));
  fields("width", model.width, at_least(1));
  fields("blocks", model.blocks, at_least(1));
  fields("kernel", model.kernel, odd());
  fields("segments", model.segments, at_least(1));
  fields("embedding", model.embedding, at_least(1));
  fields("dropout", model.dropout, share_below_one());
  fields("classifier_dropout", model.classifier_dropout, share_below_one());
}

template <class Fields>
void describe(Fields& fields, SensorCnnConfig& model) {
  fields("width", model.width, at_least(1));
  fields("kernel", model.kernel, odd());
  fields("segments", model.segments, at_least(1));
  fields("embedding", model.embedding, at_least(1));
  fields("dropout", model.dropout, share_below_one());
  fields("classifier_dropout", model.classifier_dropout, share_below_one());
}

template <class Fields>
void describe(Fields& fields, FusedConfig& model) {
  fields("skeleton", model.skeleton);
  fields("sensor", model.sensor);
}

template <class Fields>
void describe(Fields& fields, TeacherRef& teacher) {
  fields("stage", teacher.stage, not_empty());
  fields("snapshot", teacher.snapshot, snapshot_name());
  fields("epochs", teacher.epochs);
  fields("weight", teacher.weight, above(0));
}

template <class Fields>
void describe(Fields& fields, KdConfig& kd) {
  fields("weight", kd.weight, at_least(0));
  fields("temperature", kd.temperature, above(0));
}

template <class Fields>
void describe(Fields& fields, SemanticConfig& semantic) {
  fields("weight", semantic.weight, at_least(0));
  fields("distance", semantic.distance, at_least(0));
  fields("angle", semantic.angle, at_least(0));
  fields("words", semantic.words, at_least(0));
  fields("word_file", semantic.word_file, any_text());
}

template <class Fields>
void describe(Fields& fields, AcsConfig& acs) {
  fields("weight", acs.weight, at_least(0));
  fields("temperature", acs.temperature, above(0));
  fields("confidence_temperature", acs.confidence_temperature, above(0));
  fields("selection", acs.selection, one_of_enum<AcsSelection>());
  fields("threshold", acs.threshold, OrWord{"student", between(0, 1)});
  fields("semantic", acs.semantic);
}

template <class Fields>
void describe(Fields& fields, FitnetConfig& fitnet) {
  fields("weight", fitnet.weight, at_least(0));
}

template <class Fields>
void describe(Fields& fields, AttentionConfig& at) {
  fields("weight", at.weight, at_least(0));
}

template <class Fields>
void describe(Fields& fields, SimilarityConfig& sp) {
  fields("weight", sp.weight, at_least(0));
}

template <class Fields>
void describe(Fields& fields, RelationalConfig& rkd) {
  fields("weight", rkd.weight, at_least(0));
  fields("distance", rkd.distance, at_least(0));
  fields("angle", rkd.angle, at_least(0));
}

template <class Fields>
void describe(Fields& fields, ContrastiveConfig& crd) {
  fields("weight", crd.weight, at_least(0));
  fields("temperature", crd.temperature, above(0));
  fields("dimensions", crd.dimensions, at_least(1));
}

template <class Fields>
void describe(Fields& fields, DecoupledConfig& dkd) {
  fields("weight", dkd.weight, at_least(0));
  fields("alpha", dkd.alpha, at_least(0));
  fields("beta", dkd.beta, at_least(0));
  fields("temperature", dkd.temperature, above(0));
}

template <class Fields>
void describe(Fields& fields, DistConfig& dist) {
  fields("weight", dist.weight, at_least(0));
  fields("beta", dist.beta, at_least(0));
  fields("gamma", dist.gamma, at_least(0));
  fields("temperature", dist.temperature, above(0));
}

template <class Fields>
void describe(Fields& fields, ConfidenceKdConfig& ca_mkd) {
  fields("weight", ca_mkd.weight, at_least(0));
  fields("temperature", ca_mkd.temperature, above(0));
}

template <class Fields>
void describe(Fields& fields, LossConfig& loss) {
  fields("ce", loss.ce, at_least(0));
  fields("label_smoothing", loss.label_smoothing, share_below_one());
  fields("branches", loss.branches, at_least(0));
  fields("kd", loss.kd);
  fields("acs", loss.acs);
  fields("fitnet", loss.fitnet, kLeftOutWhenAbsent);
  fields("at", loss.at, kLeftOutWhenAbsent);
  fields("sp", loss.sp, kLeftOutWhenAbsent);
  fields("rkd", loss.rkd, kLeftOutWhenAbsent);
  fields("crd", loss.crd, kLeftOutWhenAbsent);
  fields("dkd", loss.dkd, kLeftOutWhenAbsent);
  fields("dist", loss.dist, kLeftOutWhenAbsent);
  fields("ca_mkd", loss.ca_mkd, kLeftOutWhenAbsent);
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
