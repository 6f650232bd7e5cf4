#include <spdlog/fmt/fmt.h>

#include <charconv>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include "base/text.hpp"
#include "data/data_check_text.hpp"
#include "data/readers/recordings/description.hpp"
#include "data/readers/recordings/proposal/proposal.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/protocol.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "synthetic/writers/berkeley_mhad.hpp"
#include "synthetic/writers/joined.hpp"
#include "synthetic/writers/mmact.hpp"
#include "synthetic/writers/recordings.hpp"
#include "synthetic/writers/utd_mhad.hpp"
#include "verbs.hpp"

namespace {

/// Classes of which a part of the split has no clip: "test has no clip of wave, clap".
void add_absent_classes(const pskd::data::Split& split, const std::string& fold, std::string& text) {
  const auto add = [&](const char* part, const std::vector<pskd::data::Clip>& clips) {
    const std::vector<std::string> absent = pskd::data::classes_without_clips(clips, split.classes);
    if (clips.empty() || absent.empty()) return;
    text += fmt::format("  {}{} has no clip of {}\n", fold.empty() ? "" : "fold " + fold + ": ", part,
                        fmt::join(absent, ", "));
  };
  add("train", split.train);
  add("val", split.val);
  add("test", split.test);
}

/// What of the config's protocol does not fit the recordings.
std::string protocol_text(const pskd::config::ProtocolConfig& protocol, const pskd::data::DataCheck& check) {
  std::string text;
  try {
    const pskd::data::Dataset dataset{check.info, check.clips, ""};
    for (const pskd::data::Fold& fold : pskd::data::resolve_folds(protocol, check.info)) {
      add_absent_classes(pskd::data::make_split(dataset, fold.protocol), fold.name, text);
    }
  } catch (const pskd::Error& error) {
    text += fmt::format("  {}\n", error.what());
  }
  return text.empty() ? "" : "protocol:\n" + text;
}

void check(const ConfigOptions& config, bool json) {
  start_console_log(false);
  const pskd::config::Experiment experiment = config.load();
  const pskd::data::DataCheck result = pskd::data::readers::check_dataset(experiment.data);
  std::cout << (json ? pskd::data::to_json(result)
                     : pskd::escaped_for_terminal(pskd::data::describe(result) +
                                                  protocol_text(experiment.protocol, result)))
            << std::flush;
  if (!result.broken.empty()) {
    throw pskd::Error(pskd::ErrorKind::data, fmt::format("{} broken files, listed above", result.broken.size()));
  }
  if (!result.two_labels.empty()) {
    throw pskd::Error(pskd::ErrorKind::data,
                      fmt::format("{} recordings stand under two labels, listed above", result.two_labels.size()));
  }
  if (result.clips.empty()) {
    throw pskd::Error(pskd::ErrorKind::data, "no recording can be used; why is listed above");
  }
}

void build(const ConfigOptions& config) {
  start_console_log(false);
  const pskd::config::DataConfig data = config.load().data;
  const pskd::data::Dataset dataset = pskd::data::store::build_clip_store(data);
  std::cout << fmt::format("{} clips in {}\n", dataset.clips.size(), pskd::data::store::store_path(data).string());
}

void show_split(const pskd::data::Split& split) {
  const auto line = [](const char* part, const auto& clips) {
    std::set<pskd::Name> subjects;
    for (const pskd::data::Recording& clip : clips) subjects.insert(clip.subject);
    std::string names;
    for (const pskd::Name& subject : subjects) names += ' ' + subject.text();
    std::cout << fmt::format("{:<9} {:>5} clips, subjects{}\n", part, clips.size(), names);
  };
  line("train", split.train);
  line("val", split.val);
  line("test", split.test);
  if (!split.unlabeled.empty()) line("unlabeled", split.unlabeled);
}

void info(const ConfigOptions& config) {
  start_console_log(false);
  pskd::config::Experiment experiment = config.load();
  const pskd::data::Reader reader = pskd::data::readers::make_reader(experiment.data);
  experiment.protocol = pskd::data::resolve_protocol(experiment.protocol, reader.info);
  const pskd::data::Dataset dataset = pskd::data::store::load_dataset(reader, experiment.data);
  std::cout << fmt::format(
      "{}: {} clips, content {}\nraw files {}\nstore     {}\n{}\n", reader.info.name, dataset.clips.size(),
      dataset.hash, pskd::config::resolve_data_path(experiment.data.root).string(),
      pskd::data::store::store_path(experiment.data).string(), pskd::data::describe(experiment.protocol));
  for (const pskd::data::Fold& fold : pskd::data::resolve_folds(experiment.protocol, reader.info)) {
    if (!fold.name.empty()) std::cout << "fold " << fold.name << '\n';
    show_split(pskd::data::make_split(dataset, fold.protocol));
  }
}

void add_check(CLI::App& data) {
  auto config = std::make_shared<ConfigOptions>();
  auto json = std::make_shared<bool>(false);
  CLI::App* verb = data.add_subcommand("check", "Read every raw file and say what is there, missing, broken or double");
  config->add_to(*verb);
  verb->add_flag("--json", *json, "as JSON");
  verb->footer(
      "Exits 3 when a file is broken, or one recording has two labels. Example:\n  pskd data check --config "
      "configs/utd.yaml");
  verb->callback([config, json] { check(*config, *json); });
}

void add_config_verb(CLI::App& data, const char* name, const char* purpose, const char* example,
                     void (*action)(const ConfigOptions&)) {
  auto config = std::make_shared<ConfigOptions>();
  CLI::App* verb = data.add_subcommand(name, purpose);
  config->add_to(*verb);
  verb->footer(example);
  verb->callback([config, action] { action(*config); });
}

struct InitOptions {
  std::string folder, pattern;
};

void init(const InitOptions& options) {
  const std::filesystem::path root = std::filesystem::canonical(options.folder);
  const pskd::data::readers::Proposal proposal = pskd::data::readers::propose(root, options.pattern);
  pskd::data::readers::write_proposal(root, proposal);
  std::string text = fmt::format("{} recording{} in {}, by names of the form {}\n", proposal.recordings,
                                 proposal.recordings == 1 ? "" : "s", (root / "clips.csv").string(), proposal.pattern);
  text += fmt::format("{} describes their files; {} lines of it are marked with CHECK\n",
                      (root / pskd::data::readers::kDescriptionName).string(), proposal.doubts);
  if (!proposal.left_out.empty()) text += fmt::format("left out ({}):\n", proposal.left_out.size());
  for (const std::string& file : proposal.left_out) text += fmt::format("  {}\n", file);
  text += fmt::format("next: pskd data check --config configs/{}.yaml --set data.root={}\n",
                      proposal.has_skeleton ? "generic" : "sensor-only", pskd::shell_word(root.string()));
  std::cout << pskd::escaped_for_terminal(text);
}

void add_init(CLI::App& data) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* verb =
      data.add_subcommand("init", "Look at a folder of CSV files and propose its manifest and description");
  verb->add_option("folder", options->folder, "where the recordings lie")->required()->check(CLI::ExistingDirectory);
  verb->add_option("--pattern", options->pattern,
                   "what the file names say, such as \"{label}_s{subject}_t{trial}\"; else it is found");
  verb->footer(
      "Writes clips.csv and dataset.yaml into the folder; what could not be told is marked with CHECK. Example:\n  "
      "pskd "
      "data init my-recordings");
  verb->callback([options] { init(*options); });
}

