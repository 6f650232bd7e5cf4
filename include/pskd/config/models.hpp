// The models of stages. Each is here in full: its name, what it sees, its options with their defaults (a struct), and
// their keys, meanings and legal values (describe). Its network is in model/. See docs/dev/adding-a-model.md.
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include "pskd/config/rules.hpp"

namespace pskd::config {

/// A kind of recording. A stage sees one or both.
enum class Modality { skeleton, sensor };
constexpr std::array<const char*, 2> words_of(Modality) { return {"skeleton", "sensor"}; }

/// What a stage sees of a recording.
struct Sees {
  std::vector<Modality> modalities;
  std::vector<std::string> channels = {};  ///< of the sensor; empty: data.channels
  std::string sensor = {};                 ///< whose channels are seen, all of them; empty: as `channels` says

  Sees() = default;
  Sees(std::initializer_list<Modality> all) : modalities(all) {}
};

/// The largest options of a network, and the most frames or samples of its input.
inline constexpr int kMaxWidth = 4096, kMaxBlocks = 100, kMaxKernel = 999, kMaxSegments = 1000, kMaxEmbedding = 65536,
                     kMaxFrames = 10'000;

/// What of a skeleton a network may see; signal/skeleton.hpp computes it.
enum class SkeletonStream { joint, bone, motion };
constexpr std::array<const char*, 3> words_of(SkeletonStream) { return {"joint", "bone", "motion"}; }

struct SkeletonGcnConfig {
  static constexpr const char* kName = "skeleton-gcn";
  static constexpr std::array kSees = {Modality::skeleton};
  std::vector<SkeletonStream> streams = {SkeletonStream::joint, SkeletonStream::bone, SkeletonStream::motion};
  int width = 24;
  int blocks = 6;
  int kernel = 5;
  int segments = 8;
  int embedding = 300;
  double dropout = 0.5;
  double classifier_dropout = 0.3;
};
template <class Fields>
void describe(Fields& fields, SkeletonGcnConfig& model) {
  fields({"streams", "Input streams, concatenated as channels."}, model.streams,
         some_of(one_of_enum<SkeletonStream>()));
  fields({"width", "Channels of the first third of the blocks; then doubled, then doubled again."}, model.width,
         between(1, kMaxWidth));
  fields({"blocks", "Blocks of graph and temporal convolutions."}, model.blocks, between(1, kMaxBlocks));
  fields({"kernel", "Frames of a temporal convolution."}, model.kernel, odd_up_to(kMaxKernel));
  fields({"segments", "Equal parts of time that are pooled apart, so that order in time is seen."}, model.segments,
         between(1, kMaxSegments));
  fields({"embedding", "Size of the semantic layer."}, model.embedding, between(1, kMaxEmbedding));
  fields({"dropout", "Dropout before the semantic layer."}, model.dropout, share_below_one());
  fields({"classifier_dropout", "Dropout before the classifier."}, model.classifier_dropout, share_below_one());
}

/// Channels that block `block` of `blocks` puts out.
constexpr int gcn_channels(int width, int block, int blocks) { return width << (3 * block / blocks); }

struct SensorCnnConfig {
  static constexpr const char* kName = "sensor-cnn";
  static constexpr std::array kSees = {Modality::sensor};
  int width = 48;
  int kernel = 7;
  int segments = 4;
  int embedding = 300;
  double dropout = 0.3;
  double classifier_dropout = 0.3;
};
template <class Fields>
void describe(Fields& fields, SensorCnnConfig& model) {
  fields({"width", "Channels of the first block; those of later blocks are multiples of it."}, model.width,
         between(1, kMaxWidth));
  fields({"kernel", "Samples of a convolution."}, model.kernel, odd_up_to(kMaxKernel));
  fields({"segments", "Equal parts of time that are pooled apart."}, model.segments, between(1, kMaxSegments));
  fields({"embedding", "Size of the semantic layer."}, model.embedding, between(1, kMaxEmbedding));
  fields({"dropout", "Dropout before the semantic layer."}, model.dropout, share_below_one());
  fields({"classifier_dropout", "Dropout before the classifier."}, model.classifier_dropout, share_below_one());
}

/// Channels that each block puts out.
constexpr std::array<int, 4> cnn_channels(int width) { return {width, width * 3 / 2, width * 2, width * 2}; }

struct FusedConfig {
  static constexpr const char* kName = "fused";
  static constexpr std::array kSees = {Modality::skeleton, Modality::sensor};
  SkeletonGcnConfig skeleton;
  SensorCnnConfig sensor;
};
template <class Fields>
void describe(Fields& fields, FusedConfig& model) {
  fields({"skeleton",
          "Skeleton branch, which stays frozen. Absent means as in the skeleton-gcn stage that it starts from."},
         model.skeleton);
  fields({"sensor", "Sensor branch."}, model.sensor);
}

/// Every model. The order is that of messages.
using ModelConfig = std::variant<SkeletonGcnConfig, SensorCnnConfig, FusedConfig>;

/// "sensor-cnn"
std::string model_name(const ModelConfig& model);
/// Those of all models.
std::vector<std::string> model_names();
/// The modalities that a model sees.
std::vector<Modality> seen_modalities(const ModelConfig& model);

}  // namespace pskd::config
