#include <spdlog/fmt/fmt.h>

#include <filesystem>
#include <iostream>

#include "deploy/export_model.hpp"
#include "deploy/model_file.hpp"
#include "pskd/base/error.hpp"
#include "verbs.hpp"

namespace {

namespace deploy = pskd::deploy;
namespace fs = std::filesystem;

struct Options {
  std::string run, stage, out;
  std::optional<double> rate;
};

/// "sensor-cnn, 27 classes, 3 channels at 50 Hz"
std::string summary(const deploy::ModelFile& model) {
  std::string text = fmt::format("{}, {} classes", model.network, model.classes.size());
  if (model.sensor) text += fmt::format(", {} channels", model.sensor->channels.size());
  if (model.sensor && model.sensor->rate > 0) text += fmt::format(" at {} Hz", model.sensor->rate);
  if (model.sees_skeleton) text += model.sensor ? ", and the skeleton" : ", the skeleton";
  return text;
}

void say(const fs::path& file, const std::string& what) {
  std::cout << fmt::format("{}: {}; {} bytes\n", file.string(), what, fs::file_size(file));
}

void run(const Options& options) {
  if (fs::is_directory(options.out)) {
    throw pskd::Error(pskd::ErrorKind::usage, options.out + " is a folder; --out names a file");
  }
  const auto [run, stage] = deploy::stage_of_run(options.run, options.stage);
  const deploy::ExportedModel model = deploy::export_stage(run, stage, options.rate);
  if (model.lacks_rate) complain("the rate of the sensor is not known; --rate says it");
  deploy::write_model_file(options.out, model.manifest, model.weights);
  const deploy::ModelFile written = deploy::read_model_file(options.out);
  say(options.out, "stage " + written.stage + ", " + summary(written));
}

}  // namespace

void add_export(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("export", "Write a trained stage as a model file, which needs neither run nor data");
  verb->add_option("run", options->run,
                   "a finished run, .../seed-<n>, or one of its stages, .../seed-<n>/stages/<stage>")
      ->required()
      ->check(CLI::ExistingDirectory);
  verb->add_option("--stage", options->stage, "which stage of the run (default: student)");
  verb->add_option("--out", options->out, "the model file")->required();
  verb->add_option("--rate", options->rate, "Hz, of the sensor (default: what the checkpoint says)")
      ->check(CLI::PositiveNumber);
  verb->footer(
      "A model file holds the weights, classes, channels, statistics, and what they were trained on; docs/deploy.md\n"
      "reads it in ten lines of Python.\n"
      "Examples:\n"
      "  pskd export runs/utd-pskd/0123456789ab/seed-1 --out student.pskd\n"
      "  pskd export runs/utd-pskd/0123456789ab/seed-1/stages/fused --out fused.pskd");
  verb->callback([options] { run(*options); });
}
