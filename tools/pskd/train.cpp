#include "pskd/base/error.hpp"
#include "verbs.hpp"

void add_train(CLI::App& app, const std::function<void(const TrainOptions&)>& run) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* verb = app.add_subcommand("train", "Train every stage of an experiment for each of its seeds");
  options->config.add_to(*verb);
  verb->add_option("--threads", options->threads, "threads; 0: every core (default: run.threads)")
      ->check(CLI::NonNegativeNumber);
  verb->add_flag("--resume", options->resume, "go on where a stopped run stands");
  verb->add_flag("--overwrite", options->overwrite, "delete an existing run of this config and start anew");
  verb->add_flag("--dry-run", options->dry_run,
                 "load, try one batch per stage, show shapes, parameters and a time estimate");
  verb->add_flag("--tensorboard", options->tensorboard, "also write event files: tensorboard --logdir runs");
  verb->add_flag("--quiet", options->quiet, "no progress, only warnings and the table");
  verb->add_flag("--json", options->json, "where the results are, as JSON instead of the table");
  verb->footer(
      "Examples:\n"
      "  pskd train --config configs/utd.yaml\n"
      "  pskd train --config configs/utd.yaml --set seeds=[1] --set stages.student.epochs=50 --dry-run\n"
      "  pskd train --config configs/utd.yaml --resume");
  verb->callback([options, run] {
    if (options->resume && options->overwrite) {
      throw pskd::Error(pskd::ErrorKind::usage, "--resume and --overwrite exclude each other");
    }
    run(*options);
  });
}
