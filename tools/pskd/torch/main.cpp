#include <iostream>

#include "base/cores.hpp"
#include "base/process.hpp"
#include "predict.hpp"
#include "torch_verbs.hpp"
#include "train/environment.hpp"

namespace {

/// Runs before the libraries are initialized, of which OpenMP may bind this process to one core.
__attribute__((section(".preinit_array"), used)) void (*before_openmp)() = pskd::note_affinity;

}  // namespace

void prepare(int threads) {
  pskd::require_threads(threads);
  pskd::prepare_process();
  pskd::train::prepare_torch(threads);
}

int main(int argc, char** argv) {
  begin_program();
  return run_command_line(argc, argv, [](CLI::App& app) {
    add_train(app, train);
    add_sweep(app);
    add_report(app);
    add_eval(app);
    add_predict(app, predict_folder);
    add_adapt(app);
    add_model(app);
    add_doctor(app);
    add_bench(app);
    add_commands(app, [&app] { std::cout << verb_sections(app, true); });
    add_completion(app, [&app] { std::cout << completion_lines(app, true) << completion_tail(); });
  });
}
