#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <iostream>

#include "pskd/base/error.hpp"
#include "pskd/base/process.hpp"
#include "pskd/config/load.hpp"
#include "pskd/train/environment.hpp"
#include "pskd/train/run.hpp"
#include "verbs.hpp"

void ConfigOptions::add_to(CLI::App& verb, bool required) {
  CLI::Option* config = verb.add_option("-c,--config", file, "experiment description, YAML")
                            ->required(required)
                            ->check(CLI::ExistingFile);
  verb.add_option("--set", overrides, "override a key of the config: --set stages.student.epochs=10 (repeatable)")
      ->needs(config)
      ->allow_extra_args(false)
      ->type_name("KEY.PATH=VALUE");
}

pskd::Experiment ConfigOptions::load() const { return pskd::load_experiment(file, overrides); }

void prepare(int threads) {
  pskd::prepare_process();
  pskd::prepare_torch(threads);
}

void start_console_log(bool quiet) {
  auto console = spdlog::stderr_color_mt("pskd");
  console->sinks().front()->set_level(quiet ? spdlog::level::warn : spdlog::level::info);
  console->set_level(spdlog::level::debug);
  console->set_pattern("%H:%M:%S %^%l%$ %v");
  spdlog::set_default_logger(console);
}

int main(int argc, char** argv) {
  CLI::App app{"Cross-modal knowledge distillation for human action recognition: our reconstruction of PSKD."};
  app.name("pskd");
  app.set_version_flag("--version", "pskd " PSKD_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 2 usage or config, 3 data or files, 4 diverged, 5 checkpoint, 130 / 143 stopped after "
      "saving.\n"
      "`pskd VERB --help` shows the options of a verb, with examples.");
  add_train(app);
  add_sweep(app);
  add_table(app);
  add_report(app);
  add_eval(app);
  add_data(app);
  add_model(app);
  add_config(app);
  add_doctor(app);
  add_bench(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : pskd::exit_code(pskd::ErrorKind::usage);
  } catch (const pskd::Stopped& stop) {
    std::cerr << "pskd: " << stop.what() << "; start it again to go on (train: with --resume)\n";
    return 128 + stop.signal();
  } catch (const pskd::Error& error) {
    std::cerr << "pskd: " << error.what() << '\n';
    return pskd::exit_code(error.kind());
  } catch (const std::exception& error) {
    std::cerr << "pskd: unexpected: " << error.what() << '\n';
    return 1;
  }
}
