#include <spdlog/fmt/fmt.h>

#include <iostream>

#include "config/reference.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/protocol.hpp"
#include "verbs.hpp"

namespace {

void add_show(CLI::App& config) {
  auto shown = std::make_shared<ConfigOptions>();
  CLI::App* show = config.add_subcommand("show", "Print the resolved config: every key with its value");
  shown->add_to(*show);
  show->footer("Example:\n  pskd config show --config configs/utd.yaml --set progress.mode=weights");
  show->callback([shown] { std::cout << pskd::config::to_yaml(shown->load()); });
}

/// "8 folds, 3 seeds, hash 003ee2f2dda0". Folds, and the protocol that the hash is of, need the data set's description,
/// which may lie elsewhere: then both are left out.
std::string runs_text(pskd::config::Experiment experiment) {
  std::string seeds = fmt::format("{} seeds", experiment.seeds.size());
  try {
    const auto info = pskd::data::readers::dataset_info(experiment.data);
    const std::size_t folds = pskd::data::resolve_folds(experiment.protocol, info).size();
    experiment.protocol = pskd::data::resolve_protocol(experiment.protocol, info);
    return fmt::format("{}{}, hash {}", folds > 1 ? fmt::format("{} folds, ", folds) : "", seeds,
                       pskd::config::config_hash(experiment));
  } catch (const pskd::Error&) {
    return seeds;
  }
}

void add_check(CLI::App& config) {
  auto checked = std::make_shared<ConfigOptions>();
  CLI::App* check = config.add_subcommand("check", "Report every problem of a config at once");
  checked->add_to(*check);
  check->footer("Exits 2 when there is a problem. Example:\n  pskd config check --config configs/utd.yaml");
  check->callback([checked] {
    const pskd::config::Experiment experiment = checked->load();
    std::cout << fmt::format("{}: good; {} stages, {}\n", checked->file, experiment.stages.size(),
                             runs_text(experiment));
  });
}

void add_explain(CLI::App& config) {
  auto key = std::make_shared<std::string>();
  CLI::App* explain = config.add_subcommand("explain", "Say what a key means, which values are legal, and its default");
  explain->add_option("key", *key, "key path, such as stages.student.epochs (default: the keys of a file)")
      ->type_name("KEY.PATH");
  explain->footer("Examples:\n  pskd config explain stages.student.loss.acs.threshold\n  pskd config explain views");
  explain->callback([key] { std::cout << pskd::config::explain(*key); });
}

void add_reference(CLI::App& config) {
  CLI::App* reference = config.add_subcommand("reference", "Print docs/config-reference.md: every key, in Markdown");
  reference->footer("Example:\n  pskd config reference > docs/config-reference.md");
  reference->callback([] { std::cout << pskd::config::reference_page(); });
}

}  // namespace

void add_config(CLI::App& app) {
  CLI::App* config = app.add_subcommand("config", "Look at an experiment description, or at the keys it may have");
  config->require_subcommand(1);
  add_show(*config);
  add_check(*config);
  add_explain(*config);
  add_reference(*config);
}