struct SynthOptions {
  std::string like = "utd", out, inventory;
  std::optional<int> subjects, trials, actions;
  std::uint64_t seed = 1;
  pskd::synthetic::MmactOptions mmact;

  /// `usual` numbers, but for those that were given.
  pskd::synthetic::SyntheticOptions numbers(const pskd::synthetic::SyntheticOptions& usual) const {
    return {subjects.value_or(usual.subjects), trials.value_or(usual.trials), actions.value_or(usual.actions), seed};
  }
};

int synth_utd(const SynthOptions& options) { return pskd::synthetic::write_utd_mhad(options.out, options.numbers({})); }

int synth_berkeley(const SynthOptions& options) {
  return pskd::synthetic::write_berkeley_mhad(options.out, options.numbers({4, 5, 11}));
}

int synth_mmact(const SynthOptions& options) {
  pskd::synthetic::MmactOptions mmact = options.mmact;
  mmact.subjects = options.subjects.value_or(mmact.subjects);
  mmact.sessions = options.trials.value_or(mmact.sessions);
  mmact.actions = options.actions.value_or(mmact.actions);
  mmact.seed = options.seed;
  mmact.inventory = options.inventory;
  return pskd::synthetic::write_mmact(options.out, mmact);
}

int synth_recordings(const SynthOptions& options) {
  return pskd::synthetic::write_recordings(options.out, options.numbers(pskd::synthetic::kRecordingsExample));
}

// Whose format is written, by the word after --like. `recordings` and `generic` are the same.
using Synthesize = int (*)(const SynthOptions&);
const std::map<std::string, Synthesize> kLike = {{"utd", synth_utd},
                                                 {"berkeley", synth_berkeley},
                                                 {"mmact", synth_mmact},
                                                 {"generic", synth_recordings},
                                                 {"recordings", synth_recordings}};

int synthesize(const SynthOptions& options) {
  const Synthesize write = kLike.at(options.like);
  if (!options.inventory.empty() && write != synth_mmact) {
    throw pskd::Error(pskd::ErrorKind::usage, "--inventory goes with --like mmact");
  }
  return write(options);
}

/// CLI11 takes -1 for 2^64 - 1, and a larger number too.
const CLI::Validator kSeed(
    [](const std::string& text) {
      std::uint64_t seed = 0;
      const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seed);
      if (problem == std::errc() && end == text.data() + text.size()) return std::string();
      return "expected a whole number of 0 .. 18446744073709551615, found " + text;
    },
    "NONNEGATIVE");

