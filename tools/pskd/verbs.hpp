// The verbs of the command line, one file each; those in torch/ need LibTorch, whose loading takes half a second.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pskd/config/experiment.hpp"

/// --config and --set, shared by the verbs that read an experiment.
struct ConfigOptions {
  std::string file;
  std::vector<std::string> overrides;

  void add_to(CLI::App& verb, bool required = true);
  pskd::config::Experiment load() const;
};

struct TrainOptions {
  ConfigOptions config;
  int threads = -1;                 ///< those of the experiment, unless given
  int jobs = 0;                     ///< processes; 0: this one trains all runs
  std::optional<std::string> only;  ///< name of the one run that is trained
  bool status = false, resume = false, overwrite = false, dry_run = false, tensorboard = false, quiet = false,
       json = false;
};

/// What both programs do before anything else: standard streams are open, and no limit on files kills.
void begin_program();

/// Parses the command line with the verbs that `add_verbs` adds, runs what was asked for and says what went wrong.
/// Gives the exit code.
int run_command_line(int argc, char** argv, const std::function<void(CLI::App& app)>& add_verbs);

/// Prints "pskd: text" on standard error. All that goes wrong is said here: names of files and what they hold cannot
/// act on the terminal.
void complain(const std::string& text);

/// Log lines go to standard error; standard output is for results.
void start_console_log(bool quiet);

/// A verb that needs LibTorch, with what it is for and nothing else yet.
CLI::App* add_torch_verb(CLI::App& app, const std::string& name);
bool is_torch_verb(const std::string& name);

/// Of every option with a floating-point number: NaN lies in all ranges of CLI11.
extern const CLI::Validator kFiniteNumber;

/// As those of CLI11, which print their limits with 300 digits.
extern const CLI::Validator kPositiveNumber, kNonNegativeNumber;

/// `pskd train`; `run` is given what was asked for.
void add_train(CLI::App& app, const std::function<void(const TrainOptions&)>& run);
void add_table(CLI::App& app);
void add_export(CLI::App& app);
void add_stream(CLI::App& app);
void add_data(CLI::App& app);
void add_config(CLI::App& app);

/// The exit codes of every verb, and what they mean.
inline constexpr std::array<std::pair<const char*, const char*>, 6> kExitCodes = {
    {{"0", "done"},
     {"2", "usage or config"},
     {"3", "data or files"},
     {"4", "diverged"},
     {"5", "checkpoint"},
     {"129 / 130 / 143", "stopped after saving"}}};

/// The verbs of a program, or those in a verb.
std::vector<const CLI::App*> verbs_of(const CLI::App& app);

/// `pskd commands`; `print` prints the page docs/command-line.md: its head and a section for every verb.
void add_commands(CLI::App& app, const std::function<void()>& print);
std::string command_line_head(const CLI::App& app);
/// A section for each verb that needs LibTorch, or for each of the others. Only the program that runs them knows their
/// options.
std::string verb_sections(const CLI::App& app, bool torch);

/// `pskd completion`; `print` prints the script: its head, what can follow the words of every verb, and its tail.
void add_completion(CLI::App& app, const std::function<void()>& print);
std::string completion_head(const CLI::App& app);
/// Of each verb that needs LibTorch, or of each of the others.
std::string completion_lines(const CLI::App& app, bool torch);
std::string completion_tail();
