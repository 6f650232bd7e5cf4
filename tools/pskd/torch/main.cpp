#include <iostream>

#include "base/process.hpp"
#include "torch_verbs.hpp"
#include "train/environment.hpp"

void prepare(int threads) {
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
    add_model(app);
    add_doctor(app);
    add_bench(app);
    add_commands(app, [&app] { std::cout << verb_sections(app, true); });
  });
}
