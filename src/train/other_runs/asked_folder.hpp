// A folder of recordings, and the network of a model file that is asked about them, whatever it sees: skeleton, sensor
// or both.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "distill/teacher_output.hpp"
#include "pskd/data/clip.hpp"
#include "train/stage_setup.hpp"

namespace pskd::train {

struct AskedFolder {
  data::Dataset dataset;
  std::vector<std::string> warnings;  ///< about the recordings
  Snapshot stage;
  std::vector<std::string> classes;  ///< of the network
};

/// A folder without a description is one of the data set that the model was trained on. `description` is a full
/// path; empty: dataset.yaml in the folder. Throws Error(data) where there are no recordings or they are not sound,
/// Error(config) where they are not what the network sees, Error(checkpoint) for a file that is no sound model file.
AskedFolder open_folder(const std::filesystem::path& model, const std::filesystem::path& folder,
                        const std::string& description);

/// The clips that have what the network sees, by name; those of one recording in their order in time.
std::vector<const data::Clip*> seen_clips(const AskedFolder& folder);

/// What a clip shows, as an index of the network's classes.
struct KnownLabel {
  std::optional<int> index;  ///< nothing where the clip has no label, or that of another class
  std::string other;         ///< name of that class
};
KnownLabel label_of(const data::Clip& clip, const AskedFolder& folder);

/// What the network says of each of these clips, as it was recorded.
distill::TeacherOutput ask(const AskedFolder& folder, const Recordings& clips);

}  // namespace pskd::train
