// What a stage sees: modalities, and sensor channels of its own.
#include <gmock/gmock.h>

#include "config_files.hpp"

namespace pskd::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StageSees : public testing::ConfigFiles {
 protected:
  static std::string with(const std::string& sees, const std::string& model = "{name: sensor-cnn}") {
    return "stages:\n  student: {model: " + model + ", sees: " + sees + "}\n";
  }
  Sees read(const std::string& sees) const { return load(with(sees)).stages.front().sees; }
};

TEST_F(StageSees, TheChannelsOfTheDataUnlessItHasItsOwn) {
  EXPECT_THAT(read("[sensor]").channels, IsEmpty());
  for (const char* own : {"{sensor: [gx, gy, gz]}", "[{sensor: [gx, gy, gz]}]"}) {
    const Sees sees = read(own);
    EXPECT_THAT(sees.modalities, ElementsAre(Modality::sensor)) << own;
    EXPECT_THAT(sees.channels, ElementsAre("gx", "gy", "gz")) << own;
  }
  const Sees both = load(with("[skeleton, {sensor: watch}]", "{name: fused}")).stages.front().sees;
  EXPECT_THAT(both.modalities, ElementsAre(Modality::skeleton, Modality::sensor));
  EXPECT_EQ(both.sensor, "watch");
}

TEST_F(StageSees, ItsChannelsAreWrittenAndDecideTheResult) {
  const Experiment plain = load(with("[sensor]"));
  EXPECT_THAT(to_yaml(plain), HasSubstr("sees: [sensor]\n"));
  const Experiment own = load(with("{sensor: [gx, gy, gz]}"));
  EXPECT_THAT(to_yaml(own), HasSubstr("sees: [{sensor: [gx, gy, gz]}]\n"));
  EXPECT_EQ(config_hash(load(to_yaml(own))), config_hash(own));
  EXPECT_NE(config_hash(own), config_hash(plain));
  const Experiment named = load(with("{sensor: \"left watch\"}"));
  EXPECT_EQ(load(to_yaml(named)).stages.front().sees.sensor, "left watch");
}

TEST_F(StageSees, WhatCannotBeMeantIsNamed) {
  const auto problem = [&](const std::string& sees) { return problems(with(sees)); };
  EXPECT_THAT(problem("{sensor: []}"),
              Contains("a.yaml:2: stages.student.sees.sensor: expected at least one value, found an empty list"));
  EXPECT_THAT(problem("{camera: [ax]}"), Contains(HasSubstr("stages.student.sees: expected a map {sensor: ...}")));
  EXPECT_THAT(problem("[sensor, {sensor: [gx, gy, gz]}]"),
              Contains(HasSubstr("stages.student.sees[1]: expected each value once")));
  EXPECT_THAT(problem("{sensor: [gx, gz, gy]}"),
              Contains(HasSubstr("stages.student.sees: expected the axes of vectors, x, y and z in this order")));
  EXPECT_THAT(problems(with("{sensor: [gx]}"), {"views.sensor.rotation=0"}), IsEmpty());
  EXPECT_THAT(problem("sensor"), Contains(HasSubstr("stages.student.sees: expected a list, in brackets, or a map")));
}

TEST_F(StageSees, AStageStartsFromOneThatSeesTheSameChannels) {
  const std::string first = "stages:\n  big: {model: {name: sensor-cnn}, sees: {sensor: [gx, gy, gz]}}\n";
  const std::string next = "  student: {model: {name: sensor-cnn}, starts_from: big, sees: ";
  EXPECT_THAT(problems(first + next + "[sensor]}\n"),
              ElementsAre("a.yaml:3: stages.student.starts_from: expected a stage that sees the same sensor channels, "
                          "found 'big', which sees others"));
  EXPECT_THAT(problems(first + next + "{sensor: [gx, gy, gz]}}\n"), IsEmpty());
}

TEST_F(StageSees, ClassWeightsAreThoseOfTrainingUnlessAStageHasItsOwn) {
  const Experiment experiment = load("training: {class_weights: balanced}\n" + with("[sensor]") +
                                     "  plain: {model: {name: sensor-cnn}, sees: [sensor], class_weights: none}\n");
  EXPECT_EQ(experiment.stages[0].class_weights, ClassWeights::balanced);
  EXPECT_EQ(experiment.stages[1].class_weights, ClassWeights::none);
  EXPECT_THAT(to_yaml(load(with("[sensor]"))), ::testing::Not(HasSubstr("class_weights")))
      << "hashes stay as they were";
}

}  // namespace
}  // namespace pskd::config
