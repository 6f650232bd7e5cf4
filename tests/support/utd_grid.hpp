// Clips of UTD-MHAD as if every recording were there, and parts of its splits.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "data/readers/utd_mhad.hpp"
#include "pskd/config/experiment.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::testing {

inline config::SplitPart subjects(std::vector<Name> names) { return {std::move(names), std::nullopt}; }
inline config::SplitPart trials(std::vector<Name> names) { return {std::nullopt, std::move(names)}; }

/// The whole grid of UTD-MHAD; clips differ in one value only.
inline data::Dataset grid(int classes = 27, int people = 8) {
  data::Dataset dataset{data::readers::utd_mhad_info(), {}, ""};
  for (int label = 0; label < classes; ++label) {
    for (int subject = 1; subject <= people; ++subject) {
      for (int trial = 1; trial <= 4; ++trial) {
        data::Clip clip;
        clip.id = data::readers::utd_clip_id(label + 1, subject, trial);
        clip.label = label;
        clip.subject = subject;
        clip.trial = trial;
        clip.skeleton = data::Frames::Zero(2, 60);
        clip.sensor = data::Frames::Constant(2, 6, static_cast<float>(dataset.clips.size()));
        clip.hash = data::clip_hash(clip);
        dataset.clips.push_back(std::move(clip));
      }
    }
  }
  return dataset;
}

}  // namespace pskd::testing
