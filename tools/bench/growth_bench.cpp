// Growth: time and memory of reading and training over clips, frames, joints and channels. The time of a clip should
// not depend on how many there are. Run one axis in a process of its own (--benchmark_filter=growth/clips), for freed
// memory is kept: sizes go upwards, and the peak is that of the largest so far.
#include <unistd.h>

#include <fstream>

#include "benches.hpp"
#include "data/readers/utd_mhad.hpp"
#include "epoch.hpp"
#include "pskd/data/store/clip_store.hpp"

namespace {

/// How large made-up recordings are. The sensor has twice as many samples as the skeleton has frames.
struct Size {
  int clips = 400, frames = 64, joints = 20, channels = 3;
};

/// Peak memory of the process in bytes, VmHWM.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return 1024 * std::stod(line.substr(6));
  }
  return 0;
}

/// Five limbs that meet in joint 0.
pskd::data::Topology made_up_topology(int joints) {
  pskd::data::Topology topology;
  topology.name = "made-up";
  for (int joint = 0; joint < joints; ++joint) {
    topology.joints.push_back(std::to_string(joint));
    topology.parents.push_back(joint == 0 ? -1 : std::max(0, joint - 5));
  }
  topology.parts = pskd::data::limbs_of(topology.parents);
  return topology;
}

pskd::data::DatasetInfo made_up_info(const Size& size) {
  pskd::data::DatasetInfo info = pskd::data::readers::utd_mhad_info();
  info.topology = made_up_topology(size.joints);
  info.channels.clear();
  for (int channel = 0; channel < size.channels; ++channel) info.channels.push_back(std::to_string(channel));
  return info;
}

std::vector<pskd::data::Clip> made_up_clips(const Size& size, const pskd::data::DatasetInfo& info) {
  std::vector<pskd::data::Clip> clips;
  for (int i = 0; i < size.clips; ++i) {
    pskd::data::Clip clip;
    clip.id = std::to_string(i);
    clip.subject = 1 + i % 8;
    clip.trial = 1 + i % 4;
    clip.label = i % static_cast<int>(info.classes.size());
    clip.skeleton = pskd::data::Frames::Random(size.frames, 3 * size.joints);
    clip.sensor = pskd::data::Frames::Random(2 * size.frames, size.channels);
    clip.hash = pskd::data::clip_hash(clip);
    clips.push_back(std::move(clip));
  }
  return clips;
}

void note_cost(benchmark::State& state, const Size& size) {
  const std::int64_t clips = state.iterations() * size.clips;
  state.SetItemsProcessed(clips);
  state.counters["s_per_clip"] = {
      static_cast<double>(clips),
      static_cast<benchmark::Counter::Flags>(benchmark::Counter::kIsRate | benchmark::Counter::kInvert)};
  state.counters["peak_bytes"] = peak_memory();
}

void write_store(const std::filesystem::path& file, const Size& size, const pskd::data::DatasetInfo& info) {
  pskd::data::Dataset dataset;
  dataset.info = info;
  dataset.clips = made_up_clips(size, info);
  dataset.hash = pskd::data::dataset_hash(dataset.clips);
  pskd::data::store::write_clip_store(file, dataset, "");
}

/// Clip store to clips.
void grow_reading(benchmark::State& state, const Size& size) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("pskd-growth-" + std::to_string(::getpid()) + ".h5");
  const pskd::data::DatasetInfo info = made_up_info(size);
  write_store(file, size, info);
  const auto read = [&] {
    benchmark::DoNotOptimize(pskd::data::store::read_clip_store(file, info).dataset.clips.data());
  };
  read();
  for ([[maybe_unused]] auto once : state) read();
  note_cost(state, size);
  std::filesystem::remove(file);
}

/// A student's epoch, views included.
void grow_epoch(benchmark::State& state, const Size& size) {
  pskd::config::Experiment experiment;
  const pskd::data::DatasetInfo info = made_up_info(size);
  experiment.data.channels = info.channels;
  experiment.augmentation.skeleton.frames = size.frames;
  experiment.augmentation.sensor.frames = 2 * size.frames;
  const std::vector<pskd::data::Clip> clips = made_up_clips(size, info);
  const pskd::train::Renderer renderer = pskd::train::make_renderer(experiment, info, clips);
  Epochs epochs(measured_stage("student"), renderer, clips);
  epochs.train();
  for ([[maybe_unused]] auto once : state) epochs.train();
  note_cost(state, size);
}

/// The views of one batch's skeletons and the skeleton network's step on them.
void grow_skeleton(benchmark::State& state, const Size& size) {
  const pskd::config::StageConfig stage = measured_stage("skeleton");
  pskd::config::Experiment experiment;
  const pskd::data::DatasetInfo info = made_up_info(size);
  experiment.data.channels = info.channels;
  experiment.augmentation.skeleton.frames = size.frames;
  const std::vector<pskd::data::Clip> clips = made_up_clips(size, info);
  const pskd::train::Renderer renderer = pskd::train::make_renderer(experiment, info, clips);
  const torch::Tensor labels = pskd::train::label_tensor(clips);
  pskd::train::StepBench bench(stage, pskd::train::data_shape(renderer, static_cast<int>(info.classes.size())));
  int view = 0;
  const auto step = [&] {
    bench.step(pskd::train::render_augmented(renderer, pskd::train::recordings(clips), {true, false}, 1, view++),
               labels);
  };
  step();
  for ([[maybe_unused]] auto once : state) step();
  note_cost(state, size);
}

using Grow = void (*)(benchmark::State&, const Size&);

/// Every size is given `clips` clips of work: of few clips the same ones many times.
void register_axis(const std::string& name, int Size::*axis, const std::vector<int>& values, Grow grow, int clips,
                   Size size = {}) {
  for (const int value : values) {
    size.*axis = value;
    register_bench("growth/" + name + "/" + std::to_string(value), [size, grow](benchmark::State& state) {
      grow(state, size);
    })->Iterations(clips / size.clips);
  }
}

}  // namespace

void register_growth() {
  constexpr int kRead = 40000, kTrained = 8000, kSteps = 320;
  const Size batch{.clips = measured_stage("skeleton").batch};
  register_axis("clips/read", &Size::clips, {400, 2000, 8000}, grow_reading, kRead);
  register_axis("clips/epoch", &Size::clips, {400, 2000, 8000}, grow_epoch, kTrained);
  register_axis("frames/read", &Size::frames, {32, 64, 128, 256}, grow_reading, kRead);
  register_axis("frames/epoch", &Size::frames, {32, 64, 128, 256}, grow_epoch, kTrained);
  register_axis("frames/skeleton", &Size::frames, {32, 64, 128, 256}, grow_skeleton, kSteps, batch);
  register_axis("joints/read", &Size::joints, {10, 20, 40}, grow_reading, kRead);
  register_axis("joints/skeleton", &Size::joints, {10, 20, 40}, grow_skeleton, kSteps, batch);
  register_axis("channels/read", &Size::channels, {3, 6, 12, 24}, grow_reading, kRead);
  register_axis("channels/epoch", &Size::channels, {3, 6, 12, 24}, grow_epoch, kTrained);
}
