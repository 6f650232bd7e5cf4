#include "pskd/train/renderer.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <functional>
#include <iterator>

#include "config/check.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "pskd/signal/statistics.hpp"
#include "signal/augmentation.hpp"
#include "signal/skeleton.hpp"

namespace pskd::train {
namespace {

constexpr std::int64_t kClipsPerTask = 16;

void require_recorded(const Recordings& clips, Modalities wanted) {
  for (const data::Recording* clip : clips) {
    if (has(*clip, wanted)) continue;
    throw Error(ErrorKind::data, "clip " + clip->id + " has no " + (clip->sensor.rows() == 0 ? "sensor" : "skeleton") +
                                     ", which is asked for");
  }
}

template <class Clip>
std::vector<Clip> with_all(const std::vector<Clip>& clips, Modalities wanted) {
  std::vector<Clip> seen;
  std::copy_if(clips.begin(), clips.end(), std::back_inserter(seen),
               [&](const Clip& clip) { return has(clip, wanted); });
  return seen;
}

model::Input render(const Renderer& renderer, const Recordings& clips, Modalities wanted,
                    const std::function<signal::Augmentation(const data::Recording&)>& augmentation_of) {
  const auto count = static_cast<std::int64_t>(clips.size());
  const auto joints = static_cast<std::int64_t>(renderer.topology.joints.size());
  const auto channels = static_cast<std::int64_t>(renderer.sensor_columns.size());
  const int skeleton_frames = renderer.augmentation.skeleton.frames,
            sensor_frames = renderer.augmentation.sensor.frames;
  const signal::SensorColumns columns(renderer.sensor_columns, renderer.common_columns);
  const std::int64_t skeleton_size = signal::kStreamChannels * skeleton_frames * joints,
                     sensor_size = channels * sensor_frames;
  require_recorded(clips, wanted);
  model::Input input;
  if (wanted.skeleton) input.skeleton = torch::empty({count, signal::kStreamChannels, skeleton_frames, joints});
  if (wanted.sensor) input.sensor = torch::empty({count, channels, sensor_frames});
  float* skeleton = wanted.skeleton ? input.skeleton.data_ptr<float>() : nullptr;
  float* sensor = wanted.sensor ? input.sensor.data_ptr<float>() : nullptr;
  at::parallel_for(0, count, kClipsPerTask, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const signal::Augmentation augmentation = augmentation_of(*clips[i]);
      if (wanted.skeleton) {
        signal::render_skeleton(*clips[i], augmentation, renderer.topology, skeleton_frames,
                                {skeleton + i * skeleton_size, static_cast<std::size_t>(skeleton_size)});
      }
      if (wanted.sensor) {
        signal::render_sensor(*clips[i], augmentation, columns, renderer.statistics, sensor_frames,
                              {sensor + i * sensor_size, static_cast<std::size_t>(sensor_size)});
      }
    }
  });
  return input;
}

[[noreturn]] void refuse_channel(const std::string& key, const data::DatasetInfo& info, const std::string& what) {
  std::string known;
  for (const std::string& name : info.channels) known += " " + name;
  throw Error(ErrorKind::config, key + ": " + info.name + " has no " + what + "; it has" + known);
}

std::vector<int> default_columns(const config::Experiment& experiment, const data::DatasetInfo& info) {
  return info.channels.empty() ? std::vector<int>()  // the set has no sensor
                               : sensor_columns(experiment.data.channels, info, "data.channels");
}

/// All channels of one of several sensors, or of the only one.
std::vector<std::string> channels_of_sensor(const std::string& sensor, const config::DataConfig& data,
                                            const data::DatasetInfo& info, const std::string& key) {
  if (data.sensors == std::vector{sensor}) return info.channels;
  const auto may_be_of = [](const std::string& name, const std::string& channel) {
    return channel.starts_with(name + "_");
  };
  // Of the sensors watch and watch_left, only the second has watch_left_ax.
  const auto is_of_longer = [&](const std::string& channel) {
    return std::any_of(data.sensors.begin(), data.sensors.end(), [&](const std::string& other) {
      return other.size() > sensor.size() && may_be_of(other, channel);
    });
  };
  std::vector<std::string> channels;
  for (const std::string& channel : info.channels) {
    if (!may_be_of(sensor, channel) || is_of_longer(channel)) continue;
    channels.push_back(channel);
    if (data.sensors.empty() && channel.find('_', sensor.size() + 1) != std::string::npos) {
      throw Error(ErrorKind::config, key + ": " + channel + " may be of " + sensor +
                                         " or of a sensor with a longer name; list the sensors in data.sensors");
    }
  }
  if (channels.empty()) refuse_channel(key, info, "sensor '" + sensor + "' with channels '" + sensor + "_...'");
  return channels;
}

}  // namespace

Modalities operator|(Modalities a, Modalities b) { return {a.skeleton || b.skeleton, a.sensor || b.sensor}; }

Modalities modalities(const config::Sees& sees) {
  const std::vector<config::Modality>& seen = sees.modalities;
  const auto has = [&](config::Modality one) { return std::find(seen.begin(), seen.end(), one) != seen.end(); };
  return {has(config::Modality::skeleton), has(config::Modality::sensor)};
}

