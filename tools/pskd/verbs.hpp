// The verbs of the command line, one file each.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"

/// --config and --set, shared by the verbs that read an experiment.
struct ConfigOptions {
  std::string file;
  std::vector<std::string> overrides;

  void add_to(CLI::App& verb, bool required = true);
  pskd::Experiment load() const;
};

/// Threads, allocator and denormals, before the first tensor; `threads` 0 means every core.
void prepare(int threads);

/// Log lines go to standard error; standard output is for results.
void start_console_log(bool quiet);

void add_train(CLI::App& app);
void add_sweep(CLI::App& app);
void add_table(CLI::App& app);
void add_report(CLI::App& app);
void add_eval(CLI::App& app);
void add_data(CLI::App& app);
void add_model(CLI::App& app);
void add_config(CLI::App& app);
void add_doctor(CLI::App& app);
void add_bench(CLI::App& app);
