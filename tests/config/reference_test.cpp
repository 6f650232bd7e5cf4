// The table of keys as the program shows it: docs/config-reference.md and `pskd config explain`.
#include "config/reference.hpp"

#include <gmock/gmock.h>

#include "config/key_table.hpp"
#include "config_files.hpp"
#include "support/refusal.hpp"
#include "support/shipped_page.hpp"

namespace pskd::config {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(ConfigReference, IsTheShippedPage) {
  EXPECT_TRUE(testing::is_shipped_page("config-reference.md", reference_page(),
                                       "pskd config reference > docs/config-reference.md"));
}

TEST(ConfigReference, EveryKeySaysWhatItMeans) {
  for (const KeyMap& map : key_table()) {
    for (const KeyRow& row : map.rows) {
      EXPECT_THAT(row.meaning, ::testing::EndsWith(".")) << map.places.front().path << " " << row.name;
      EXPECT_THAT(row.legal, Not(IsEmpty())) << map.places.front().path << " " << row.name;
      EXPECT_THAT(row.usual, Not(IsEmpty())) << map.places.front().path << " " << row.name;
    }
  }
}

class ConfigTable : public testing::ConfigFiles {};

TEST_F(ConfigTable, HoldsEveryKeyThatAResolvedConfigHas) {
  const std::string yaml = to_yaml(load(testing::kSmallest));
  std::vector<std::string> path;
  std::size_t start = 0;
  for (std::size_t end; (end = yaml.find('\n', start)) != std::string::npos; start = end + 1) {
    const std::string line = yaml.substr(start, end - start);
    const std::size_t depth = line.find_first_not_of(' ') / 2;
    path.resize(depth);
    path.push_back(line.substr(2 * depth, line.find(':') - 2 * depth));
    std::string joined;
    for (const std::string& name : path) joined += (joined.empty() ? "" : ".") + name;
    EXPECT_NO_THROW(explain(joined)) << joined;
  }
}

TEST(ConfigExplain, SaysMeaningLegalValuesAndDefault) {
  EXPECT_EQ(
      explain("stages.student.epochs"),
      "stages.<name>.epochs\n  Epochs that the stage trains.\n  legal values: a whole number between 1 and 1000000\n"
      "  default: 100\n");
  EXPECT_THAT(explain("training.optimizer.lr"), HasSubstr("legal values: a number > 0\n  default: 0.002\n"));
  EXPECT_THAT(explain("protocol.selection"), HasSubstr("legal values: one of last, val\n  default: last\n"));
  EXPECT_THAT(explain("stages.student.loss.acs.threshold"),
              HasSubstr("legal values: student or a number between 0 and 1\n  default: student\n"));
  EXPECT_THAT(explain("stages.student.teachers[0].snapshot"), HasSubstr("legal values: last, best or epoch-<n>\n"));
  EXPECT_THAT(explain("stages.student.sees"), HasSubstr("default: required\n"));
}

TEST(ConfigExplain, TellsModelsApart) {
  const std::string kernel = explain("stages.student.model.kernel");
  EXPECT_THAT(kernel, HasSubstr("stages.<name>.model.kernel of skeleton-gcn\n"));
  EXPECT_THAT(kernel, HasSubstr("stages.<name>.model.kernel of sensor-cnn\n"));
}

TEST(ConfigExplain, ListsTheKeysOfAMap) {
  EXPECT_THAT(explain("views.sensor"), HasSubstr("  frames: Samples after resampling.\n"));
  EXPECT_THAT(explain("sweep"), HasSubstr("  grid: "));
  EXPECT_THAT(explain(""), HasSubstr("  protocol: Which clips train, validate and test.\n"));
}

TEST(ConfigExplain, RefusesAnUnknownKeyNamingTheNearest) {
  const auto refusal = [](const std::string& path) {
    return testing::refusal(ErrorKind::usage, [&] { explain(path); });
  };
  EXPECT_EQ(
      refusal("views.sensor.rotations"),
      "views.sensor.rotations: unknown key, expected one of frames, rotation, scale, magnitude_warp, noise; did you "
      "mean rotation?");
  EXPECT_THAT(refusal("stages.student.epohcs"), HasSubstr("did you mean epochs?"));
  EXPECT_THAT(refusal("view.sensor.rotation"), HasSubstr("view: unknown key, "));
}

}  // namespace
}  // namespace pskd::config
