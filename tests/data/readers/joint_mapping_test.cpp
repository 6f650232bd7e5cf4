// Skeletons of one camera as those of another.
#include "data/readers/recordings/joint_mapping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pskd/base/error.hpp"
#include "support/own_folder.hpp"

namespace pskd::data::readers {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(JointMapping, FindsEveryJointOfKinect20InOtherCameras) {
  for (const char* name : {"kinect-20", "ntu-25", "azure-32", "mediapipe-33"}) {
    const Topology& source = topology(name);
    const JointMapping mapping = joint_mapping(source, topology("kinect-20"), "here");
    for (std::size_t joint = 0; joint < mapping.size(); ++joint) {
      const std::string& target = topology("kinect-20").joints[joint];
      ASSERT_FALSE(mapping[joint].empty()) << name << " " << target;
      for (const int from : mapping[joint]) {
        const std::string& found = source.joints[static_cast<std::size_t>(from)];
        const bool sided = target.starts_with("left_") || target.starts_with("right_");
        EXPECT_TRUE(!sided || found.substr(0, 4) == target.substr(0, 4)) << name << " " << target;
      }
    }
  }
}

TEST(JointMapping, TakesMeansWhereThereIsNoSuchJoint) {
  const JointMapping mapping = joint_mapping(topology("mediapipe-33"), topology("kinect-20"), "here");
  EXPECT_THAT(mapping[3], ElementsAre(23, 24)) << "the middle of the hip";
  Frames frames = Frames::Zero(1, 99);
  frames(0, 3 * 23 + 1) = 2;
  frames(0, 3 * 24 + 1) = 4;
  EXPECT_FLOAT_EQ(mapped_joints(frames, mapping)(0, 3 * 3 + 1), 3);
}

TEST(JointMapping, ReadsNamesInAnyUsualSpelling) {
  Topology source = topology("kinect-20");
  source.joints[10] = "WRIST_RIGHT";
  source.joints[6] = "L.Wrist";
  source.joints[4] = "LeftShoulder";
  source.joints[1] = "Shoulder Center";
  const JointMapping mapping = joint_mapping(source, topology("kinect-20"), "here");
  for (int joint = 0; joint < 20; ++joint) EXPECT_THAT(mapping[static_cast<std::size_t>(joint)], ElementsAre(joint));
}

class ShownAs : public testing::OwnFolder {};

TEST_F(ShownAs, AnotherSkeletonIsWhatClipsHave) {
  describe("  joints: [hip, neck, hand]\n  parents: [null, hip, neck]\n  wrist: hand\n",
           "  topology: ntu-25\n  as: kinect-20\n");
  std::string row = "0";
  for (int i = 1; i < 75; ++i) row += "," + std::to_string(i);
  for (const char* name : {"s1.csv", "s2.csv"}) write(name, row + "\n" + row + "\n" + row + "\n");
  const Clip read = clip();
  ASSERT_EQ(read.skeleton.cols(), 60);
  EXPECT_EQ(dataset_info(config()).topology.name, "kinect-20");
  EXPECT_FLOAT_EQ(read.skeleton(0, 0), 3 * 3) << "the head";
  EXPECT_FLOAT_EQ(read.skeleton(0, 3), 3 * 20) << "the middle of the shoulders";
}

TEST_F(ShownAs, AJointThatIsNowhereIsNamed) {
  EXPECT_THAT(description_problem("  wrist", "  as: kinect-20\n  wrist"),
              AllOf(HasSubstr("dataset.yaml:3: skeleton.as: the skeleton has no joint that could be"),
                    HasSubstr("left_elbow")));
  EXPECT_THAT(description_problem("  wrist", "  as: coco-17\n  wrist"),
              HasSubstr("of 3 dimensions, found coco-17 of 2"));
  EXPECT_THAT(description_problem("  wrist", "  as: kinect\n  wrist"), HasSubstr("skeleton.as"));
}

}  // namespace
}  // namespace pskd::data::readers
