#include "deploy/model_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>

#include "base/file.hpp"
#include "base/random.hpp"
#include "base/sealed_file.hpp"
#include "deploy/small_model.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;
using testing::small_manifest;
using testing::small_weights;

class ModelFileTest : public ::testing::Test {
 protected:
  std::string refusal(const Json& manifest) {
    return testing::refusal(ErrorKind::checkpoint, [&] { write_model_file(file_, manifest, small_weights()); });
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "student.pskd";
};

TEST_F(ModelFileTest, SaysWhatItWasTold) {
  write_model_file(file_, small_manifest(), small_weights());
  const ModelFile model = read_model_file(file_);
  EXPECT_EQ(model.manifest, small_manifest());
  EXPECT_EQ(model.stage, "student");
  EXPECT_EQ(model.network, "sensor-cnn");
  EXPECT_THAT(model.classes, ElementsAre("wave", "gr\u00fc\u00dfen", "none"));
  ASSERT_TRUE(model.sensor);
  EXPECT_THAT(model.sensor->channels, ElementsAre("ax", "ay", "az"));
  EXPECT_EQ(model.sensor->rate, 50);
  EXPECT_EQ(model.sensor->frames, 37);
  EXPECT_THAT(model.sensor->mean, ElementsAre(0.5F, -0.25F, 0.125F));
  EXPECT_EQ(model.weights.size(), small_weights().size());
  for (const auto& [name, tensor] : small_weights()) EXPECT_EQ(model.weights.at(name).bytes, tensor.bytes) << name;
}

TEST_F(ModelFileTest, WithAnyFlippedBitIsRefused) {
  write_model_file(file_, small_manifest(), small_weights());
  const std::string whole = read_file(file_);
  RandomStream stream(1);
  for (int i = 0; i < 2000; ++i) {
    const auto byte = static_cast<std::size_t>(stream.below(static_cast<std::int64_t>(whole.size())));
    const auto bit = static_cast<int>(stream.below(8));
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
    testing::write_anew(file_, damaged);
    ASSERT_NE(testing::refusal(ErrorKind::checkpoint, [&] { read_model_file(file_); }), "") << byte << " " << bit;
  }
}

TEST_F(ModelFileTest, CutAnywhereOrGrownIsRefused) {
  write_model_file(file_, small_manifest(), small_weights());
  const std::string whole = read_file(file_);
  for (std::size_t length = 0; length < whole.size(); length += length < 4096 ? 13 : 211) {
    testing::write_anew(file_, std::string_view(whole).substr(0, length));
    ASSERT_NE(testing::refusal(ErrorKind::checkpoint, [&] { read_model_file(file_); }), "") << length;
  }
  testing::write_anew(file_, whole + '\0');
  EXPECT_NE(testing::refusal(ErrorKind::checkpoint, [&] { read_model_file(file_); }), "");
}

TEST_F(ModelFileTest, ThatACheckpointIsNotTakenFor) {
  write_sealed_file(file_, {"checkpoint", 2}, tensor_file_bytes({}));
  EXPECT_THAT(testing::refusal(ErrorKind::checkpoint, [&] { read_model_file(file_); }),
              HasSubstr("expected a model, found a checkpoint"));
}

TEST_F(ModelFileTest, WithAnImpossibleDescriptionIsNotWritten) {
  const auto with = [](const char* place, const Json& value) {
    Json manifest = small_manifest();
    manifest[Json::json_pointer(place)] = value;
    return manifest;
  };
  EXPECT_THAT(refusal(Json::object()), HasSubstr("stage: expected a value, found none"));
  EXPECT_THAT(refusal(with("/model", 7)), HasSubstr("model: expected a map"));
  EXPECT_THAT(refusal(with("/model/classes", Json::array())), HasSubstr("classes: expected a list of distinct names"));
  EXPECT_THAT(refusal(with("/model/classes", {"wave", "wave"})), HasSubstr("classes"));
  EXPECT_THAT(refusal(with("/model/classes", {"wa\x1b[2Jve"})), HasSubstr("classes"));
  EXPECT_THAT(refusal(with("/model/sensor/mean", {1, 2})),
              HasSubstr("mean: expected a finite number for each channel"));
  EXPECT_THAT(refusal(with("/model/sensor/deviation", {1, 0, 1})), HasSubstr("deviation: expected numbers > 0"));
  EXPECT_THAT(refusal(with("/model/sensor/frames", 1e9)), HasSubstr("frames: expected a whole number of 1 .. 10000"));
  EXPECT_THAT(refusal(with("/model/sensor/frames", 2.5)), HasSubstr("frames"));
  EXPECT_THAT(refusal(with("/model/sensor/rate", -1)), HasSubstr("rate"));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(ModelFileTest, SaysTheUnitOfEachChannelOrItIsTakenFromTheName) {
  Json manifest = small_manifest();
  manifest["model"]["sensor"]["channels"] = {"h02_ax", "gz", "acc_x"};
  EXPECT_THAT(checked_model(manifest, {}, "it").sensor->units, ElementsAre("g", "deg/s", "none"));
  manifest["model"]["sensor"]["channel_units"] = {"uT", "none", "g"};
  EXPECT_THAT(checked_model(manifest, {}, "it").sensor->units, ElementsAre("uT", "none", "g"));
  manifest["model"]["sensor"]["channel_units"] = {"g", 7, "g"};
  EXPECT_THAT(refusal(manifest), HasSubstr("channel_units: expected one for each channel"));
  manifest["model"]["sensor"]["channel_units"] = {"g", "g"};
  EXPECT_THAT(refusal(manifest), HasSubstr("channel_units: expected one for each channel"));
}

TEST_F(ModelFileTest, MayHoldARuleForNone) {
  Json manifest = small_manifest();
  EXPECT_FALSE(checked_model(manifest, small_weights(), "it").none) << "files of before 0.10";
  manifest["none"] = {{"temperature", 1.5}, {"threshold", 0.75}, {"clips", 40}};
  const ModelFile model = checked_model(manifest, small_weights(), "it");
  ASSERT_TRUE(model.none);
  EXPECT_EQ(model.none->temperature, 1.5);
  EXPECT_EQ(model.none->threshold, 0.75);
  manifest["none"]["threshold"] = 1.5;
  EXPECT_THAT(refusal(manifest), HasSubstr("threshold: expected a number of 0 .. 1"));
  manifest["none"] = {{"temperature", 0}, {"threshold", 0.5}};
  EXPECT_THAT(refusal(manifest), HasSubstr("temperature: expected a number > 0"));
}

TEST_F(ModelFileTest, WithAWeightThatIsNotFiniteIsNotWritten) {
  auto weights = small_weights();
  const float infinity = std::numeric_limits<float>::infinity();
  weights["head.classifier.bias"].bytes.replace(4, 4, reinterpret_cast<const char*>(&infinity), 4);
  EXPECT_THAT(testing::refusal(ErrorKind::checkpoint, [&] { write_model_file(file_, small_manifest(), weights); }),
              HasSubstr("'network/head.classifier.bias' holds numbers that are not finite"));
}

TEST_F(ModelFileTest, ReplacesAModelFileAndNoOther) {
  write_model_file(file_, small_manifest(), small_weights());
  write_model_file(file_, small_manifest(), small_weights());
  testing::write_anew(file_, "the only copy of a thesis, which is somewhat longer than a seal's mark");
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { write_model_file(file_, small_manifest(), small_weights()); }),
              HasSubstr("which is no model file"));
  EXPECT_THAT(read_file(file_), HasSubstr("thesis"));
  write_sealed_file(file_, {"model", 99}, "of another version");
  EXPECT_NO_THROW(require_replaceable(file_));
  write_sealed_file(file_, {"checkpoint", 1}, "the weights of a week");
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { require_replaceable(file_); }), HasSubstr("is no model file"));
}

}  // namespace
}  // namespace pskd::deploy
