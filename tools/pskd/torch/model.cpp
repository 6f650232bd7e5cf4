#include <spdlog/fmt/fmt.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "model/summary.hpp"
#include "pskd/train/renderer.hpp"
#include "torch_verbs.hpp"

namespace {

struct ModelOptions {
  ConfigOptions config;
  std::string stage;
  bool json = false;
};

nlohmann::ordered_json to_json(const std::string& stage, const std::string& model,
                               const pskd::model::NetworkSummary& summary) {
  nlohmann::ordered_json json = {
      {"stage", stage}, {"model", model}, {"parameters", summary.parameters}, {"macs", summary.macs}};
  for (const pskd::model::LayerSummary& layer : summary.layers) {
    json["layers"].push_back({{"name", layer.name},
                              {"operation", layer.operation},
                              {"output", layer.output},
                              {"parameters", layer.parameters},
                              {"macs", layer.macs}});
  }
  return json;
}

void show(const ModelOptions& options) {
  const pskd::config::Experiment experiment = options.config.load();
  prepare(1);
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  if (!options.stage.empty()) pskd::config::find_stage(experiment, options.stage);
  for (const pskd::config::StageConfig& stage : experiment.stages) {
    if (!options.stage.empty() && stage.name != options.stage) continue;
    const pskd::model::DataShape shape = pskd::train::data_shape(experiment, stage);
    const auto network = pskd::model::make_network(stage.model, shape, 1);
    const auto summary = pskd::model::summarize_network(*network, pskd::model::example_input(shape, 1));
    if (options.json) {
      all.push_back(to_json(stage.name, pskd::config::model_name(stage.model), summary));
    } else {
      std::cout << fmt::format("{}: {}, for one clip\n", stage.name, pskd::config::model_name(stage.model))
                << pskd::model::describe(summary) << '\n';
    }
  }
  if (options.json) std::cout << all.dump(2) << '\n';
}

}  // namespace

void add_model(CLI::App& app) {
  CLI::App* model = add_torch_verb(app, "model");
  model->require_subcommand(1);
  auto options = std::make_shared<ModelOptions>();
  CLI::App* verb =
      model->add_subcommand("show", "Layers, shapes, parameters and multiply-adds of each stage's network");
  options->config.add_to(*verb);
  verb->add_option("--stage", options->stage, "only this stage");
  verb->add_flag("--json", options->json, "as JSON");
  verb->footer("Example:\n  pskd model show --config configs/utd.yaml --stage student");
  verb->callback([options] { show(*options); });
}
