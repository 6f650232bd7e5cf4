// The benchmarks of pskd_bench, by group. A name that pytorch_baseline.py has as well is the same work there.
#pragma once

#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/model/registry.hpp"

/// Where recordings lie; an empty path: benchmarks that need them are left out.
struct Folders {
  std::filesystem::path utd, mmact;
};

/// UTD-MHAD's shape with the default views.
pskd::model::DataShape utd_shape();

/// The stages that are measured: skeleton (the default size), skeleton_reference (48 channels, kernel 9, the size of
/// the first trials), both again in bf16, fused, sensor, student, all without teachers; student_acs, with three
/// teachers' answers and the Adaptive-Confidence Semantic loss.
std::vector<pskd::config::StageConfig> measured_stages();
/// One of them.
pskd::config::StageConfig measured_stage(const std::string& name);

void register_ceiling();
void register_reading(const Folders& folders);
void register_training(const Folders& folders);
void register_inference();
void register_growth();

/// Registers `run` under `name`, timed by the wall clock.
template <class Run>
benchmark::internal::Benchmark* register_bench(const std::string& name, Run run) {
  return benchmark::RegisterBenchmark(name.c_str(), std::move(run))->UseRealTime()->Unit(benchmark::kMillisecond);
}

/// Writes FOLDER/<stage>.float32.pt and .float64.pt for each measured stage in fp32: parameters, a batch, and what the
/// network makes of it (outputs in evaluation and in training, loss, gradients), as a dictionary of tensors that
/// Python's torch.load reads. Dropout is off.
void write_parity(const std::filesystem::path& folder);
