#include <spdlog/fmt/fmt.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "deploy/model_file.hpp"
#include "opened_run.hpp"
#include "pskd/base/error.hpp"
#include "pskd/eval/scores.hpp"
#include "pskd/train/evaluation.hpp"
#include "torch_verbs.hpp"
#include "train/stage_setup.hpp"

namespace {

namespace fs = std::filesystem;
using pskd::Error;
using pskd::ErrorKind;
using pskd::train::LoadedExperiment;
using pskd::train::TrainedStage;
using pskd::train::TrainingSetup;

struct EvalOptions {
  std::string from, stage, part = "test";
  ConfigOptions config;
  int threads = 0;
  bool json = false;
};

std::vector<pskd::data::Clip> part_of(const TrainingSetup& setup, const std::string& part) {
  if (part == "unlabeled") return revealed_unlabeled(setup);
  if (part == "train") return setup.split.train;
  return part == "val" ? setup.split.val : setup.split.test;
}

void show(const pskd::eval::Scores& scores, const std::string& stage, const EvalOptions& options) {
  if (options.json) {
    nlohmann::ordered_json json = {{"stage", stage},
                                   {"part", options.part},
                                   {"clips", scores.clips},
                                   {"accuracy", scores.accuracy},
                                   {"macro_f1", scores.macro_f1},
                                   {"confusion", scores.confusion}};
    for (const pskd::eval::ClassScore& one : scores.per_class) {
      json["f1"][one.name] = one.support > 0 ? nlohmann::ordered_json(one.f1) : nullptr;
    }
    std::cout << json.dump() << '\n';
    return;
  }
  std::cout << fmt::format("{} on {} ({} clips): accuracy {:.2f} %, macro F1 {:.2f} %\n\n", stage, options.part,
                           scores.clips, 100 * scores.accuracy, 100 * scores.macro_f1)
            << fmt::format("{:<24}{:>10}{:>10}{:>10}{:>8}\n", "class", "precision", "recall", "F1", "clips");
  for (const pskd::eval::ClassScore& one : scores.per_class) {
    if (one.support == 0) {
      std::cout << fmt::format("{:<24}{:>10}{:>10}{:>10}{:>8}\n", one.name, "-", "-", "-", 0);
      continue;
    }
    std::cout << fmt::format("{:<24}{:>10.3f}{:>10.3f}{:>10.3f}{:>8}\n", one.name, one.precision, one.recall, one.f1,
                             one.support);
  }
}

/// What is scored, and on the clips of which split.
struct Scored {
  TrainingSetup setup;
  std::string name;
  TrainedStage stage;
};

Scored stage_of_run(const EvalOptions& options) {
  if (!options.config.file.empty()) {
    throw Error(ErrorKind::usage, "--config goes with a model file; a run is scored on its own clips");
  }
  const pskd::RunLayout run{pskd::full_path(options.from)};
  const std::uint64_t seed = run.seed();
  Scored scored{setup_of(run), options.stage.empty() ? "student" : options.stage, {}};
  const pskd::config::StageConfig& stage = pskd::config::find_stage(scored.setup.experiment, scored.name);
  if (!fs::exists(run.result()) && !fs::exists(run.stage(stage.name).checkpoint("last"))) {
    throw Error(ErrorKind::checkpoint, options.from + ": the run is not finished, and stage " + stage.name +
                                           " has no checkpoint yet; pskd train --resume goes on with it");
  }
  scored.stage = pskd::train::load_stage(scored.setup, seed, stage.name);
  return scored;
}

/// The fold that a model was trained in; empty: none.
std::string fold_of(const nlohmann::json& manifest) {
  const nlohmann::json::json_pointer fold("/run/fold");
  return manifest.contains(fold) && manifest[fold].is_string() ? manifest[fold].get<std::string>() : "";
}

/// A model file, on the clips that a config tells of; where that has folds, those of the fold that it was trained in.
Scored stage_of_model_file(const EvalOptions& options) {
  const pskd::deploy::ModelFile model = pskd::deploy::read_model_file(options.from);
  if (!options.stage.empty()) {
    throw Error(ErrorKind::usage, "--stage goes with a run; " + options.from + " holds stage " + model.stage);
  }
  if (options.config.file.empty()) {
    throw Error(ErrorKind::usage, "--config says which clips a model file is scored on; expected one, found none");
  }
  pskd::config::Experiment experiment = options.config.load();
  experiment.run.device = "cpu";
  const LoadedExperiment loaded = pskd::train::load_for_training(std::move(experiment));
  const bool folds = !loaded.folds.front().name.empty();
  if (folds && fold_of(model.manifest).empty()) {
    throw Error(ErrorKind::usage, "the config has folds, and " + options.from +
                                      " was trained in none of them; expected a config with one split, such as "
                                      "protocol: {name: cross-subject, ...}");
  }
  Scored scored{pskd::train::prepare_fold(loaded, folds ? fold_of(model.manifest) : ""), model.stage, {}};
  const pskd::config::StageRef stage{model.stage, options.from};
  scored.stage = pskd::train::load_snapshot(scored.setup, 0, stage, "last");
  return scored;
}

void run_eval(const EvalOptions& options) {
  prepare(options.threads);
  const Scored scored = fs::is_directory(options.from) ? stage_of_run(options) : stage_of_model_file(options);
  const std::vector<pskd::data::Clip> clips = part_of(scored.setup, options.part);
  if (clips.empty()) {
    throw Error(ErrorKind::usage, "the protocol of this " +
                                      std::string(options.config.file.empty() ? "run" : "config") + " has no " +
                                      options.part + " clips");
  }
  const std::vector<std::string>& classes = scored.setup.split.classes;
  show(pskd::eval::score(pskd::train::predict(scored.stage, clips), classes), scored.name, options);
}

}  // namespace

void add_eval(CLI::App& app) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App* verb = add_torch_verb(app, "eval");
  verb->add_option("from", options->from,
                   "run directory, runs/<experiment>/<config hash>/[fold-<name>/]seed-<n>, or a model file")
      ->required()
      ->check(CLI::ExistingPath);
  verb->add_option("--stage", options->stage, "which stage of the run (default: student)");
  options->config.add_to(*verb, false);
  verb->add_option(
          "--on", options->part,
          "which part of the protocol; unlabeled: by the labels that the data set has, which training never reads")
      ->check(CLI::IsMember({"train", "val", "test", "unlabeled"}))
      ->capture_default_str();
  verb->add_option("--threads", options->threads, "threads; 0: every core")->check(kNonNegativeNumber);
  verb->add_flag("--json", options->json, "scores as JSON");
  verb->footer(
      "A model file is scored on the clips of a config: its data, its protocol. It must see them as it was trained, "
      "and\n"
      "know none that the config tests.\n"
      "Examples:\n"
      "  pskd eval runs/utd-pskd/0123456789ab/seed-1 --stage fused --on test\n"
      "  pskd eval student.pskd --config utd");
  verb->callback([options] { run_eval(*options); });
}
