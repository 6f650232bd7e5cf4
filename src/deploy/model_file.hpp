// A model file: the weights of one trained stage and all that predicting with them needs. It needs no data set, no run
// and no LibTorch, and nothing in it is executed.
//
// It is a sealed file of kind "model" with a tensor file inside, as a checkpoint is. The tensors are those of the
// network, with their names in checkpoints: network/<name>. The metadata holds `manifest`, a JSON text:
//   stage, snapshot, epochs, seed, stage_hash, clips_hash, teachers   as in the checkpoint
//   seen          the same: hashes of the recordings that decided the weights, and who is in them
//   config        the stage alone as a config file, without teachers and paths: so that it can be adapted and teach
//   model         what the checkpoint says of the network and of what it sees (train/model_description.hpp); for the
//                 sensor also `sensors` (chosen of the data set) and `resampling` (of a window)
//   weights_hash  as the run's manifest has it
//   run           experiment, config_hash, fold, protocol, selection, data, data_hash, version, git_revision
//   test          clips, accuracy and macro_f1 on the run's test clips, where there are some
//   none          temperature and threshold, see eval/none_rule.hpp, and the number of validation clips that they
//                 were fitted on; absent where there were none
//   terms         under which the recordings are that decided its weights
// Files of pskd 0.9.0 lack none, seen, config and the units of single channels.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/tensor_file.hpp"
#include "eval/none_rule.hpp"

namespace pskd::deploy {

/// Begins a note in every file that `pskd export` writes in another form: by it, a file is known to be ours.
inline constexpr const char* kWrittenBy = "Written by `pskd export";

/// How a window becomes the frames of the network's input.
inline constexpr const char* kResampling =
    "linear interpolation at `frames` moments at equal intervals, from the window's first sample to its last";

/// How a window of the sensor becomes the input of the network.
struct SensorInput {
  std::vector<std::string> channels;   ///< in their order
  std::vector<std::string> units;      ///< of each channel: g, deg/s, uT or none
  double rate = 0;                     ///< of the training recordings, nominal, Hz; 0: not known
  int frames = 0;                      ///< samples that a window is resampled to
  std::vector<float> mean, deviation;  ///< of each channel, which is standardized by them
  double median_samples = 0;           ///< length of a training clip
  std::vector<std::string> sensors;    ///< that were chosen of the data set; empty: its usual one
};

struct ModelFile {
  nlohmann::json manifest;  ///< everything that the file says; what follows is taken from it
  std::string stage;
  std::string network;     ///< its name in configs: sensor-cnn
  nlohmann::json options;  ///< of the network, by the keys of configs
  std::string data_set;    ///< that it was trained on; empty: not said
  std::vector<std::string> classes;
  std::optional<SensorInput> sensor;  ///< of a network that sees the sensor
  bool sees_skeleton = false;
  std::optional<eval::NoneRule> none;           ///< when the answer is no class; where it is not said, never
  std::map<std::string, StoredTensor> weights;  ///< by their names in the network
};

/// The manifest and the tensors of `file`, which lies at `where`, checked. Throws Error(checkpoint) naming `where` and
/// what is missing or impossible; also for a weight that is not finite.
ModelFile model_of(TensorFile file, const std::string& where);

/// Throws Error(checkpoint) when the file is damaged, of another version or of another kind, or as above. Error(io).
ModelFile read_model_file(const std::filesystem::path& file);

/// The same of a manifest and weights that are in no file yet.
ModelFile checked_model(const nlohmann::json& manifest, const std::map<std::string, StoredTensor>& weights,
                        const std::string& where);

/// Throws Error(usage) where something else than a model file, whole or not, has that name.
void require_replaceable(const std::filesystem::path& file);

/// Writes atomically. Throws Error(checkpoint) for what read_model_file would refuse, before anything is written,
/// and as require_replaceable.
void write_model_file(const std::filesystem::path& file, const nlohmann::json& manifest,
                      const std::map<std::string, StoredTensor>& weights);

}  // namespace pskd::deploy
