#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "base/stop_signal.hpp"
#include "pskd/base/error.hpp"
#include "torch_verbs.hpp"
#include "train/other_runs/adaptation.hpp"

namespace {

using pskd::train::Change;
using pskd::train::Existing;
using pskd::train::LoadedExperiment;
using pskd::train::Opinions;
using pskd::train::TrainingSetup;

struct Options {
  std::string run, stage = "student", teacher_run, recordings, description, name;
  std::vector<std::string> teachers;
  int threads = 0;
  bool overwrite = false, quiet = false, json = false;
};

std::string share(std::size_t count, std::size_t all) {
  const double percent = all == 0 ? 0 : 100 * static_cast<double>(count) / static_cast<double>(all);
  return fmt::format("{} of {} ({:.1f} %)", count, all, percent);
}

/// Says how often the teachers agree. Throws Error(data) where nothing is left to learn.
void say_opinions(const Opinions& opinions, const TrainingSetup& setup, const Options& options) {
  if (opinions.agreed < 2) {
    throw pskd::Error(pskd::ErrorKind::data, "the teachers agree on " + share(opinions.agreed, opinions.seen) +
                                                 " recordings: expected at least 2 to learn from; ask one of them");
  }
  if (options.quiet || options.json) return;
  std::cout << opinions.clips << " recordings of subjects";
  for (const pskd::Name& subject : *setup.protocol.unlabeled->subjects) std::cout << " " << subject.text();
  std::cout << '\n';
  if (options.teachers.size() > 1) {
    std::cout << fmt::format("teachers {} agree on {}; {} are left out, of which no class has most votes\n",
                             fmt::join(options.teachers, ", "), share(opinions.unanimous, opinions.seen),
                             opinions.seen - opinions.agreed);
  }
  std::cout << std::flush;
}

nlohmann::ordered_json to_json(const Opinions& opinions, const Change& change, const std::string& folder) {
  return {{"folder", folder},
          {"clips", opinions.clips},
          {"seen", opinions.seen},
          {"agreed", opinions.agreed},
          {"unanimous", opinions.unanimous},
          {"same_before", change.before.same},
          {"same_after", change.after.same},
          {"labeled", change.labeled},
          {"right_before", change.before.right},
          {"right_after", change.after.right}};
}

void show(std::size_t agreed, const Change& change, const std::string& folder) {
  std::cout << fmt::format("the student says what the teachers say: before {}, after {}\n",
                           share(change.before.same, agreed), share(change.after.same, agreed));
  if (change.labeled > 0) {
    std::cout << fmt::format("accuracy on the recordings with labels: before {}, after {}\n",
                             share(change.before.right, change.labeled), share(change.after.right, change.labeled));
  }
  std::cout << "adapted student: " << folder << '\n';
}

void run(const Options& options) {
  prepare(options.threads);
  start_console_log(options.quiet);
  pskd::catch_stop_signals();
  const Existing existing = options.overwrite ? Existing::overwrite : Existing::resume;
  const LoadedExperiment loaded =
      pskd::train::load_for_training(pskd::train::adaptation({.run = options.run,
                                                              .student = options.stage,
                                                              .teacher_run = options.teacher_run,
                                                              .teachers = options.teachers,
                                                              .recordings = options.recordings,
                                                              .description = options.description,
                                                              .name = options.name}));
  const TrainingSetup setup = pskd::train::prepare_fold(loaded, "");
  const std::uint64_t seed = setup.experiment.seeds.front();
  const std::filesystem::path folder = pskd::train::run_folder(setup, seed);
  pskd::train::require_startable(setup, {folder}, existing);
  const Opinions opinions = pskd::train::ask_teachers(setup);
  say_opinions(opinions, setup, options);
  pskd::train::train_run(setup, seed, existing);
  const Change change = pskd::train::measure_change(setup, loaded.dataset, opinions);
  if (options.json) {
    std::cout << to_json(opinions, change, folder.string()).dump() << '\n';
  } else {
    show(opinions.agreed, change, folder.string());
  }
}

}  // namespace

void add_adapt(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = add_torch_verb(app, "adapt");
  verb->add_option("run", options->run, "finished run with the student: runs/<experiment>/<config hash>/seed-<n>")
      ->required()
      ->check(CLI::ExistingDirectory);
  verb->add_option("--stage", options->stage, "the student's stage")->capture_default_str();
  verb->add_option("--teacher", options->teachers,
                   "stages that say what the recordings show, with commas between them; of several, where they agree")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  verb->add_option("--teacher-run", options->teacher_run, "finished run with the teachers, where it is another one")
      ->check(CLI::ExistingDirectory);
  verb->add_option("--recordings", options->recordings,
                   "folder with the recordings and their description; labels are not needed, and never learned")
      ->required()
      ->check(CLI::ExistingDirectory);
  verb->add_option("--description", options->description,
                   "file of the description in that folder (default: dataset.yaml)");
  verb->add_option("--name", options->name, "of the new experiment (default: that of the run and the folder's name)");
  verb->add_option("--threads", options->threads, "threads; 0: every core")->check(CLI::NonNegativeNumber);
  verb->add_flag("--overwrite", options->overwrite,
                 "begin anew: delete the adapted student of the same name and settings");
  verb->add_flag("--quiet", options->quiet, "no progress, only warnings and what changed");
  verb->add_flag("--json", options->json, "what changed as JSON");
  verb->footer(
      "The new student lies beside the old one, in a run of its own.\n"
      "A student that was stopped goes on, and one that is finished is only compared again.\n"
      "Examples:\n"
      "  pskd adapt runs/utd-pskd/0123456789ab/seed-1 --teacher skeleton --recordings anna\n"
      "  pskd adapt runs/utd-pskd/0123456789ab/seed-1 --stage baseline --teacher fused,skeleton --recordings anna\n"
      "  pskd adapt runs/watch/0123456789ab/seed-1 --teacher-run runs/camera/89ab01234567/seed-1 --teacher skeleton "
      "--recordings anna");
  verb->callback([options] { run(*options); });
}
