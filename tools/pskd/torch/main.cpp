#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "pskd/base/process.hpp"
#include "pskd/train/environment.hpp"
#include "torch_verbs.hpp"

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
  return run_command_line(argc, argv, [](CLI::App& app) {
    add_train(app);
    add_sweep(app);
    add_report(app);
    add_eval(app);
    add_model(app);
    add_doctor(app);
    add_bench(app);
  });
}
