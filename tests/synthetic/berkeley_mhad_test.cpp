// The original BVH skeletons of Berkeley-MHAD, by synthetic files and by hand-made ones.
#include "synthetic/writers/berkeley_mhad.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "base/file.hpp"
#include "data/data_check.hpp"
#include "data/formats/bvh.hpp"
#include "data/formats/bvh_kinematics.hpp"
#include "data/readers/berkeley_mhad/bvh_skeleton.hpp"
#include "data/readers/berkeley_mhad/reader.hpp"
#include "data/readers/registry.hpp"
#include "pskd/base/error.hpp"
#include "support/dataset_config.hpp"
#include "support/files_under.hpp"
#include "support/replaced.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::synthetic {
namespace {

namespace fs = std::filesystem;
using Eigen::Index;
using ::testing::AllOf;
using ::testing::Contains;
using testing::files_under;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::replaced;

config::DataConfig mhad_30(const fs::path& root) {
  config::DataConfig config = testing::dataset_config("berkeley-mhad", root);
  config.skeleton = "mhad-30";
  return config;
}

constexpr SyntheticOptions kSmall = {.subjects = 2, .trials = 1, .actions = 2};

TEST(SyntheticBerkeley, TheSameSeedGivesTheSameBytesAndAnotherSeedOthers) {
  testing::TemporaryFolder folder;
  EXPECT_EQ(write_berkeley_mhad(folder / "one", kSmall), 4);
  write_berkeley_mhad(folder / "two", kSmall);
  SyntheticOptions other_seed = kSmall;
  other_seed.seed = 2;
  write_berkeley_mhad(folder / "other", other_seed);
  const auto one = files_under(folder / "one");
  const auto other = files_under(folder / "other");
  ASSERT_EQ(one.size(), 8U);
  EXPECT_EQ(one, files_under(folder / "two"));
  EXPECT_TRUE(one.count("Mocap/SkeletalData/skl_s02_a01_r01.bvh"));
  EXPECT_TRUE(one.count("Accelerometer/Shimmer02/acc_h02_s02_a01_r01.txt"));
  for (const auto& [name, bytes] : one) {
    EXPECT_NE(bytes, other.at(name)) << name;
    EXPECT_LT(bytes.size(), 2'000'000U) << name;
  }
}

TEST(SyntheticBerkeley, MoreThanTheDataSetHasIsRefusedBeforeAnythingIsWritten) {
  testing::TemporaryFolder folder;
  for (const SyntheticOptions& options :
       {SyntheticOptions{13, 1, 1, 1}, SyntheticOptions{1, 6, 1, 1}, SyntheticOptions{1, 1, 12, 1}}) {
    try {
      write_berkeley_mhad(folder / "berkeley", options);
      ADD_FAILURE() << "was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
    }
  }
  EXPECT_FALSE(fs::exists(folder / "berkeley"));
  std::ofstream(folder / "mine") << "x";
  EXPECT_THROW(write_berkeley_mhad(folder.path(), kSmall), Error);
}

// All actions of the first and the last person.
class BerkeleyBvh : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new testing::TemporaryFolder;
    write_berkeley_mhad(*folder_ / "berkeley", {.subjects = 2, .trials = 2, .actions = 11});
    check_ = new data::DataCheck(data::readers::check_dataset(mhad_30(*folder_ / "berkeley")));
  }
  static void TearDownTestSuite() {
    delete check_;
    delete folder_;
  }
  static testing::TemporaryFolder* folder_;
  static data::DataCheck* check_;
};
testing::TemporaryFolder* BerkeleyBvh::folder_ = nullptr;
data::DataCheck* BerkeleyBvh::check_ = nullptr;

TEST_F(BerkeleyBvh, TheReaderFindsAllOfIt) {
  EXPECT_EQ(check_->clips.size(), 44U);
  EXPECT_THAT(check_->broken, IsEmpty());
  EXPECT_THAT(check_->missing, IsEmpty());
  EXPECT_THAT(check_->duplicates, IsEmpty());
  EXPECT_EQ(check_->info.topology.name, "mhad-30");
  EXPECT_GE(check_->repairs.count("acceleration beyond the rail of 2 g: clipped to it"), 1U) << "some spikes";
}

