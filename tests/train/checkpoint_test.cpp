#include "train/checkpoint/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/file.hpp"
#include "base/sealed_file.hpp"
#include "base/tensor_file.hpp"
#include "pskd/base/error.hpp"
#include "pskd/model/registry.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"
#include "train/optimizer/optimizer.hpp"
#include "train/optimizer/optimizer_state.hpp"

namespace pskd::train {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

model::DataShape shape() { return {3, 32, 16, data::topology("kinect-20"), 4}; }
config::ModelConfig tiny() { return config::SensorCnnConfig{2, 3, 1, 4, 0, 0}; }

CheckpointManifest manifest() {
  CheckpointManifest result;
  result.stage = "student";
  result.stage_hash = "aaaaaaaaaaaa";
  result.seed = 7;
  result.clips_hash = "feed";
  result.teachers = {{"skeleton/last", "beef"}};
  result.position = {12, 3, 1.0 / 3, 96, 80, {1.25, 0.1}, 4.5, 9, 0.875, 0.5, 3};
  return result;
}

void train_step(model::Network& network, torch::optim::Optimizer& optimizer, std::uint64_t key) {
  torch::manual_seed(key);
  optimizer.zero_grad();
  network.forward(model::example_input(shape(), 6)).logits.square().sum().backward();
  optimizer.step();
}

void expect_equal(const model::Network& a, const model::Network& b) {
  const auto left = a.named_parameters(), right = b.named_parameters();
  for (const auto& item : left) EXPECT_TRUE(torch::equal(item.value(), right[item.key()])) << item.key();
  const auto left_buffers = a.named_buffers(), right_buffers = b.named_buffers();
  for (const auto& item : left_buffers)
    EXPECT_TRUE(torch::equal(item.value(), right_buffers[item.key()])) << item.key();
}

class Checkpoint : public ::testing::Test {
 protected:
  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "last.ckpt";
};

TEST_F(Checkpoint, TrainingGoesOnToTheSameBitsWithEitherOptimizer) {
  for (const config::OptimizerName name : {config::OptimizerName::adamw, config::OptimizerName::sgd}) {
    config::OptimizerConfig config;
    config.name = name;
    const auto network = model::make_network(tiny(), shape(), 1);
    const auto optimizer = make_optimizer(config, network->parameters());
    for (std::uint64_t step = 0; step < 3; ++step) train_step(*network, *optimizer, step);
    save_checkpoint(file_, manifest(), *network, optimizer.get());
    const auto resumed = model::make_network(tiny(), shape(), 2);
    const auto resumed_optimizer = make_optimizer(config, resumed->parameters());
    load_checkpoint(file_, manifest(), *resumed, resumed_optimizer.get());
    for (std::uint64_t step = 3; step < 6; ++step) {
      train_step(*network, *optimizer, step);
      train_step(*resumed, *resumed_optimizer, step);
    }
    expect_equal(*network, *resumed);
  }
}

TEST_F(Checkpoint, KeepsItsPositionToTheBit) {
  const auto network = model::make_network(tiny(), shape(), 1);
  save_checkpoint(file_, manifest(), *network, nullptr);
  const Position found = load_checkpoint(file_, manifest(), *network, nullptr).manifest.position,
                 expected = manifest().position;
  EXPECT_EQ(found.epoch, expected.epoch);
  EXPECT_EQ(found.step, expected.step);
  EXPECT_EQ(found.loss_sum, expected.loss_sum);
  EXPECT_EQ(found.clips, expected.clips);
  EXPECT_EQ(found.correct, expected.correct);
  EXPECT_EQ(found.shares, expected.shares);
  EXPECT_EQ(found.seconds, expected.seconds);
  EXPECT_EQ(found.best_epoch, expected.best_epoch);
  EXPECT_EQ(found.best_accuracy, expected.best_accuracy);
  EXPECT_EQ(found.best_loss, expected.best_loss);
  EXPECT_EQ(found.tied_epochs, expected.tied_epochs);
}

std::string problem_of(const std::filesystem::path& file, const CheckpointManifest& expected, model::Network& network) {
  try {
    load_checkpoint(file, expected, network, nullptr);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::checkpoint);
    EXPECT_THAT(error.what(), HasSubstr(file.string()));
    return error.what();
  }
  return "";
}

TEST_F(Checkpoint, OfAnotherStageConfigSeedOrClipsIsRefused) {
  const auto network = model::make_network(tiny(), shape(), 1);
  save_checkpoint(file_, manifest(), *network, nullptr);
  CheckpointManifest other = manifest();
  other.stage = "sensor";
  EXPECT_THAT(problem_of(file_, other, *network), HasSubstr("stage: expected sensor, found student"));
  other = manifest();
  other.stage_hash = "bbbbbbbbbbbb";
  EXPECT_THAT(problem_of(file_, other, *network), HasSubstr("another config: expected bbbbbbbbbbbb"));
  other = manifest();
  other.seed = 8;
  EXPECT_THAT(problem_of(file_, other, *network), HasSubstr("seed: expected 8, found 7"));
  other = manifest();
  other.clips_hash = "f00d";
  EXPECT_THAT(problem_of(file_, other, *network), HasSubstr("another set of training clips: expected f00d"));
}

