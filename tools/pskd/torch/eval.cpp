#include <spdlog/fmt/fmt.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "opened_run.hpp"
#include "pskd/base/error.hpp"
#include "pskd/eval/scores.hpp"
#include "pskd/train/evaluation.hpp"
#include "torch_verbs.hpp"

namespace {

struct Options {
  std::string run, stage = "student", part = "test";
  int threads = 0;
  bool json = false;
};

std::vector<pskd::data::Clip> part_of(const pskd::train::TrainingSetup& setup, const std::string& part) {
  if (part == "unlabeled") return revealed_unlabeled(setup);
  if (part == "train") return setup.split.train;
  return part == "val" ? setup.split.val : setup.split.test;
}

void show(const pskd::eval::Scores& scores, const Options& options) {
  if (options.json) {
    nlohmann::ordered_json json = {{"stage", options.stage},      {"part", options.part},
                                   {"clips", scores.clips},       {"accuracy", scores.accuracy},
                                   {"macro_f1", scores.macro_f1}, {"confusion", scores.confusion}};
    for (const pskd::eval::ClassScore& one : scores.per_class) {
      json["f1"][one.name] = one.support > 0 ? nlohmann::ordered_json(one.f1) : nullptr;
    }
    std::cout << json.dump() << '\n';
    return;
  }
  std::cout << fmt::format("{} on {} ({} clips): accuracy {:.2f} %, macro F1 {:.2f} %\n\n", options.stage, options.part,
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

void run(const Options& options) {
  prepare(options.threads);
  const pskd::RunLayout run = pskd::full_path({options.run});
  const std::uint64_t seed = run.seed();
  const pskd::train::TrainingSetup setup = setup_of(run);
  const std::vector<pskd::data::Clip> clips = part_of(setup, options.part);
  if (clips.empty())
    throw pskd::Error(pskd::ErrorKind::usage, "the protocol of this run has no " + options.part + " clips");
  const pskd::config::StageConfig& stage = pskd::config::find_stage(setup.experiment, options.stage);
  const pskd::train::TrainedStage trained = pskd::train::load_stage(setup, seed, stage.name);
  show(pskd::eval::score(pskd::train::predict(trained, clips), setup.split.classes), options);
}

}  // namespace

void add_eval(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = add_torch_verb(app, "eval");
  verb->add_option("run", options->run, "run directory: runs/<experiment>/<config hash>/[fold-<name>/]seed-<n>")
      ->required()
      ->check(CLI::ExistingDirectory);
  verb->add_option("--stage", options->stage, "which stage")->capture_default_str();
  verb->add_option(
          "--on", options->part,
          "which part of the protocol; unlabeled: by the labels that the data set has, which training never reads")
      ->check(CLI::IsMember({"train", "val", "test", "unlabeled"}))
      ->capture_default_str();
  verb->add_option("--threads", options->threads, "threads; 0: every core")->check(CLI::NonNegativeNumber);
  verb->add_flag("--json", options->json, "scores as JSON");
  verb->footer("Example:\n  pskd eval runs/utd-pskd/0123456789ab/seed-1 --stage fused --on test");
  verb->callback([options] { run(*options); });
}