TEST_F(BerkeleyBvh, ClipsAreAPersonInMetersAtThirtyHertz) {
  const data::Topology& tree = check_->info.topology;
  for (const data::Clip& clip : check_->clips) {
    ASSERT_EQ(clip.skeleton.cols(), 90);
    EXPECT_NEAR(static_cast<double>(clip.sensor.rows()) / static_cast<double>(clip.skeleton.rows()), 31.0 / 30, 0.06);
    EXPECT_LT(clip.skeleton.row(0).abs().maxCoeff(), 2.2F);
    for (Index frame = 0; frame < clip.skeleton.rows(); ++frame) {
      const auto joint = [&](std::size_t i) { return clip.skeleton.row(frame).segment<3>(3 * static_cast<Index>(i)); };
      EXPECT_GT(joint(5)(1), joint(4)(1)) << "the head is above the neck";
      EXPECT_GT(joint(0)(1), joint(23)(1)) << "the hips are above the toes";
      for (std::size_t i = 1; i < tree.joints.size(); ++i) {
        const auto parent = static_cast<std::size_t>(tree.parents[i]);
        const auto length = [&](Index at) {
          return (clip.skeleton.row(at).segment<3>(3 * static_cast<Index>(i)) -
                  clip.skeleton.row(at).segment<3>(3 * static_cast<Index>(parent)))
              .matrix()
              .norm();
        };
        EXPECT_GT(length(frame), 0.01F) << tree.joints[i];
        EXPECT_NEAR(length(frame), length(0), 0.004F) << tree.joints[i] << ": interpolation shortens a turning bone";
      }
    }
  }
}

TEST_F(BerkeleyBvh, ActionsMoveWhatTheyAreCalled) {
  const auto clip = [&](int label) {
    for (const data::Clip& one : check_->clips) {
      if (one.label == label) return one;
    }
    throw std::logic_error("no such clip");
  };
  const auto travel = [](const data::Clip& one, Index column) {
    return one.skeleton.col(column).maxCoeff() - one.skeleton.col(column).minCoeff();
  };
  const Index hips_y = 1, right_hand_y = 3 * 11 + 1, left_hand_y = 3 * 17 + 1, head_y = 3 * 5 + 1, toe_y = 3 * 23 + 1;
  EXPECT_GT(travel(clip(0), toe_y), 0.08F) << "jumping";
  EXPECT_GT(travel(clip(1), right_hand_y), 0.6F) << "jumping jacks";
  EXPECT_GT(travel(clip(2), head_y), 0.3F) << "bending";
  EXPECT_GT(travel(clip(4), left_hand_y), 0.5F) << "waving two hands";
  EXPECT_LT(travel(clip(5), left_hand_y), 0.45F) << "waving one hand";
  EXPECT_GT(travel(clip(5), right_hand_y), 0.5F);
  EXPECT_GT(travel(clip(8), hips_y), 0.2F) << "sit down, stand up";
  EXPECT_LT(clip(9).skeleton(clip(9).skeleton.rows() - 1, hips_y), clip(9).skeleton(0, hips_y) - 0.15F) << "sit down";
  EXPECT_GT(clip(10).skeleton(clip(10).skeleton.rows() - 1, hips_y), clip(10).skeleton(0, hips_y) + 0.15F)
      << "stand up";
}

// Frame 0 of the reader is frame 0 of the file.
TEST_F(BerkeleyBvh, TheReaderKeepsTheSpanAndTheUnitsOfTheFile) {
  const fs::path file = *folder_ / "berkeley" / "Mocap" / "SkeletalData" / "skl_s01_a06_r02.bvh";
  const data::formats::Bvh bvh = data::formats::read_bvh(file);
  EXPECT_NEAR(bvh.frame_time, 1 / 480.0, 1e-9);
  const data::Frames all = data::formats::joint_positions(bvh, {"Hips", "RightHand"});
  const data::Frames read = data::readers::read_berkeley_bvh(file);
  EXPECT_EQ(read.rows(), std::lround(static_cast<double>(all.rows() - 1) / 16) + 1);
  EXPECT_NEAR(read(0, 33), all(0, 3) / 100, 1e-5);
  EXPECT_NEAR(read(read.rows() - 1, 35), all(all.rows() - 1, 5) / 100, 1e-5);
}