TEST_F(Checkpoint, OfVersion060IsHeldToStageAndSeed) {
  const auto network = model::make_network(tiny(), shape(), 1);
  save_checkpoint(file_, manifest(), *network, nullptr);
  const std::string bytes = read_file(file_);
  TensorFile content = read_tensors(std::string_view(bytes).substr(kSealBytes), "", ErrorKind::checkpoint);
  nlohmann::json said = nlohmann::json::parse(content.metadata["manifest"]);
  said.erase("clips_hash");
  said["config_hash"] = said["stage_hash"] = "cccccccccccc";
  said["data_hash"] = "dada";
  content.metadata["manifest"] = said.dump();
  write_sealed_file(file_, {"checkpoint", 2}, tensor_file_bytes(content));
  EXPECT_EQ(problem_of(file_, manifest(), *network), "");
  CheckpointManifest other = manifest();
  other.seed = 8;
  EXPECT_THAT(problem_of(file_, other, *network), HasSubstr("seed: expected 8, found 7"));
}

TEST_F(Checkpoint, TaughtByOtherWeightsThanLieThereNowIsRefused) {
  const auto network = model::make_network(tiny(), shape(), 1);
  save_checkpoint(file_, manifest(), *network, nullptr);
  CheckpointManifest other = manifest();
  other.teachers["skeleton/last"] = "f00d";
  EXPECT_THAT(problem_of(file_, other, *network), HasSubstr("other weights of skeleton/last (hash beef)"));
  other.teachers = {};
  EXPECT_EQ(problem_of(file_, other, *network), "") << "predicting asks no teacher";
}

TEST_F(Checkpoint, IsKnownByItsWeightsAlone) {
  const auto network = model::make_network(tiny(), shape(), 1), other = model::make_network(tiny(), shape(), 2);
  const auto hash = [&](const model::Network& weights, int epoch) {
    CheckpointManifest written = manifest();
    written.position.epoch = epoch;
    save_checkpoint(file_, written, weights, nullptr);
    return load_checkpoint(file_, manifest(), *model::make_network(tiny(), shape(), 3), nullptr).hash;
  };
  EXPECT_EQ(hash(*network, 1), hash(*network, 2));
  EXPECT_NE(hash(*network, 1), hash(*other, 1));
}

TEST_F(Checkpoint, OfAnOlderFormatIsNotOpenedAndSaysWhatToDo) {
  const std::string payload = "an archive of LibTorch's";
  write_sealed_file(file_, {"checkpoint", 1}, payload);
  const auto network = model::make_network(tiny(), shape(), 1);
  EXPECT_THAT(problem_of(file_, manifest(), *network),
              AllOf(HasSubstr("pskd 0.5.0 and older"), HasSubstr("can run code"), HasSubstr("--overwrite")));
}

/// The tensors of a checkpoint, to be changed and sealed again: what a stranger may send.
TensorFile content_of(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  return read_tensors(std::string_view(bytes).substr(kSealBytes), "", ErrorKind::checkpoint);
}
void write_content(const std::filesystem::path& file, const TensorFile& content) {
  write_sealed_file(file, {"checkpoint", 2}, tensor_file_bytes(content));
}

TEST_F(Checkpoint, WithoutOptimizerPredictsButDoesNotGoOn) {
  const auto network = model::make_network(tiny(), shape(), 1);
  const auto optimizer = make_optimizer({}, network->parameters());
  train_step(*network, *optimizer, 1);
  save_checkpoint(file_, manifest(), *network, optimizer.get());
  TensorFile content = content_of(file_);
  std::erase_if(content.tensors, [](const auto& item) { return item.first.starts_with("optimizer/"); });
  write_content(file_, content);
  const auto loaded = model::make_network(tiny(), shape(), 2);
  load_checkpoint(file_, manifest(), *loaded, nullptr);
  expect_equal(*loaded, *network);
  const auto resumed = make_optimizer({}, loaded->parameters());
  EXPECT_THAT(
      testing::refusal(ErrorKind::checkpoint, [&] { load_checkpoint(file_, manifest(), *loaded, resumed.get()); }),
      HasSubstr("training cannot go on from it"));
}

