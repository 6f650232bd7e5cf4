// Using a trained model: from samples of the sensor to what they show. Needs a model file, as `pskd export` writes it,
// and neither LibTorch nor the data.
//
//   pskd::Recognizer recognizer = pskd::load_model("student.pskd");
//   const pskd::Decision decision = recognizer.classify(samples);  // [T, channels], as they were sampled
//   std::cout << recognizer.classes()[decision.label] << ' ' << decision.probabilities[decision.label] << '\n';
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace pskd {

/// What a model says about one window.
struct Decision {
  int label = 0;                     ///< the most probable class, an index of Recognizer::classes
  std::vector<float> probabilities;  ///< [K], sum to 1
  std::vector<float> logits;         ///< [K]
  std::vector<float> embedding;      ///< [D], the semantic layer
  double confidence = 0;             ///< that the label is right; the highest probability, where the model has no rule
  bool is_none = false;              ///< whether it is so low that the answer is none of the classes
};

/// The samples of one window, [T, channels]: the first sample's channels, then those of the second. Accelerations in g
/// with gravity, angular rates in deg/s.
using Window = std::span<const float>;

/// A model, ready to be used by one thread. Copies share its weights: take one for each thread.
class Recognizer {
 public:
  const std::vector<std::string>& classes() const;
  const std::vector<std::string>& channels() const;  ///< of a sample, in their order
  double rate() const;                               ///< of the training recordings, Hz; 0: not known
  int embedding_size() const;                        ///< D

  /// A window of any length is resampled to the number of frames that the network takes, as training clips were.
  /// Throws Error(data) for less than two samples, a number of values that is no multiple of the channels, and a value
  /// that is not finite.
  Decision classify(Window window);
  /// The same for many, in less time than one after the other.
  std::vector<Decision> classify(const std::vector<Window>& windows);

  struct Model;
  explicit Recognizer(std::shared_ptr<const Model> model);
  Recognizer(const Recognizer& other);
  Recognizer(Recognizer&&) noexcept;
  Recognizer& operator=(Recognizer) noexcept;
  ~Recognizer();

 private:
  struct Workspace;
  std::shared_ptr<const Model> model_;
  std::unique_ptr<Workspace> work_;
};

/// Throws Error(checkpoint) when the file is no model file, damaged, of another version, or of a network that only
/// LibTorch computes (skeleton-gcn, fused); Error(io).
Recognizer load_model(const std::filesystem::path& file);

}  // namespace pskd
