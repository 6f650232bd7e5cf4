// A user's own recordings as arrays of NumPy, and with a file for each joint.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "support/npy_bytes.hpp"
#include "support/own_folder.hpp"
#include "support/replaced.hpp"

namespace pskd::data::readers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kManifest;
using testing::npy_bytes;
using testing::replaced;

class NumpyRecordings : public testing::OwnFolder {};

TEST_F(NumpyRecordings, MayStandInPlaceOfCsvFiles) {
  write("clips.csv", replaced(kManifest, "w1.csv", "w1.npy"));
  write("w1.npy",
        npy_bytes<std::int16_t>("<i2", "(3, 4)", {0, 500, -1000, 2000, 1, 250, -1000, 2000, 2, 500, -1000, 2500}));
  describe("rate: 32", "columns: [1, 2, 3], scale: 0.001, rate: 32");
  write("w2.csv", "9,0,0,1\n9,0,0,1\n");
  const Clip read = clip();
  ASSERT_EQ(read.sensor.rows(), 3);
  EXPECT_FLOAT_EQ(read.sensor(1, 0), 0.25F);
  EXPECT_FLOAT_EQ(read.sensor(2, 2), 2.5F);
  describe("rate: 32", "columns: [1, 2, 7], rate: 32");
  write("w2.csv", "9,0,0,1,9,9,9,9\n9,0,0,1,9,9,9,9\n");
  EXPECT_THAT(check_dataset(config()).broken.at(0).problem, HasSubstr("a number of 0 .. 3, found '7'"));
}

TEST_F(NumpyRecordings, AJointMayHaveAFileOfItsOwn) {
  for (const char* name : {"one", "two"}) {
    for (int joint = 1; joint <= 3; ++joint) {
      write(std::string(name) + "_J0" + std::to_string(joint) + ".csv",
            "7," + std::to_string(joint) + ",0,0\n7," + std::to_string(joint) + ",1,0\n");
    }
  }
  write("clips.csv", replaced(replaced(kManifest, "s1.csv", "one"), "s2.csv", "two"));
  describe("  unit: m\n", "  unit: m\n  joint_files: _J{01}.csv\n  columns: [1, 2, 3]\n");
  const Frames read = clip().skeleton;
  EXPECT_THAT((std::vector<float>{read(1, 0), read(1, 3), read(1, 6), read(1, 7)}), ElementsAre(1, 2, 3, 1));
  write("one_J02.csv", "7,2,0,0\n7,2,1,0\n7,2,1,0\n");
  EXPECT_THAT(check_dataset(config()).broken.at(0).problem,
              HasSubstr("expected as many rows as one_J01.csv has, 2, found 3"));
  std::filesystem::remove(root_ / "one_J02.csv");
  EXPECT_THAT(check_dataset(config()).broken.at(0).problem, HasSubstr("missing"));
  EXPECT_THAT(description_problem("  unit: m\n", "  unit: m\n  joint_files: _J.csv\n"),
              HasSubstr("_J{01}.csv, or {name}"));
}

TEST_F(NumpyRecordings, TheWarehouseIsReadByItsDescription) {
  const auto source = std::filesystem::path(PSKD_SOURCE_DIR) / "configs" / "recordings" / "warehouse.yaml";
  write("dataset.yaml",
        replaced(read_file(source), "train_subjects: [S0101, S0201, S0501, S0601, S0701, S0801]\n", ""));
  write("clips.csv",
        "id,subject,label,trial,skeleton,watch\n"
        "A0101_S0101_T008,S0101,walking,8,D03/A0101_S0101_T008_D03_H01,D01/A0101_S0101_T008_D01_H01.npy\n");
  std::vector<std::int64_t> watch;
  for (int i = 0; i < 40; ++i) watch.insert(watch.end(), {10 * i, 0, -1031});
  write("D01/A0101_S0101_T008_D01_H01.npy", npy_bytes<std::int64_t>("<i8", "(40, 3)", watch));
  for (int joint = 1; joint <= 20; ++joint) {
    std::vector<std::int64_t> values;
    for (int i = 0; i < 35; ++i) values.insert(values.end(), {1, 2, 3, 4, 5, 6, 100 * i, 20, 1000 * joint});
    write("D03/A0101_S0101_T008_D03_H01_J" + std::string(joint < 10 ? "0" : "") + std::to_string(joint) + ".npy",
          npy_bytes<std::int64_t>("<i8", "(35, 9)", values));
  }
  const DataCheck check = check_dataset(config());
  ASSERT_THAT(check.broken, IsEmpty()) << check.broken.front().problem;
  ASSERT_EQ(check.clips.size(), 1U);
  EXPECT_EQ(check.clips[0].sensor.rows(), 40);
  EXPECT_FLOAT_EQ(check.clips[0].sensor(0, 2), -1.031F) << "g";
  EXPECT_EQ(check.clips[0].skeleton.rows(), 35);
  EXPECT_FLOAT_EQ(check.clips[0].skeleton(0, 3 * 10 + 1), 1.1F) << "the right wrist, meters up";
}

}  // namespace
}  // namespace pskd::data::readers