TEST_F(Checkpoint, WhoseTensorsAreNotTheNetworksIsRefusedBeforeAnythingIsTouched) {
  const auto source = model::make_network(tiny(), shape(), 1);
  const auto optimizer = make_optimizer({}, source->parameters());
  train_step(*source, *optimizer, 1);
  save_checkpoint(file_, manifest(), *source, optimizer.get());
  const TensorFile sound = content_of(file_);
  const auto first = sound.tensors.lower_bound("network/"), last = sound.tensors.lower_bound("optimizer/");
  const auto refused = [&](const TensorFile& content) {
    write_content(file_, content);
    const auto network = model::make_network(tiny(), shape(), 2), before = model::make_network(tiny(), shape(), 2);
    const auto fresh = make_optimizer({}, network->parameters());
    const std::string problem =
        testing::refusal(ErrorKind::checkpoint, [&] { load_checkpoint(file_, manifest(), *network, fresh.get()); });
    expect_equal(*network, *before);
    EXPECT_TRUE(optimizer_state(*fresh).empty());
    return problem;
  };
  for (auto item = first; item != sound.tensors.end(); ++item) {
    TensorFile without = sound, renamed = sound, typed = sound;
    without.tensors.erase(item->first);
    EXPECT_NE(refused(without), "") << item->first;
    renamed.tensors[item->first + "x"] = item->second;
    EXPECT_NE(refused(renamed), "") << item->first;
    StoredTensor& tensor = typed.tensors[item->first];
    tensor.shape.push_back(1);
    EXPECT_NE(refused(typed), "") << item->first;
  }
  TensorFile other = sound;
  other.tensors["code/forward"] = first->second;
  EXPECT_THAT(refused(other), HasSubstr("no part of a checkpoint"));
  EXPECT_NE(last, sound.tensors.end()) << "the optimizer's were among them";
}

TEST_F(Checkpoint, WithANumberThatIsNotFiniteIsRefused) {
  const auto network = model::make_network(tiny(), shape(), 1);
  save_checkpoint(file_, manifest(), *network, nullptr);
  const TensorFile sound = content_of(file_);
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    TensorFile other = sound;
    auto& [name, tensor] = *other.tensors.begin();
    tensor.bytes.replace(0, sizeof(bad), reinterpret_cast<const char*>(&bad), sizeof(bad));
    write_content(file_, other);
    EXPECT_THAT(problem_of(file_, manifest(), *model::make_network(tiny(), shape(), 2)), HasSubstr("not finite"));
  }
}

TEST_F(Checkpoint, ThatIsSoundIsNotReplacedByOneThatIsNotFinite) {
  const auto network = model::make_network(tiny(), shape(), 1);
  const auto optimizer = make_optimizer({}, network->parameters());
  save_checkpoint(file_, manifest(), *network, optimizer.get());
  const std::string sound = read_file(file_);
  const auto refused = [&] {
    return testing::refusal(ErrorKind::diverged,
                            [&] { save_checkpoint(file_, manifest(), *network, optimizer.get()); });
  };
  const torch::NoGradGuard no_grad;
  torch::Tensor number = network->parameters()[0].view({-1})[0];
  const torch::Tensor kept = number.clone();
  number.fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(refused(), HasSubstr("has numbers that are not finite"));
  number.copy_(kept);
  network->named_buffers()["norms.0.running_mean"].fill_(std::numeric_limits<float>::infinity());
  EXPECT_THAT(refused(), HasSubstr("running_mean' has numbers that are not finite"));
  EXPECT_EQ(read_file(file_), sound);
}

