// pskd: runs the verbs that need no LibTorch by itself, at once. For the others it sets what OpenMP reads before main,
// and becomes libexec/pskd/pskd, which could set that for itself only by loading LibTorch twice. What is wrong
// with the command line or the config of a training is said before, in no time.
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>

#include "base/process.hpp"
#include "installation.hpp"
#include "predict.hpp"
#include "pskd/base/error.hpp"
#include "verbs.hpp"

namespace {

/// Comes back only where that program cannot be started; gives the exit code then.
int become_torch_program(char** argv) {
  pskd::set_wait_policy();
  pskd::remove_thread_limits();
  const std::string program = (installation_folder() / "libexec" / "pskd" / "pskd").string();
  ::execv(program.c_str(), argv);
  complain(program + " cannot be started: " + std::strerror(errno) +
           "; bin, libexec and share belong together, so copy or move all three");
  return pskd::exit_code(pskd::ErrorKind::io);
}

/// Says what is to be trained. Of a pipe nothing: it can be read only once.
void announce(const TrainOptions& options) {
  if (!std::filesystem::is_regular_file(options.config.file)) return;
  const pskd::config::Experiment experiment = options.config.load();
  start_console_log(options.quiet);
  std::vector<std::string> stages;
  for (const pskd::config::StageConfig& stage : experiment.stages) stages.push_back(stage.name);
  spdlog::info("{}: {} on {}, seed{} {}", options.config.file, fmt::join(stages, ", "), experiment.data.name,
               experiment.seeds.size() == 1 ? "" : "s", fmt::join(experiment.seeds, ", "));
}

}  // namespace

int main(int argc, char** argv) {
  begin_program();
  // No option before the verb takes a value.
  char** verb = std::find_if(argv + 1, argv + argc, [](const char* word) { return *word != '-'; });
  if (verb != argv + argc && is_torch_verb(*verb)) return become_torch_program(argv);
  bool goes_on = false;  // in the other program
  const int code = run_command_line(argc, argv, [&](CLI::App& app) {
    add_train(app, [&](const TrainOptions& options) {
      announce(options);
      goes_on = true;
    });
    add_torch_verb(app, "sweep");
    add_table(app);
    add_torch_verb(app, "report");
    add_torch_verb(app, "eval");
    add_export(app);
    add_predict(app, [&](const PredictOptions& options) {
      if (asks_about_folder(options))
        goes_on = true;
      else
        predict_files(options);
    });
    add_stream(app);
    add_torch_verb(app, "adapt");
    add_data(app);
    add_torch_verb(app, "model");
    add_config(app);
    add_torch_verb(app, "doctor");
    add_torch_verb(app, "bench");
    add_commands(app, [&] {  // the other program knows the options of the other verbs
      std::cout << command_line_head(app) << verb_sections(app, false) << std::flush;
      goes_on = true;
    });
    add_completion(app, [&] {
      std::cout << completion_head(app) << completion_lines(app, false) << std::flush;
      goes_on = true;
    });
  });
  return goes_on && code == 0 ? become_torch_program(argv) : code;
}
