#include "report/settings.hpp"

#include <gmock/gmock.h>

#include "eval/finished_run.hpp"
#include "support/example_run.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names_of(const std::vector<DifferingKey>& keys) {
  std::vector<std::string> names;
  for (const DifferingKey& key : keys) names.push_back(key.name);
  return names;
}

TEST(DifferingKeys, HaveTheShortestNameThatTellsThemApart) {
  const Settings first = {
      {"stages.student.optimizer.lr", "1"}, {"stages.sensor.optimizer.lr", "2"}, {"stages.student.epochs", "3"}};
  const Settings other = {
      {"stages.student.optimizer.lr", "4"}, {"stages.sensor.optimizer.lr", "5"}, {"stages.student.epochs", "6"}};
  EXPECT_THAT(names_of(differing_keys({&first, &other})),
              ElementsAre("sensor.optimizer.lr", "epochs", "student.optimizer.lr"));
  EXPECT_THAT(differing_keys({&first, &first}), IsEmpty());
}

TEST(DifferingKeys, OfOneLastNameAndTheSameValuesAreOne) {
  const Settings first = {{"stages.sensor.epochs", "1"}, {"stages.student.epochs", "1"}};
  const Settings other = {{"stages.sensor.epochs", "2"}, {"stages.student.epochs", "2"}};
  const std::vector<DifferingKey> keys = differing_keys({&first, &other});
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].name, "epochs");
  EXPECT_THAT(keys[0].values, ElementsAre("1", "2"));
}

TEST(DifferingKeys, LeaveOutWhatLiesBelowAKeyThatDiffers) {
  const Settings with = {{"loss.kd", "on"}, {"loss.kd.weight", "1"}, {"loss.acs", "null"}};
  const Settings without = {{"loss.kd", "null"}, {"loss.acs", "on"}, {"loss.acs.weight", "1"}};
  const std::vector<DifferingKey> keys = differing_keys({&with, &without});
  ASSERT_THAT(names_of(keys), ElementsAre("acs", "kd"));
  EXPECT_THAT(keys[0].values, ElementsAre("off", "on"));
}

TEST(ReadSettings, HoldWhatDecidesTheResult) {
  const testing::TemporaryFolder folder;
  const auto run = testing::ExampleRun().write(folder.path());
  const auto settings = read_settings({eval::read_finished_run({run})});
  ASSERT_EQ(settings.size(), 1U);
  const Settings& found = settings.at("0123456789ab");
  EXPECT_EQ(found.at("stages.student.epochs"), "100");
  EXPECT_EQ(found.at("stages.student.teachers"), "[skeleton]");
  EXPECT_EQ(found.at("stages.student.teachers.1.snapshot"), "last");
  EXPECT_EQ(found.at("stages.student.loss.acs"), "on");
  EXPECT_EQ(found.at("data.channels"), "[ax, ay, az]");
  EXPECT_FALSE(found.contains("run.name") && found.at("run.name") != "experiment");
  std::filesystem::remove(run / "config.resolved.yaml");
  EXPECT_THAT(read_settings({eval::read_finished_run({run})}), IsEmpty());
}

}  // namespace
}  // namespace pskd::report
