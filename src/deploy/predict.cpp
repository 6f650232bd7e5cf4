#include "deploy/predict.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace pskd::deploy {
namespace {

constexpr std::size_t kBatch = 256;  // windows

/// Windows that wait for each other.
class Batch {
 public:
  Batch(Recognizer& recognizer, const PredictionSinks& sinks) : recognizer_(recognizer), sinks_(sinks) {}

  void add(const std::filesystem::path& file, SensorRecording read, const std::vector<Doubt>& doubts,
           const std::vector<SampleRange>& windows) {
    const auto recording = std::make_shared<const SensorRecording>(std::move(read));
    const double rate = recording->rate;
    for (const auto& [first, count] : windows) {
      FileDecision decision{file, 0, 0, doubts, {}};
      if (rate > 0) {
        decision.start = recording->cut_front + static_cast<double>(first) / rate;
        decision.end = recording->cut_front + static_cast<double>(first + count - 1) / rate;
      }
      const Eigen::Index channels = recording->samples.cols();
      recordings_.push_back(recording);
      windows_.emplace_back(recording->samples.data() + first * channels, static_cast<std::size_t>(count * channels));
      decisions_.push_back(std::move(decision));
      if (decisions_.size() == kBatch) decide();
    }
  }

  void decide() {
    std::vector<Decision> decisions = recognizer_.classify(windows_);
    for (std::size_t i = 0; i < decisions.size(); ++i) {
      decisions_[i].decision = std::move(decisions[i]);
      sinks_.decided(decisions_[i]);
    }
    decisions_.clear();
    windows_.clear();
    recordings_.clear();
  }

 private:
  Recognizer& recognizer_;
  const PredictionSinks& sinks_;
  std::vector<FileDecision> decisions_;
  std::vector<Window> windows_;
  std::vector<std::shared_ptr<const SensorRecording>> recordings_;  ///< in which the windows lie
};

bool is_of_one_file(const Error& error) { return error.kind() == ErrorKind::data || error.kind() == ErrorKind::io; }

/// The recording of a file; nothing where the file cannot be used, which is said.
std::optional<SensorRecording> read_one(SensorFiles& reader, const std::filesystem::path& file, bool rate_is_needed,
                                        const PredictionSinks& sinks, PredictionNotes& notes) {
  try {
    SensorRecording recording = reader.read(file, notes.repairs);
    if (!rate_is_needed || recording.rate > 0) return recording;
    throw Error(ErrorKind::data, file.string() +
                                     ": its rate is not known, so that no windows of some seconds can be "
                                     "cut; --rate says it");
  } catch (const Error& error) {
    if (!is_of_one_file(error)) throw;
    ++notes.unusable;
    sinks.unusable(error);
    return std::nullopt;
  }
}

}  // namespace

void note(PredictionNotes& notes, const std::filesystem::path& file, const std::vector<Doubt>& doubts) {
  for (const Doubt& doubt : doubts) {
    PredictionNotes::Doubtful& doubtful = notes.doubts[doubt.kind];
    if (doubtful.files++ == 0) doubtful.first = file.string() + ": " + doubt.detail;
  }
}

PredictionNotes predict_files(const ModelFile& model, Recognizer& recognizer,
                              const std::vector<std::filesystem::path>& files, const ReadOptions& reading,
                              const WindowOptions& windows, const PredictionSinks& sinks) {
  SensorFiles reader(model, reading);
  Batch batch(recognizer, sinks);
  PredictionNotes notes;
  for (const std::filesystem::path& file : files) {
    if (auto recording = read_one(reader, file, windows.length > 0, sinks, notes)) {
      std::vector<Doubt> doubts = doubts_about(*recording, *model.sensor);
      const std::vector<SampleRange> ranges = windows_in(recording->samples.rows(), recording->rate, windows);
      const auto length = doubt_about_length(*recording, ranges.front().count, *model.sensor);
      if (length) doubts.push_back(*length);
      note(notes, file, doubts);
      batch.add(file, *std::move(recording), doubts, ranges);
    }
    ++notes.files;
    if (sinks.done) sinks.done(static_cast<std::size_t>(notes.files));
  }
  batch.decide();
  return notes;
}

}  // namespace pskd::deploy