void add_synth(CLI::App& data) {
  auto options = std::make_shared<SynthOptions>();
  CLI::App* verb = data.add_subcommand("synth", "Write synthetic recordings in a data set's own file format");
  verb->add_option("--like", options->like, "whose format and classes")
      ->check(CLI::IsMember({"utd", "berkeley", "mmact", "generic", "recordings"}))
      ->capture_default_str();
  CLI::Option* subjects = verb->add_option("--subjects", options->subjects, "people")->check(kPositiveNumber);
  CLI::Option* trials =
      verb->add_option("--trials", options->trials, "repetitions; mmact: sessions")->check(kPositiveNumber);
  CLI::Option* actions = verb->add_option("--actions", options->actions, "number of classes; the first ones are taken")
                             ->check(kPositiveNumber);
  CLI::Option* scenes = verb->add_option("--scenes", options->mmact.scenes, "mmact: rooms")
                            ->check(CLI::Range(1, 4))
                            ->capture_default_str();
  verb->add_option("--traps", options->mmact.traps, "mmact: share of clips with a flaw such as the real files have")
      ->check(CLI::Range(0.0, 1.0))
      ->check(kFiniteNumber)
      ->capture_default_str();
  verb->add_option("--inventory", options->inventory,
                   "mmact: CSV of subject,scene,session,action,cameras,frames_30fps; one clip for each line")
      ->excludes(subjects)
      ->excludes(trials)
      ->excludes(actions)
      ->excludes(scenes);
  verb->add_option("--seed", options->seed, "same seed, same bytes")->check(kSeed)->capture_default_str();
  verb->add_option("--out", options->out, "folder to write; it must not hold anything yet")->required();
  verb->footer(
      "  utd       8 subjects, 27 actions, 4 trials unless you say otherwise\n"
      "  berkeley  4 subjects, 11 actions, 5 trials; right wrist (h02) and BVH (data.skeleton: mhad-30)\n"
      "  mmact     4 subjects, 35 actions, 2 sessions, 3 scenes, 4 cameras\n"
      "  generic   4 subjects, 5 actions, 3 trials: a worked example of your own data; also called recordings\n"
      "Examples:\n"
      "  pskd data synth --like utd --subjects 8 --seed 1 --out data/synthetic/utd\n"
      "  pskd data synth --like mmact --inventory clips.csv --out data/synthetic/mmact");
  verb->callback([options] {
    const int count = synthesize(*options);
    std::cout << fmt::format("{} recordings in {}\n", count, options->out);
  });
}

struct JoinedOptions {
  ConfigOptions config;
  std::string out;
  pskd::synthetic::JoinOptions join;
};

void join(const JoinedOptions& options) {
  start_console_log(false);
  const pskd::config::DataConfig data = options.config.load().data;
  const pskd::data::Dataset dataset = pskd::data::store::load_dataset(data);
  const int count = pskd::synthetic::write_joined(options.out, dataset, options.join);
  std::cout << fmt::format("{} recordings in {}\n", count, options.out);
}

void add_join(CLI::App& data) {
  auto options = std::make_shared<JoinedOptions>();
  CLI::App* verb = data.add_subcommand("join", "Make continuous recordings of a data set's clips, with rest between");
  options->config.add_to(*verb);
  verb->add_option("--rest", options->join.rest, "seconds before, between and after the clips")
      ->check(CLI::Range(0.1, 3600.0))
      ->check(kFiniteNumber)
      ->capture_default_str();
  verb->add_option("--window", options->join.window, "seconds of the windows that training cuts them into")
      ->check(kPositiveNumber)
      ->check(kFiniteNumber)
      ->capture_default_str();
  verb->add_option("--step", options->join.step, "seconds from one window to the next")
      ->check(kPositiveNumber)
      ->check(kFiniteNumber)
      ->capture_default_str();
  verb->add_option("--seed", options->join.seed, "of the order of the clips; same seed, same bytes")
      ->check(kSeed)
      ->capture_default_str();
  verb->add_option("--out", options->out, "folder to write; it must not hold anything yet")->required();
  verb->footer(
      "One recording of the sensor for each person and trial. The folder is one of your own recordings, with a column\n"
      "that says what was done. The terms of the data set hold for it, too. Example:\n"
      "  pskd data join --config configs/utd.yaml --out ${PSKD_DATA_ROOT:-data}/utd-joined\n"
      "  pskd train --config configs/utd-stream.yaml");
  verb->callback([options] { join(*options); });
}

}  // namespace

void add_data(CLI::App& app) {
  CLI::App* data = app.add_subcommand("data", "Check, import, describe and synthesize data sets");
  data->require_subcommand(1);
  add_check(*data);
  add_init(*data);
  add_config_verb(
      *data, "build", "Build the clip store anew from the raw files",
      "Training builds it by itself when it is absent or out of date; this replaces a damaged one. Example:\n"
      "  pskd data build --config configs/utd.yaml",
      build);
  add_config_verb(*data, "info", "What a config's data and split are",
                  "Example:\n  pskd data info --config configs/utd.yaml", info);
  add_synth(*data);
  add_join(*data);
}
