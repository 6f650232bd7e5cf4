// A model's decisions about files: read, cut into windows, classified in batches.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/repairs.hpp"
#include "deploy/doubts.hpp"
#include "deploy/model_file.hpp"
#include "deploy/sensor_files.hpp"
#include "deploy/windows.hpp"
#include "pskd/base/error.hpp"
#include "pskd/deploy/recognizer.hpp"

namespace pskd::deploy {

struct FileDecision {
  std::filesystem::path file;
  double start = 0, end = 0;  ///< seconds from the file's first sample, or on the clock of the recording that a
                              ///< clip of a folder is cut out of; both 0: not known
  std::vector<Doubt> doubts;  ///< about the file
  Decision decision;
};

/// What happened on the way, beside decisions.
struct PredictionNotes {
  struct Doubtful {
    std::int64_t files = 0;
    std::string first;  ///< file and detail
  };
  std::map<std::string, Doubtful> doubts;  ///< by kind
  data::Repairs repairs;
  std::int64_t files = 0, unusable = 0;  ///< of them
};

/// Counts a file's doubts.
void note(PredictionNotes& notes, const std::filesystem::path& file, const std::vector<Doubt>& doubts);

struct PredictionSinks {
  std::function<void(const FileDecision&)> decided;  ///< in the order of files and windows
  std::function<void(const Error&)> unusable;        ///< a file that cannot be read
  std::function<void(std::size_t)> done = {};        ///< so many files were read
};

/// The decisions about `files`, which are read one after the other; no more than a batch of windows is kept. A file
/// that cannot be used is said and left out. Throws Error(usage) and Error(config) as SensorFiles does.
PredictionNotes predict_files(const ModelFile& model, Recognizer& recognizer,
                              const std::vector<std::filesystem::path>& files, const ReadOptions& reading,
                              const WindowOptions& windows, const PredictionSinks& sinks);

}  // namespace pskd::deploy
