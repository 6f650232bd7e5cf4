#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <stdlib.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/stop_signal.hpp"
#include "deploy/export_model.hpp"
#include "deploy/model_file.hpp"
#include "pskd/base/error.hpp"
#include "torch_verbs.hpp"
#include "train/other_runs/adaptation.hpp"

namespace {

namespace deploy = pskd::deploy;
namespace fs = std::filesystem;
using pskd::Error;
using pskd::ErrorKind;
using pskd::train::Change;
using pskd::train::Existing;
using pskd::train::LoadedExperiment;
using pskd::train::Opinions;
using pskd::train::TrainingSetup;

struct AdaptOptions {
  std::string from, stage, out, teacher_run, recordings, description, name;
  std::vector<std::string> teachers;
  int threads = 0;
  bool overwrite = false, quiet = false, json = false;
};

std::string share(std::size_t count, std::size_t all) {
  const double percent = all == 0 ? 0 : 100 * static_cast<double>(count) / static_cast<double>(all);
  return fmt::format("{} of {} ({:.1f} %)", count, all, percent);
}

/// Says how often the teachers agree. Throws Error(data) where nothing is left to learn.
void say_opinions(const Opinions& opinions, const TrainingSetup& setup, const AdaptOptions& options) {
  if (opinions.agreed < 2) {
    throw Error(ErrorKind::data, "the teachers agree on " + share(opinions.agreed, opinions.seen) +
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

/// A student that was adapted.
struct Adapted {
  pskd::RunLayout run;
  std::string stage;
  Opinions opinions;
  Change change;
};

/// `result` is where the new student is: "folder" or "file", and its path.
nlohmann::ordered_json to_json(const Adapted& adapted, const std::pair<std::string, fs::path>& result) {
  const auto& [run, stage, opinions, change] = adapted;
  return {{result.first, result.second.string()},
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

void show(const Adapted& adapted, const std::pair<std::string, fs::path>& result, bool json) {
  if (json) {
    std::cout << to_json(adapted, result).dump() << '\n';
    return;
  }
  const Change& change = adapted.change;
  std::cout << fmt::format("the student says what the teachers say: before {}, after {}\n",
                           share(change.before.same, adapted.opinions.agreed),
                           share(change.after.same, adapted.opinions.agreed));
  if (change.labeled > 0) {
    std::cout << fmt::format("accuracy on the recordings with labels: before {}, after {}\n",
                             share(change.before.right, change.labeled), share(change.after.right, change.labeled));
  }
  std::cout << "adapted student: " << result.second.string() << '\n';
}

/// Trains the new student in a run below `root`; empty: beside the old one.
Adapted adapt(const AdaptOptions& options, const fs::path& root) {
  const Existing existing = options.overwrite ? Existing::overwrite : Existing::resume;
  const LoadedExperiment loaded = pskd::train::load_for_training(
      pskd::train::adaptation({.run = options.from,
                               .student = options.stage.empty() ? "student" : options.stage,
                               .teacher_run = options.teacher_run,
                               .teachers = options.teachers,
                               .recordings = options.recordings,
                               .description = options.description,
                               .name = options.name,
                               .root = root}));
  for (const std::string& warning : loaded.warnings) spdlog::warn("recordings: {}", warning);
  const TrainingSetup setup = pskd::train::prepare_fold(loaded, "");
  const std::uint64_t seed = setup.experiment.seeds.front();
  const pskd::RunLayout run{pskd::train::run_folder(setup, seed)};
  pskd::train::require_startable(setup, {run.folder}, existing);
  Opinions opinions = pskd::train::ask_teachers(setup);
  say_opinions(opinions, setup, options);
  pskd::train::train_run(setup, seed, existing);
  const Change change = pskd::train::measure_change(setup, loaded.dataset, opinions);
  return {run, setup.experiment.stages.front().name, std::move(opinions), change};
}

/// Where the run of a student lies that ends up in a model file. It is removed again.
class WorkFolder {
 public:
  WorkFolder() {
    std::string pattern = (fs::temp_directory_path() / "pskd-adapt-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw Error(ErrorKind::io, pattern + ": cannot be made: " + std::generic_category().message(errno));
    }
    path_ = pattern;
  }
  ~WorkFolder() {
    std::error_code ignored;
    if (!is_kept_) fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  const fs::path& path() const { return path_; }
  void keep() { is_kept_ = true; }

 private:
  fs::path path_;
  bool is_kept_ = false;
};

/// What a stop means for a student that is in no run.
class StoppedForGood : public pskd::Stopped {
 public:
  using Stopped::Stopped;
  const char* what() const noexcept override { return "stopped by a signal; no model file is written"; }
};

/// The file for the adapted student: --out, or <name>-adapted beside the old one. Refused before anything is trained.
fs::path output_of(const AdaptOptions& options) {
  const fs::path from = options.from;
  fs::path out = from.parent_path() / (from.stem().string() + "-adapted" + from.extension().string());
  if (!options.out.empty()) out = options.out;
  if (fs::is_directory(out)) throw Error(ErrorKind::usage, out.string() + " is a folder; --out names a file");
  if (fs::exists(out) && !options.overwrite) {
    throw Error(ErrorKind::usage, out.string() +
                                      ": is there already; replace it with --overwrite, or name another "
                                      "file with --out");
  }
  deploy::require_replaceable(out);
  return out;
}

/// Recordings with time stamps do not say a rate: then it stays that of the student in `from`. What another program has
/// written to `out` meanwhile stays.
void write_adapted(const Adapted& adapted, const fs::path& from, const fs::path& out, bool overwrite) {
  if (fs::exists(out) && !overwrite) throw Error(ErrorKind::usage, out.string() + ": is there meanwhile");
  deploy::ExportedModel model = deploy::export_stage(adapted.run, adapted.stage, std::nullopt);
  const deploy::ModelFile student = deploy::read_model_file(from);
  if (model.lacks_rate && student.sensor && student.sensor->rate > 0) {
    model.manifest["model"]["sensor"]["rate"] = student.sensor->rate;
  }
  deploy::write_model_file(out, model.manifest, model.weights);
}

/// Adapts the student of a model file. What was trained is kept where the new file cannot be written.
void adapt_file(const AdaptOptions& options) {
  const fs::path out = output_of(options);
  WorkFolder work;
  const Adapted adapted = adapt(options, work.path());
  try {
    write_adapted(adapted, options.from, out, options.overwrite);
  } catch (const Error& error) {
    work.keep();
    throw Error(error.kind(), std::string(error.what()) + "; the adapted student is kept: pskd export " +
                                  adapted.run.folder.string() + " --stage " + adapted.stage + " --out FILE");
  }
  show(adapted, {"file", out}, options.json);
}

void run_adapt(const AdaptOptions& options) {
  prepare(options.threads);
  start_console_log(options.quiet);
  pskd::catch_stop_signals();
  if (fs::is_directory(options.from)) {
    if (!options.out.empty()) {
      throw Error(ErrorKind::usage, "--out goes with a model file; the new student of a run is a run beside it");
    }
    const Adapted adapted = adapt(options, {});
    show(adapted, {"folder", adapted.run.folder}, options.json);
    return;
  }
  if (!options.stage.empty()) {
    throw Error(ErrorKind::usage, "--stage goes with a run; " + options.from + " is a model file of one stage");
  }
  try {
    adapt_file(options);
  } catch (const pskd::Stopped& stop) {
    throw StoppedForGood(stop.signal());
  }
}

}  // namespace

void add_adapt(CLI::App& app) {
  auto options = std::make_shared<AdaptOptions>();
  CLI::App* verb = add_torch_verb(app, "adapt");
  verb->add_option("from", options->from,
                   "finished run with the student, runs/<experiment>/<config hash>/seed-<n>, or its model file")
      ->required()
      ->check(CLI::ExistingPath);
  verb->add_option("--stage", options->stage, "the student's stage in the run (default: student)");
  verb->add_option("--teacher", options->teachers,
                   "stages of the run, or model files, that say what the recordings show, with commas between them; of "
                   "several, where they agree")
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
  verb->add_option("--out", options->out,
                   "model file for the new student of a model file (default: <name>-adapted.pskd beside it)");
  verb->add_option("--name", options->name, "of the new experiment (default: that of the run and the folder's name)");
  verb->add_option("--threads", options->threads, "threads; 0: every core")->check(kNonNegativeNumber);
  verb->add_flag("--overwrite", options->overwrite,
                 "begin anew: delete the adapted student of the same name and settings; replace the file --out");
  verb->add_flag("--quiet", options->quiet, "no progress, only warnings and what changed");
  verb->add_flag("--json", options->json, "what changed as JSON");
  verb->footer(
      "The new student lies beside the old one, in a run of its own, or in a model file if the old one is in one.\n"
      "In a run, a student that was stopped goes on, and one that is finished is only compared again.\n"
      "Examples:\n"
      "  pskd adapt runs/utd-pskd/0123456789ab/seed-1 --teacher skeleton --recordings anna\n"
      "  pskd adapt runs/utd-pskd/0123456789ab/seed-1 --stage baseline --teacher fused,skeleton --recordings anna\n"
      "  pskd adapt runs/watch/0123456789ab/seed-1 --teacher-run runs/camera/89ab01234567/seed-1 --teacher skeleton "
      "--recordings anna\n"
      "  pskd adapt student.pskd --teacher fused.pskd --recordings anna --out anna.pskd");
  verb->callback([options] { run_adapt(*options); });
}
