#include "train/memory_bound.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <variant>

#include "base/control_group.hpp"
#include "pskd/base/error.hpp"

namespace pskd::train {
namespace {

constexpr double kBytes = sizeof(float);

// Numbers of a network, and of what a step keeps of one clip.
struct Size {
  double parameters = 0, values = 0;
  double frozen = 0;  ///< parameters without gradient, whose branch keeps nothing of a clip
};

struct Shape {
  double sensor_channels, sensor_frames, skeleton_frames, joints, parts, classes;
};

double head(double features, double embedding, const Shape& shape) {
  return features * embedding + embedding * shape.classes;
}

Size size_of(const config::SensorCnnConfig& model, const Shape& shape) {
  Size size;
  double in = shape.sensor_channels, frames = shape.sensor_frames;
  for (const double out : config::cnn_channels(model.width)) {
    size.parameters += in * out * model.kernel;
    size.values += out * frames;
    frames = std::max(1.0, frames / 2);  // pooled
    in = out;
  }
  size.parameters += head(in * model.segments, model.embedding, shape);
  return size;
}

Size size_of(const config::SkeletonGcnConfig& model, const Shape& shape) {
  constexpr double kNeighborhoods = 3;  // a joint itself, towards the center, away from it
  Size size;
  double in = 3.0 * static_cast<double>(model.streams.size()), frames = shape.skeleton_frames;
  for (int block = 0; block < model.blocks; ++block) {
    const double out = config::gcn_channels(model.width, block, model.blocks);
    if (block == 0 || out != in) frames = std::max(1.0, frames / 2);
    size.parameters += kNeighborhoods * in * out + out * out * model.kernel;
    size.values += 2 * out * frames * shape.joints;
    in = out;
  }
  size.parameters += head(in * shape.parts * model.segments, model.embedding, shape);
  return size;
}

Size size_of(const config::FusedConfig& model, const Shape& shape) {
  const Size skeleton = size_of(model.skeleton, shape), sensor = size_of(model.sensor, shape);
  return {sensor.parameters, sensor.values, skeleton.parameters};
}

// Values, gradients and what the optimizer keeps of each parameter.
double copies(const config::OptimizerConfig& optimizer) {
  if (optimizer.name == config::OptimizerName::adamw) return 4;  // two moments
  return optimizer.momentum > 0 ? 3 : 2;
}

std::string gigabytes(double bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f GB", bytes / 1e9);
  return text.data();
}

// Bytes of one augmentation of each of `clips`, resampled.
double view_bytes(const config::AugmentationConfig& views, const data::DatasetInfo& info, std::size_t channels,
                  std::size_t clips) {
  const double numbers = static_cast<double>(channels) * views.sensor.frames +
                         3.0 * static_cast<double>(info.topology.joints.size()) * views.skeleton.frames;
  return kBytes * numbers * static_cast<double>(clips);
}

}  // namespace

double least_bytes(const config::StageConfig& stage, const config::AugmentationConfig& views,
                   const data::DatasetInfo& info, std::size_t channels, std::size_t classes, std::size_t clips) {
  const Shape shape{static_cast<double>(channels),
                    static_cast<double>(views.sensor.frames),
                    static_cast<double>(views.skeleton.frames),
                    static_cast<double>(info.topology.joints.size()),
                    static_cast<double>(info.topology.parts.size()),
                    static_cast<double>(classes)};
  const Size size = std::visit([&](const auto& model) { return size_of(model, shape); }, stage.model);
  const double kept = stage.precision == config::Precision::bf16 ? kBytes / 2 : kBytes;
  return kBytes * (copies(stage.optimizer) * size.parameters + size.frozen) +
         kept * size.values * std::min(static_cast<double>(stage.batch), static_cast<double>(clips));
}

void require_memory(const config::Experiment& experiment, const data::DatasetInfo& info, std::size_t clips,
                    double available) {
  const std::size_t channels = experiment.data.channels.size();
  const double views = view_bytes(experiment.augmentation, info, channels, clips);
  if (views > available) {
    throw Error(ErrorKind::config, "views: the augmented clips take at least " + gigabytes(views) + ", found " +
                                       gigabytes(available) +
                                       " of memory; lower views.sensor.frames or "
                                       "views.skeleton.frames");
  }
  for (const config::StageConfig& stage : experiment.stages) {
    const std::size_t seen = std::max(channels, stage.sees.channels.size());
    const double bytes =
        views + least_bytes(stage, experiment.augmentation, info, seen, experiment.protocol.classes.size(), clips);
    if (bytes <= available) continue;
    throw Error(ErrorKind::config,
                "stages." + stage.name + ": training takes at least " + gigabytes(bytes) + ", found " +
                    gigabytes(available) +
                    " of memory; lower the model's width, blocks or kernel, its batch, or the frames of views");
  }
}

double memory_of_machine() {
  double bytes = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  bytes = std::min(bytes, cgroup_memory("/"));
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    bytes = std::min(bytes, static_cast<double>(limit.rlim_cur));
  }
  return bytes;
}

}  // namespace pskd::train
