// The models of stages. Each is here in full: its name, what it sees, its options with their defaults and meaning (a
// struct), and their keys and legal ranges (describe). Its network is in model/. See docs/dev/adding-a-model.md.
#pragma once

#include <array>
#include <string>
#include <variant>
#include <vector>

#include "pskd/config/rules.hpp"

namespace pskd {

/// What of a skeleton a network may see; signal/skeleton.hpp computes it.
enum class SkeletonStream { joint, bone, motion };
constexpr std::array<const char*, 3> words_of(SkeletonStream) { return {"joint", "bone", "motion"}; }

struct SkeletonGcnConfig {
  static constexpr const char* kName = "skeleton-gcn";
  static constexpr std::array kSees = {"skeleton"};
  std::vector<SkeletonStream> streams = {SkeletonStream::joint, SkeletonStream::bone,
                                         SkeletonStream::motion};  ///< concatenated as input channels
  int width = 24;                   ///< channels of the first third of the blocks; then doubled, then doubled again
  int blocks = 6;                   ///< >= 1
  int kernel = 5;                   ///< frames of a temporal convolution, odd
  int segments = 8;                 ///< equal parts of time pooled apart, so that order in time is seen
  int embedding = 300;              ///< size of the semantic layer
  double dropout = 0.5;             ///< before the semantic layer, 0 <= dropout < 1
  double classifier_dropout = 0.3;  ///< before the classifier
};
template <class Fields>
void describe(Fields& fields, SkeletonGcnConfig& model) {
  fields("streams", model.streams, config::some_of(config::one_of_enum<SkeletonStream>()));
  fields("width", model.width, config::at_least(1));
  fields("blocks", model.blocks, config::at_least(1));
  fields("kernel", model.kernel, config::odd());
  fields("segments", model.segments, config::at_least(1));
  fields("embedding", model.embedding, config::at_least(1));
  fields("dropout", model.dropout, config::share_below_one());
  fields("classifier_dropout", model.classifier_dropout, config::share_below_one());
}

struct SensorCnnConfig {
  static constexpr const char* kName = "sensor-cnn";
  static constexpr std::array kSees = {"sensor"};
  int width = 48;                   ///< channels of the first block; later blocks are multiples of it
  int kernel = 7;                   ///< samples of a convolution, odd
  int segments = 4;                 ///< equal parts of time pooled apart
  int embedding = 300;              ///< size of the semantic layer
  double dropout = 0.3;             ///< before the semantic layer
  double classifier_dropout = 0.3;  ///< before the classifier
};
template <class Fields>
void describe(Fields& fields, SensorCnnConfig& model) {
  fields("width", model.width, config::at_least(1));
  fields("kernel", model.kernel, config::odd());
  fields("segments", model.segments, config::at_least(1));
  fields("embedding", model.embedding, config::at_least(1));
  fields("dropout", model.dropout, config::share_below_one());
  fields("classifier_dropout", model.classifier_dropout, config::share_below_one());
}

struct FusedConfig {
  static constexpr const char* kName = "fused";
  static constexpr std::array kSees = {"skeleton", "sensor"};
  SkeletonGcnConfig skeleton;  ///< of the stage it starts from, unless given; stays frozen
  SensorCnnConfig sensor;
};
template <class Fields>
void describe(Fields& fields, FusedConfig& model) {
  fields("skeleton", model.skeleton);
  fields("sensor", model.sensor);
}

/// Every model. The order is that of messages.
using ModelConfig = std::variant<SkeletonGcnConfig, SensorCnnConfig, FusedConfig>;

/// "sensor-cnn"
std::string model_name(const ModelConfig& model);
/// Those of all models.
std::vector<std::string> model_names();
/// The modalities that a model sees: skeleton, sensor.
std::vector<std::string> seen_modalities(const ModelConfig& model);

}  // namespace pskd