// One sound file, spoiled in one way.
class SpoiledBerkeleyBvh : public BerkeleyBvh {
 protected:
  static std::string sound() {
    static const std::string text = read_file(*folder_ / "berkeley" / "Mocap" / "SkeletalData" / "skl_s01_a06_r01.bvh");
    return text;
  }
  std::string problem(const std::string& text) const {
    const fs::path root = spoiled_ / "berkeley";
    const fs::path skeleton = root / "Mocap" / "SkeletalData" / "skl_s01_a06_r01.bvh";
    const fs::path sensor = root / "Accelerometer" / "Shimmer02" / "acc_h02_s01_a06_r01.txt";
    for (const fs::path& file : {skeleton, sensor}) fs::create_directories(file.parent_path());
    std::ofstream(skeleton, std::ios::binary) << text;
    std::ofstream(sensor) << "0 0 1 10\n0 0 1 11\n";
    const data::DataCheck check = data::readers::check_dataset(mhad_30(root));
    if (check.broken.empty()) return "read " + std::to_string(check.clips.size());
    EXPECT_EQ(check.broken[0].file, skeleton);
    return check.broken[0].problem;
  }
  testing::TemporaryFolder spoiled_;
};

TEST_F(SpoiledBerkeleyBvh, IsReadWhateverTheSpellingOfItsNames) {
  EXPECT_EQ(problem(sound()), "read 1");
  EXPECT_EQ(problem(replaced(sound(), "JOINT RightForeArmRoll", "JOINT right_forearm_roll")), "read 1");
  EXPECT_EQ(problem(replaced(sound(), "ROOT Hips", "ROOT s01: PELVIS")), "read 1");
  EXPECT_EQ(problem(replaced(sound(), "JOINT LeftToeBase", "JOINT Left Toe")), "read 1");
}

TEST_F(SpoiledBerkeleyBvh, NamesTheJointsThatAreAbsent) {
  EXPECT_THAT(problem(replaced(replaced(sound(), "JOINT RightHand", "JOINT Hook"), "JOINT Spine1", "JOINT Back")),
              AllOf(HasSubstr("absent: spine1 right_hand;"), HasSubstr("Hook")));
  EXPECT_THAT(problem(replaced(sound(), "JOINT RightHand", "JOINT hips")), HasSubstr("joints Hips and hips"));
}

TEST_F(SpoiledBerkeleyBvh, RefusesAnotherTree) {
  std::string swapped = replaced(sound(), "JOINT RightArm\n", "JOINT temporary\n");
  swapped = replaced(swapped, "JOINT RightForeArm\n", "JOINT RightArm\n");
  swapped = replaced(swapped, "JOINT temporary\n", "JOINT RightForeArm\n");
  EXPECT_THAT(problem(swapped), AllOf(HasSubstr("right_arm"), HasSubstr("below")));
}

TEST_F(SpoiledBerkeleyBvh, NamesTheLine) {
  EXPECT_THAT(problem("hello"), HasSubstr("line 1: expected HIERARCHY"));
  EXPECT_THAT(problem(replaced(sound(), "Frames: ", "Frames: 9")), HasSubstr("line "));
  EXPECT_THAT(problem(sound() + "1 2 3\n"), HasSubstr("expected the end after"));
  EXPECT_THAT(problem(sound().substr(0, sound().size() / 2)), HasSubstr("line "));
  EXPECT_THAT(problem(""), HasSubstr("line 1"));
}

TEST_F(SpoiledBerkeleyBvh, ATimeBetweenFramesBeyondAllSenseIsRefused) {
  const std::size_t at = sound().find("Frame Time: ");
  const std::string strange = sound().replace(at, sound().find('\n', at) - at, "Frame Time: 1e308");
  EXPECT_THAT(problem(strange), HasSubstr("expected a Frame Time of 0.0001 to 1 s"));
}

}  // namespace
}  // namespace pskd::synthetic
