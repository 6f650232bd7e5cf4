#include <spdlog/fmt/fmt.h>

#include <iostream>

#include "pskd/config/load.hpp"
#include "verbs.hpp"

void add_config(CLI::App& app) {
  CLI::App* config = app.add_subcommand("config", "Look at an experiment description");
  config->require_subcommand(1);

  auto shown = std::make_shared<ConfigOptions>();
  CLI::App* show = config->add_subcommand("show", "Print the resolved config: every key with its value");
  shown->add_to(*show);
  show->footer("Example:\n  pskd config show --config configs/utd.yaml --set progress.mode=weights");
  show->callback([shown] { std::cout << pskd::to_yaml(shown->load()); });

  auto checked = std::make_shared<ConfigOptions>();
  CLI::App* check = config->add_subcommand("check", "Report every problem of a config at once");
  checked->add_to(*check);
  check->footer("Exits 2 when there is a problem. Example:\n  pskd config check --config configs/utd.yaml");
  check->callback([checked] {
    const pskd::Experiment experiment = checked->load();
    std::cout << fmt::format("{}: good; {} stages, {} seeds, hash {}\n", checked->file, experiment.stages.size(),
                             experiment.seeds.size(), pskd::config_hash(experiment));
  });
}
