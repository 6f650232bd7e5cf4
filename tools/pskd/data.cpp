#include <spdlog/fmt/fmt.h>

#include <iostream>
#include <set>

#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/clip_store.hpp"
#include "pskd/data/dataset.hpp"
#include "pskd/data/protocol.hpp"
#include "pskd/data/synthetic.hpp"
#include "pskd/data/synthetic_mmact.hpp"
#include "verbs.hpp"

namespace {

void check(const ConfigOptions& config, bool json) {
  const pskd::DataCheck result = pskd::check_dataset(config.load().data);
  std::cout << (json ? pskd::to_json(result) : pskd::describe(result)) << std::flush;
  const std::size_t broken = result.broken.size() + result.no_skeleton.size() + result.no_sensor.size();
  if (broken > 0) {
    throw pskd::Error(pskd::ErrorKind::data, fmt::format("{} broken or unpaired files, listed above", broken));
  }
}

void build(const ConfigOptions& config) {
  const pskd::DataConfig data = config.load().data;
  const pskd::Dataset dataset = pskd::build_clip_store(data);
  std::cout << fmt::format("{} clips in {}\n", dataset.clips.size(), pskd::store_path(data).string());
}

void info(const ConfigOptions& config) {
  pskd::Experiment experiment = config.load();
  const pskd::DatasetInfo known = pskd::dataset_info(experiment.data);
  experiment.protocol = pskd::resolve_protocol(experiment.protocol, known);
  pskd::Dataset dataset = pskd::load_dataset(experiment.data);
  std::cout << fmt::format("{}: {} clips, content {}\nraw files {}\nstore     {}\n{}\n", known.name,
                           dataset.clips.size(), dataset.hash, pskd::resolve_data_path(experiment.data.root).string(),
                           pskd::store_path(experiment.data).string(), pskd::describe(experiment.protocol));
  const pskd::Split split = pskd::make_split(std::move(dataset), experiment.protocol);
  const auto line = [](const char* part, const std::vector<pskd::Clip>& clips) {
    std::set<int> subjects;
    for (const pskd::Clip& clip : clips) subjects.insert(clip.subject);
    std::cout << fmt::format("{:<6} {:>5} clips, subjects {}\n", part, clips.size(), fmt::join(subjects, " "));
  };
  line("train", split.train);
  line("val", split.val);
  line("test", split.test);
}

void add_check(CLI::App& data) {
  auto config = std::make_shared<ConfigOptions>();
  auto json = std::make_shared<bool>(false);
  CLI::App* verb = data.add_subcommand("check", "Read every raw file and say what is there, missing, broken or double");
  config->add_to(*verb);
  verb->add_flag("--json", *json, "as JSON");
  verb->footer(
      "Exits 3 when a file is broken or lacks its partner. Example:\n  pskd data check --config configs/utd.yaml");
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

struct SynthOptions {
  pskd::SyntheticOptions synthetic;
  pskd::SyntheticMmactOptions mmact;
  std::string like = "utd", out, inventory;
};

int synthesize(const SynthOptions& options, bool all_actions) {
  if (options.like == "utd" && !options.inventory.empty()) {
    throw pskd::Error(pskd::ErrorKind::usage, "--inventory goes with --like mmact");
  }
  if (options.like == "utd") return pskd::write_synthetic_utd(options.out, options.synthetic);
  pskd::SyntheticMmactOptions mmact = options.mmact;
  mmact.subjects = options.synthetic.subjects;
  mmact.sessions = options.synthetic.trials;
  if (!all_actions) mmact.actions = options.synthetic.actions;
  mmact.seed = options.synthetic.seed;
  mmact.inventory = options.inventory;
  return pskd::write_synthetic_mmact(options.out, mmact);
}

void add_synth(CLI::App& data) {
  auto options = std::make_shared<SynthOptions>();
  CLI::App* verb = data.add_subcommand("synth", "Write synthetic recordings in a data set's own file format");
  verb->add_option("--like", options->like, "whose format and classes")
      ->check(CLI::IsMember({"utd", "mmact"}))
      ->capture_default_str();
  verb->add_option("--subjects", options->synthetic.subjects, "people")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  verb->add_option("--trials", options->synthetic.trials, "repetitions; mmact: sessions")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  const CLI::Option* actions =
      verb->add_option("--actions", options->synthetic.actions, "the first so many classes [all]")
          ->check(CLI::Range(1, 35));
  verb->add_option("--scenes", options->mmact.scenes, "mmact: rooms")->check(CLI::Range(1, 4))->capture_default_str();
  verb->add_option("--traps", options->mmact.traps, "mmact: share of clips with a flaw such as the real files have")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  verb->add_option("--inventory", options->inventory,
                   "mmact: CSV of subject,scene,session,action,cameras,frames_30fps; one clip for each line")
      ->excludes("--subjects", "--trials", "--actions", "--scenes");
  verb->add_option("--seed", options->synthetic.seed, "same seed, same bytes")->capture_default_str();
  verb->add_option("--out", options->out, "folder to write")->required();
  verb->footer("Example:\n  pskd data synth --like utd --subjects 8 --seed 1 --out data/synthetic/utd");
  verb->callback([options, actions] {
    const int count = synthesize(*options, actions->count() == 0);
    std::cout << fmt::format("{} recordings in {}\n", count, options->out);
  });
}

}  // namespace

void add_data(CLI::App& app) {
  CLI::App* data = app.add_subcommand("data", "Check, build, invent and describe data sets");
  data->require_subcommand(1);
  add_check(*data);
  add_config_verb(
      *data, "build", "Build the clip store anew from the raw files",
      "Training builds it by itself when it is absent or out of date; this replaces a damaged one. Example:\n"
      "  pskd data build --config configs/utd.yaml",
      build);
  add_config_verb(*data, "info", "What a config's data and split are",
                  "Example:\n  pskd data info --config configs/utd.yaml", info);
  add_synth(*data);
}
