#include "verbs.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/standard_streams.hpp"
#include "base/stop_signal.hpp"
#include "base/system_trouble.hpp"
#include "base/text.hpp"
#include "config/node.hpp"
#include "installation.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/load.hpp"

namespace {

const std::map<std::string, std::string> kTorchVerbs = {
    {"sweep", "Train every run of a sweep: many experiments described by one file"},
    {"report", "Write an HTML page about a run, an experiment or a sweep"},
    {"eval", "Evaluate a trained stage of a run again"},
    {"adapt", "Adapt a trained student to people whose recordings nobody labeled"},
    {"model", "Look at the networks of an experiment"},
    {"doctor", "What pskd runs on, and what makes it slow"},
    {"bench", "How fast this machine trains each stage, and how fast it could compute"},
};

/// The text of a log line, as a terminal may show it.
class EscapedText : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& line) override {
    const std::string text = pskd::escaped_for_terminal({message.payload.data(), message.payload.size()});
    line.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override { return std::make_unique<EscapedText>(); }
};

/// NaN is one: kFiniteNumber refuses it.
std::optional<double> number_in(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  return text.empty() || *end != '\0' ? std::nullopt : std::optional(number);
}

std::string exit_codes() {
  std::string text;
  for (const auto& [code, meaning] : kExitCodes) text += (text.empty() ? "" : ", ") + std::string(code) + " " + meaning;
  return text;
}

}  // namespace

const CLI::Validator kFiniteNumber(
    [](const std::string& text) {
      return std::isfinite(std::strtod(text.c_str(), nullptr)) ? "" : "expected a finite number, found " + text;
    },
    "");

const CLI::Validator kPositiveNumber(
    [](const std::string& text) {
      const auto number = number_in(text);
      return number && !(*number <= 0) ? "" : "expected a number above 0, found " + text;
    },
    "POSITIVE");

const CLI::Validator kNonNegativeNumber(
    [](const std::string& text) {
      const auto number = number_in(text);
      return number && !(*number < 0) ? "" : "expected a number of at least 0, found " + text;
    },
    "NONNEGATIVE");

void ConfigOptions::add_to(CLI::App& verb, bool required) {
  CLI::Option* config =
      verb.add_option("-c,--config", file, "experiment description, YAML: a file, or the name of a shipped one")
          ->required(required)
          ->transform(file_or_shipped_config, "")
          ->check(CLI::Validator(config_problem, "FILE"));
  verb.add_option("--set", overrides, "override a key of the config: --set stages.student.epochs=10 (repeatable)")
      ->needs(config)
      ->allow_extra_args(false)
      ->type_name("KEY.PATH=VALUE");
}

pskd::config::Experiment ConfigOptions::load() const {
  return pskd::config::load_experiment(file, overrides, shipped_configs());
}

bool is_torch_verb(const std::string& name) { return kTorchVerbs.contains(name); }

CLI::App* add_torch_verb(CLI::App& app, const std::string& name) {
  return app.add_subcommand(name, kTorchVerbs.at(name));
}

namespace {

/// Runs `action` and says what went wrong. Gives the exit code.
int exit_code_of(const std::function<int()>& action) {
  try {
    return action();
  } catch (const pskd::Stopped& stop) {
    complain(std::string(stop.what()) + "; start it again to go on (train: with --resume)");
    return 128 + stop.signal();
  } catch (const std::exception& error) {
    if (const std::optional<pskd::Error> trouble = pskd::system_trouble(error)) {
      complain(trouble->what());
      return pskd::exit_code(trouble->kind());
    }
    complain(std::string("unexpected: ") + error.what());
    return 1;
  }
}

/// CLI11 would say only that a verb is missing.
void require_known_verbs(const CLI::App* app, int argc, char** argv) {
  for (int i = 1; i < argc && app->get_require_subcommand_min() > 0; ++i) {
    const std::string word = argv[i];
    if (word.starts_with("-")) continue;  // no option before the verb takes a value
    std::vector<std::string> names;
    for (const CLI::App* verb : verbs_of(*app)) names.push_back(verb->get_name());
    const auto known = std::find(names.begin(), names.end(), word);
    if (known == names.end()) {
      throw pskd::Error(pskd::ErrorKind::usage, "no verb " + pskd::config::quoted(word) +
                                                    pskd::config::did_you_mean(word, names) +
                                                    "; --help lists the verbs");
    }
    app = verbs_of(*app)[static_cast<std::size_t>(known - names.begin())];
  }
}

int parse(CLI::App& app, int argc, char** argv) {
  require_known_verbs(&app, argc, argv);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : pskd::exit_code(pskd::ErrorKind::usage);
  }
}

}  // namespace

void begin_program() {
  pskd::open_standard_streams();
  pskd::survive_file_size_limit();
}

int run_command_line(int argc, char** argv, const std::function<void(CLI::App& app)>& add_verbs) {
  pskd::CheckedOutput output;
  CLI::App app{"Cross-modal knowledge distillation for human action recognition: our reconstruction of PSKD."};
  app.name("pskd");
  app.set_version_flag("--version", "pskd " PSKD_VERSION ", LibTorch " PSKD_LIBTORCH_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: " + exit_codes() + ".\n`pskd VERB --help` shows the options of a verb, with examples.");
  add_verbs(app);
  const int code = exit_code_of([&] { return parse(app, argc, argv); });
  const int printed = exit_code_of([&] {
    output.finish();
    return 0;
  });
  return code != 0 ? code : printed;
}

void complain(const std::string& text) { std::cerr << "pskd: " << pskd::escaped_for_terminal(text) << '\n'; }

void start_console_log(bool quiet) {
  auto console = spdlog::stderr_color_mt("pskd");
  console->sinks().front()->set_level(quiet ? spdlog::level::warn : spdlog::level::info);
  console->set_level(spdlog::level::debug);
  auto lines = std::make_unique<spdlog::pattern_formatter>();
  lines->add_flag<EscapedText>('*').set_pattern("%H:%M:%S %^%l%$ %*");
  console->set_formatter(std::move(lines));
  spdlog::set_default_logger(console);
}
