// A folder of recordings, and the network of a model file that is asked about them, whatever it sees: skeleton, sensor
// or both.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "distill/teacher_output.hpp"
#include "pskd/data/clip.hpp"
#include "pskd/train/evaluation.hpp"

namespace pskd::train {

struct AskedFolder {
  data::Dataset dataset;
  std::vector<std::string> warnings;  ///< about the recordings
  TrainedStage stage;
  std::vector<std::string> classes;  ///< of the network
  std::size_t embedding = 0;         ///< its size
};

/// A folder without a description is one of the data set that the model was trained on. `description` is a file in the
/// folder, empty: dataset.yaml. Throws Error(data) where there are no recordings or they are not sound, Error(config)
/// where they are not what the network sees, Error(checkpoint) for a file that is no sound model file.
AskedFolder open_folder(const std::filesystem::path& model, const std::filesystem::path& folder,
                        const std::string& description);

/// The clips that have what the network sees, in their order.
std::vector<const data::Clip*> seen_clips(const AskedFolder& folder);

/// An index of the network's classes; nothing where the clip has no label, or that of another class.
std::optional<int> label_of(const data::Clip& clip, const AskedFolder& folder);

/// What the network says of each of these clips, as it was recorded.
distill::TeacherOutput ask(const AskedFolder& folder, const Recordings& clips);

}  // namespace pskd::train
