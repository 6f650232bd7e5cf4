// Recordings of one modality are used for what they have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "data/data_check_text.hpp"
#include "pskd/data/store/clip_store.hpp"
#include "support/cases.hpp"
#include "support/own_folder.hpp"
#include "support/replaced.hpp"

namespace pskd::data::readers {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kDescription;
using testing::kManifest;
using testing::replaced;

const std::string kNoSkeleton =
    "manifest: clips.csv\nalign: span\nskeleton: null\nsensors:\n  watch: {channels: [ax, ay, az], unit: g, rate: "
    "32}\n";
const std::string kNoSensors = kDescription.substr(0, kDescription.find("sensors:")) + "sensors: null\n";

class OneModality : public testing::OwnFolder {
 protected:
  // The data set from its files, and once more from its store.
  Dataset dataset() const {
    config::DataConfig stored = config();
    stored.store = (folder_ / "store.h5").string();
    const Dataset built = store::load_dataset(stored);
    const Dataset read = store::load_dataset(stored);
    EXPECT_EQ(read.hash, built.hash);
    EXPECT_EQ(read.clips.size(), built.clips.size());
    return read;
  }
};

TEST_F(OneModality, ASetMayHaveNoSkeleton) {
  write("dataset.yaml", kNoSkeleton);
  for (const char* manifest : {"id,subject,label,watch\none,3,wave,w1.csv\ntwo,1,clap,w2.csv\n", kManifest.c_str()}) {
    write("clips.csv", manifest);
    const Dataset read = dataset();
    EXPECT_THAT(read.info.topology.joints, IsEmpty());
    EXPECT_THAT(read.info.channels, ElementsAre("ax", "ay", "az"));
    ASSERT_EQ(read.clips.size(), 2U);
    EXPECT_EQ(read.clips[1].skeleton.rows(), 0);
    EXPECT_FLOAT_EQ(read.clips[1].sensor(2, 2), 2.5);
    EXPECT_THAT(data::describe(check_dataset(config())),
                HasSubstr("2 clips (0 paired, 2 of the sensor only) of 2 subjects"));
  }
}

TEST_F(OneModality, ASetMayHaveNoSensors) {
  write("dataset.yaml", kNoSensors);
  write("clips.csv", "id,subject,label,skeleton\none,3,wave,s1.csv\ntwo,1,clap,s2.csv\n");
  const Dataset read = dataset();
  EXPECT_THAT(read.info.channels, IsEmpty());
  ASSERT_EQ(read.clips.size(), 2U);
  EXPECT_EQ(read.clips[1].sensor.rows(), 0);
  EXPECT_FLOAT_EQ(read.clips[1].skeleton(1, 8), 19);
}

TEST_F(OneModality, ARecordingMayLackEither) {
  write("clips.csv",
        "id,subject,label,skeleton,watch\none,3,wave,,w1.csv\ntwo,1,clap,s2.csv,\nthree,2,clap,s2.csv,w2.csv\n");
  const Dataset read = dataset();
  ASSERT_EQ(read.clips.size(), 3U);
  const DataCheck check = check_dataset(config());
  EXPECT_THAT(check.broken, IsEmpty());
  EXPECT_THAT(data::describe(check), HasSubstr("3 clips (1 paired, 1 of the sensor only, 1 of the skeleton only)"));
  EXPECT_THAT(to_json(check), AllOf(HasSubstr("\"sensor_only\": 1"), HasSubstr("\"skeleton_only\": 1")));
}

TEST_F(OneModality, AFileThatIsNamedMustBeThere) {
  std::filesystem::remove(root_ / "s1.csv");
  EXPECT_EQ(check_dataset(config()).broken.size(), 1U);
}

TEST_F(OneModality, ADescriptionHasOneOfThem) {
  EXPECT_THAT(
      description_problem(kDescription.substr(kDescription.find("skeleton:")), "skeleton: null\nsensors: null\n"),
      HasSubstr("expected a skeleton, sensors or both, found neither"));
  EXPECT_THAT(description_problem(kDescription.substr(kDescription.find("sensors:")), ""),
              HasSubstr("sensors: expected a map, or null where nobody recorded it, found nothing"));
}

TEST(OneModalityCase, IsUsedForWhatItHas) {
  PSKD_CASE_OR_SKIP(one, "no-skeleton-for-one");
  EXPECT_THAT(data::describe(check_dataset(testing::dataset_config("generic", one))),
              HasSubstr("8 clips (7 paired, 1 of the sensor only)"));
  PSKD_CASE_OR_SKIP(all, "sensor-only");
  EXPECT_THAT(data::describe(check_dataset(testing::dataset_config("generic", all))),
              HasSubstr("8 clips (0 paired, 8 of the sensor only)"));
}

}  // namespace
}  // namespace pskd::data::readers
