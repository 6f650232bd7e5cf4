// The verbs that compute with LibTorch.
#pragma once

#include "predict.hpp"
#include "verbs.hpp"

/// Threads, allocator and denormals, before the first tensor; `threads` 0 means every core. Throws Error(usage) for
/// more threads than the cores can carry (base/cores.hpp).
void prepare(int threads);

/// Trains what `pskd train` was asked for.
void train(const TrainOptions& options);

/// Decides about the recordings of a folder.
void predict_folder(const PredictOptions& options);

void add_sweep(CLI::App& app);
void add_report(CLI::App& app);
void add_eval(CLI::App& app);
void add_adapt(CLI::App& app);
void add_model(CLI::App& app);
void add_doctor(CLI::App& app);
void add_bench(CLI::App& app);
