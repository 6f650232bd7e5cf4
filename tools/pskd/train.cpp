#include "pskd/base/error.hpp"
#include "verbs.hpp"

void add_train(CLI::App& app, const std::function<void(const TrainOptions&)>& run) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* verb = app.add_subcommand("train", "Train every stage of an experiment for each of its folds and seeds");
  options->config.add_to(*verb);
  CLI::Option* threads =
      verb->add_option("--threads", options->threads, "threads; 0: every core (default: run.threads)")
          ->check(kNonNegativeNumber);
  CLI::Option* jobs = verb->add_option("--jobs", options->jobs,
                                       "runs to train in parallel, each in a process of its own with one thread")
                          ->check(kPositiveNumber)
                          ->excludes(threads);
  verb->add_option("--only", options->only,
                   "train this one run, in this process; a finished one is left alone, a stopped one goes on")
      ->type_name("NAME/[fold-FOLD/]SEED")
      ->excludes(jobs);
  verb->add_flag("--status", options->status, "what is done, running, failed and waiting, and the time left");
  verb->add_flag("--resume", options->resume, "continue a stopped run");
  verb->add_flag(
      "--overwrite", options->overwrite,
      "delete the existing runs of this config and start anew, with stages that they share with others, too");
  verb->add_flag("--dry-run", options->dry_run,
                 "load, try one batch per stage, show shapes, parameters and a time estimate");
  verb->add_flag("--tensorboard", options->tensorboard, "also write event files: tensorboard --logdir runs");
  verb->add_flag("--quiet", options->quiet, "no progress, only warnings and the table");
  verb->add_flag("--json", options->json, "where the results are, as JSON instead of the table");
  verb->footer(
      "Stages that other runs below run.root have trained are taken over. A run that fails is reported at the end and\n"
      "does not stop the others.\n"
      "Examples:\n"
      "  pskd train --config configs/utd.yaml\n"
      "  pskd train --config configs/utd.yaml --set 'seeds=[1]' --set stages.student.epochs=50 --dry-run\n"
      "  pskd train --config configs/utd.yaml --resume\n"
      "  pskd train --config configs/utd-loso.yaml --jobs 2");
  verb->callback([options, run] {
    if (options->resume && options->overwrite) {
      throw pskd::Error(pskd::ErrorKind::usage, "--resume and --overwrite exclude each other");
    }
    run(*options);
  });
}
