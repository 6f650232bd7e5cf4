// pskd_bench: what tools/bench/run.sh measures of pskd. Every option of Google Benchmark works as well.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "base/process.hpp"
#include "benches.hpp"
#include "pskd/base/error.hpp"
#include "train/environment.hpp"

namespace {

struct Options {
  int threads = 0;
  Folders folders;
  std::string parity;
};

void run(const Options& options, const CLI::App& app, const char* name) {
  // As the program does, before the first tensor.
  pskd::prepare_process();
  pskd::train::prepare_torch(options.threads);
  if (!options.parity.empty()) return write_parity(options.parity);
  std::vector<std::string> words = app.remaining();
  words.insert(words.begin(), name);
  std::vector<char*> rest;
  for (std::string& word : words) rest.push_back(word.data());
  auto count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) {
    throw pskd::Error(pskd::ErrorKind::usage, "see pskd_bench --help, and Google Benchmark's manual for its options");
  }
  register_ceiling();
  register_reading(options.folders);
  register_training(options.folders);
  register_inference();
  register_growth();
  benchmark::RunSpecifiedBenchmarks();
}

}  // namespace

int main(int argc, char** argv) {
  if (pskd::set_wait_policy()) ::execv("/proc/self/exe", argv);
  CLI::App app{"Benchmarks of pskd; docs/dev/performance.md says what is measured."};
  app.allow_extras();
  Options options;
  app.add_option("--threads", options.threads, "threads; 0: every core")->check(CLI::NonNegativeNumber);
  app.add_option("--utd", options.folders.utd, "folder of UTD-MHAD, real or synthetic")->check(CLI::ExistingDirectory);
  app.add_option("--mmact", options.folders.mmact, "folder of MMAct, real or synthetic")->check(CLI::ExistingDirectory);
  app.add_option("--parity", options.parity,
                 "instead of measuring, write parameters, inputs and results for pytorch_baseline.py");
  try {
    app.parse(argc, argv);
    run(options, app, argv[0]);
    return 0;
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : pskd::exit_code(pskd::ErrorKind::usage);
  } catch (const pskd::Error& error) {
    std::cerr << "pskd_bench: " << error.what() << '\n';
    return pskd::exit_code(error.kind());
  }
}