Modalities shown_modalities(const config::Experiment& experiment, const config::StageConfig& stage) {
  Modalities all = modalities(stage.sees);
  for (const config::TeacherRef& teacher : stage.teachers) {
    if (teacher.run.empty()) all = all | modalities(config::find_stage(experiment, teacher.stage).sees);
  }
  return all;
}

bool has(const data::Recording& recording, Modalities wanted) {
  return (!wanted.skeleton || recording.skeleton.rows() > 0) && (!wanted.sensor || recording.sensor.rows() > 0);
}

std::shared_ptr<const data::Split> seen_split(const data::Split& split, Modalities wanted) {
  const auto all_have = [&](const auto& clips) {
    return std::all_of(clips.begin(), clips.end(), [&](const data::Recording& clip) { return has(clip, wanted); });
  };
  if (all_have(split.train) && all_have(split.val) && all_have(split.test) && all_have(split.unlabeled)) {
    return {std::shared_ptr<void>(), &split};
  }
  return std::make_shared<const data::Split>(data::Split{split.classes, with_all(split.train, wanted),
                                                         with_all(split.val, wanted), with_all(split.test, wanted),
                                                         with_all(split.unlabeled, wanted)});
}

std::vector<std::string> sensor_channels(const config::Experiment& experiment, const config::StageConfig& stage,
                                         const data::DatasetInfo& info) {
  if (info.channels.empty()) return {};
  if (stage.sees.sensor.empty()) {
    return stage.sees.channels.empty() ? experiment.data.channels : stage.sees.channels;
  }
  const std::string key = "stages." + stage.name + ".sees";
  const double degrees = experiment.augmentation.sensor.rotation;
  std::vector<std::string> channels = channels_of_sensor(stage.sees.sensor, experiment.data, info, key);
  if (degrees == 0 || config::are_vectors(channels)) return channels;
  throw Error(ErrorKind::config, key + ": " + config::expected_vectors(degrees, channels));
}

std::vector<int> sensor_columns(const std::vector<std::string>& channels, const data::DatasetInfo& info,
                                const std::string& key) {
  return data::channel_columns(channels, info.channels, [&](const std::string& channel) {
    refuse_channel(key, info, "channel '" + channel + "'");
  });
}

Renderer make_renderer(const config::Experiment& experiment, const data::DatasetInfo& info,
                       const std::vector<data::Clip>& train) {
  const std::vector<int> columns = default_columns(experiment, info);
  Renderer renderer{experiment.augmentation, info.topology, columns, {}, columns};
  renderer.statistics = signal::fit_sensor_statistics(recordings(train), renderer.sensor_columns);
  return renderer;
}

model::DataShape data_shape(const Renderer& renderer, int classes) {
  return {static_cast<int>(renderer.sensor_columns.size()), renderer.augmentation.sensor.frames,
          renderer.augmentation.skeleton.frames, renderer.topology, classes};
}

model::DataShape data_shape(const config::Experiment& experiment) {
  const data::DatasetInfo info = data::readers::dataset_info(experiment.data);
  const std::size_t channels = default_columns(experiment, info).size();
  const std::size_t classes = data::resolve_protocol(experiment.protocol, info).classes.size();
  return {static_cast<int>(channels), experiment.augmentation.sensor.frames, experiment.augmentation.skeleton.frames,
          info.topology, static_cast<int>(classes)};
}

model::DataShape data_shape(const config::Experiment& experiment, const config::StageConfig& stage) {
  const data::DatasetInfo info = data::readers::dataset_info(experiment.data);
  model::DataShape shape = data_shape(experiment);
  const std::vector<std::string> channels = sensor_channels(experiment, stage, info);
  shape.sensor_channels = static_cast<int>(sensor_columns(channels, info, "stages." + stage.name + ".sees").size());
  return shape;
}

Recordings recordings(const std::vector<data::Clip>& clips) {
  Recordings all;
  for (const data::Clip& clip : clips) all.push_back(&clip);
  return all;
}

Recordings recordings(const std::vector<data::Recording>& unlabeled) {
  Recordings all;
  for (const data::Recording& recording : unlabeled) all.push_back(&recording);
  return all;
}

Recordings training_clips(const data::Split& split, bool with_unlabeled) {
  Recordings all = recordings(split.train);
  if (!with_unlabeled) return all;
  const Recordings unlabeled = recordings(split.unlabeled);
  all.insert(all.end(), unlabeled.begin(), unlabeled.end());
  return all;
}

model::Input render_plain(const Renderer& renderer, const Recordings& clips, Modalities wanted) {
  return render(renderer, clips, wanted, [](const data::Recording&) { return signal::Augmentation{}; });
}

model::Input render_augmented(const Renderer& renderer, const Recordings& clips, Modalities wanted, std::uint64_t key,
                              int number) {
  return render(renderer, clips, wanted, [&](const data::Recording& clip) {
    RandomStream stream(stream_key(key, "view", number, clip.id));
    return signal::draw_augmentation(renderer.augmentation, stream);
  });
}

torch::Tensor label_tensor(const std::vector<data::Clip>& clips) {
  torch::Tensor labels = torch::empty({static_cast<std::int64_t>(clips.size())}, torch::kInt64);
  for (std::size_t i = 0; i < clips.size(); ++i) labels[static_cast<std::int64_t>(i)] = clips[i].label;
  return labels;
}

}  // namespace pskd::train