TEST_F(Checkpoint, WithAnImpossibleManifestIsRefused) {
  const auto network = model::make_network(tiny(), shape(), 1);
  save_checkpoint(file_, manifest(), *network, nullptr);
  const TensorFile sound = content_of(file_);
  const auto json = nlohmann::json::parse(sound.metadata.at("manifest"));
  const auto refused = [&](const char* place, const nlohmann::json& value) {
    nlohmann::json changed = json;
    changed[nlohmann::json::json_pointer(place)] = value;
    TensorFile content = sound;
    content.metadata["manifest"] = changed.dump();
    write_content(file_, content);
    return problem_of(file_, manifest(), *network);
  };
  EXPECT_THAT(refused("/position/epoch", -1), HasSubstr("epoch: expected a whole number >= 0"));
  EXPECT_THAT(refused("/position/epoch", 1e300), HasSubstr("epoch: expected a whole number >= 0"));
  EXPECT_THAT(refused("/position/epoch", 3'000'000'000U), HasSubstr("epoch: expected a whole number >= 0"));
  EXPECT_THAT(refused("/position/clips", 0), HasSubstr("clips"));
  EXPECT_THAT(refused("/position/correct", 97), HasSubstr("correct"));
  EXPECT_THAT(refused("/position/shares", "x"), HasSubstr("shares"));
  EXPECT_THAT(refused("/seed", "7"), HasSubstr("seed"));
  EXPECT_THAT(refused("/model", 7), HasSubstr("model: expected a map"));
  EXPECT_THAT(refused("/teachers/x", nullptr), HasSubstr("teachers"));
}

TEST_F(Checkpoint, KeepsWhatPredictingNeeds) {
  const auto network = model::make_network(tiny(), shape(), 1);
  CheckpointManifest written = manifest();
  written.model = {{"classes", {"wave", "gr\u00fc\u00dfen"}}, {"sensor", {{"mean", {0.1F, -2.5F}}}}};
  save_checkpoint(file_, written, *network, nullptr);
  EXPECT_EQ(load_checkpoint(file_, manifest(), *network, nullptr).manifest.model, written.model);
}

TEST_F(Checkpoint, OfAnotherShapeLeavesTheNetworkAsItWas) {
  save_checkpoint(file_, manifest(), *model::make_network(config::SensorCnnConfig{4, 3, 1, 4, 0, 0}, shape(), 1),
                  nullptr);
  const auto network = model::make_network(tiny(), shape(), 2), before = model::make_network(tiny(), shape(), 2);
  EXPECT_THAT(problem_of(file_, manifest(), *network), HasSubstr("convolutions.0.weight"));
  expect_equal(*network, *before);
}

TEST_F(Checkpoint, EveryFlippedBitIsRefused) {
  const auto network = model::make_network(tiny(), shape(), 1);
  save_checkpoint(file_, manifest(), *network, make_optimizer({}, network->parameters()).get());
  const std::string whole = read_file(file_);
  // Every bit of the header and manifest, and of the archive one bit of each byte in turn.
  const std::size_t dense = 2048;
  for (std::size_t byte = 0; byte < whole.size(); byte += byte < dense ? 1 : 97) {
    for (int bit = 0; bit < 8; bit += byte < dense ? 1 : 3) {
      std::string damaged = whole;
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
      testing::write_anew(file_, damaged);
      ASSERT_NE(problem_of(file_, manifest(), *network), "") << "byte " << byte << ", bit " << bit;
    }
  }
}

TEST_F(Checkpoint, EveryTruncationIsRefused) {
  const auto network = model::make_network(tiny(), shape(), 1);
  save_checkpoint(file_, manifest(), *network, nullptr);
  const std::string whole = read_file(file_);
  for (std::size_t length = 0; length < whole.size(); length += length < 1024 ? 7 : 211) {
    testing::write_anew(file_, std::string_view(whole).substr(0, length));
    ASSERT_NE(problem_of(file_, manifest(), *network), "") << length << " bytes";
  }
}

TEST_F(Checkpoint, ThatCannotBeWrittenLeavesTheOldOne) {
  const auto network = model::make_network(tiny(), shape(), 1);
  write_file_atomically(folder_ / "file", "not a folder");
  EXPECT_THROW(save_checkpoint(folder_ / "file/last.ckpt", manifest(), *network, nullptr), Error);
  EXPECT_EQ(read_file(folder_ / "file"), "not a folder");
}

TEST(LearningRate, WarmsUpThenFollowsHalfACosineToZero) {
  config::OptimizerConfig config;
  config.lr = 1;
  config.warmup = 5;
  EXPECT_DOUBLE_EQ(learning_rate(config, 0, 25), 0);
  EXPECT_DOUBLE_EQ(learning_rate(config, 2.5, 25), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(config, 5, 25), 1);
  EXPECT_DOUBLE_EQ(learning_rate(config, 15, 25), 0.5);
  EXPECT_NEAR(learning_rate(config, 25, 25), 0, 1e-12);
  config.schedule = config::LearningRateSchedule::constant;
  EXPECT_DOUBLE_EQ(learning_rate(config, 20, 25), 1);
}

TEST(Optimizer, DecaysWeightsButNotBiasesOrBatchNorm) {
  config::OptimizerConfig config;
  config.weight_decay = 0.5;
  for (const config::OptimizerName name : {config::OptimizerName::adamw, config::OptimizerName::sgd}) {
    config.name = name;
    const auto network = model::make_network(tiny(), shape(), 1);
    const auto optimizer = make_optimizer(config, network->parameters());
    std::map<std::string, torch::Tensor> before;
    for (const auto& item : network->named_parameters()) {
      before[item.key()] = item.value().detach().clone();
      item.value().mutable_grad() = torch::zeros_like(item.value());
    }
    optimizer->step();
    for (const auto& item : network->named_parameters()) {
      const bool weight = item.value().dim() > 1;
      EXPECT_EQ(torch::equal(item.value(), before[item.key()]), !weight) << config::word(name) << " " << item.key();
    }
  }
}

}  // namespace
}  // namespace pskd::train
