// Joint topologies: what every skeleton must be, and what is said of one that is not.
#include "pskd/data/topology.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/refusal.hpp"

namespace pskd::data {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::refusal;

class KnownTopology : public ::testing::TestWithParam<const char*> {};

TEST_P(KnownTopology, IsATreeWhosePartsHoldEachJointOnce) {
  EXPECT_NO_THROW(check_topology(topology(GetParam()), "here"));
  EXPECT_EQ(topology(GetParam()).name, GetParam());
}

TEST_P(KnownTopology, SidesAreNamedAndPairedLeftThenRight) {
  const Topology& known = topology(GetParam());
  for (const auto& [left, right] : known.mirrored) {
    const std::string left_name = known.joints[left], right_name = known.joints[right];
    EXPECT_EQ(left_name.substr(0, 5), "left_");
    EXPECT_EQ("left_" + right_name.substr(6), left_name);
  }
  const auto sided = std::count_if(known.joints.begin(), known.joints.end(), [](const std::string& name) {
    return name.starts_with("left_") || name.starts_with("right_");
  });
  EXPECT_EQ(static_cast<std::size_t>(sided), 2 * known.mirrored.size());
}

TEST_P(KnownTopology, SidesMirrorEachOthersBones) {
  const Topology& known = topology(GetParam());
  const auto mirror = [&](int joint) {
    for (const auto& [left, right] : known.mirrored) {
      if (joint == left) return right;
      if (joint == right) return left;
    }
    return joint;
  };
  for (const auto& [left, right] : known.mirrored) EXPECT_EQ(mirror(known.parents[left]), known.parents[right]);
}

TEST_P(KnownTopology, TheWatchIsOnTheRight) {
  const Topology& known = topology(GetParam());
  EXPECT_EQ(known.joints[known.wrist].substr(0, 6), "right_");
}

INSTANTIATE_TEST_SUITE_P(All, KnownTopology,
                         ::testing::Values("kinect-20", "mhad-30", "mhad-16", "coco-17", "ntu-25", "azure-32",
                                           "mediapipe-33", "body-25"),
                         [](const auto& name) {
                           std::string text = name.param;
                           std::replace(text.begin(), text.end(), '-', '_');
                           return text;
                         });

TEST(Topology, HasTheSizeOfItsName) {
  EXPECT_EQ(topology("kinect-20").joints.size(), 20U);
  EXPECT_EQ(topology("mhad-30").joints.size(), 30U);
  EXPECT_EQ(topology("mhad-16").joints.size(), 16U);
  EXPECT_EQ(topology("coco-17").joints.size(), 17U);
}

TEST(Topology, AnUnknownNameListsTheKnownOnes) {
  EXPECT_THAT(refusal(ErrorKind::config, [] { topology("kinect-25"); }),
              AllOf(HasSubstr("'kinect-25'"), HasSubstr("kinect-20 mhad-30 mhad-16 coco-17")));
}

// A trunk 0-1-2 with two limbs 3-4 and 5 on 2.
const std::vector<int> kSmallTree = {-1, 0, 1, 2, 3, 2};

TEST(Topology, LimbsAreTheBranchesAndTheRestIsTheTrunk) {
  EXPECT_THAT(limbs_of(kSmallTree), ElementsAre(ElementsAre(0, 1, 2), ElementsAre(4, 3), ElementsAre(5)));
}

Topology small() {
  return {.name = "small",
          .joints = {"a", "b", "c", "d", "e", "f"},
          .parents = kSmallTree,
          .parts = limbs_of(kSmallTree),
          .mirrored = {}};
}

std::string problem(const Topology& wrong) {
  return refusal(ErrorKind::config, [&] { check_topology(wrong, "mine.yaml"); });
}

TEST(Topology, WhatIsWrongIsNamed) {
  EXPECT_NO_THROW(check_topology(small(), "mine.yaml"));
  Topology wrong = small();
  wrong.joints[3] = "a";
  EXPECT_THAT(problem(wrong), AllOf(HasSubstr("mine.yaml"), HasSubstr("different names")));
  wrong = small();
  wrong.parents[0] = 4;
  EXPECT_THAT(problem(wrong), HasSubstr("found 0"));
  wrong = small();
  wrong.parents[3] = 4;
  EXPECT_THAT(problem(wrong), HasSubstr("joint d is its own ancestor"));
  wrong = small();
  wrong.parents[3] = 6;
  EXPECT_THAT(problem(wrong), HasSubstr("not one of the joints"));
  wrong = small();
  wrong.parents.pop_back();
  EXPECT_THAT(problem(wrong), HasSubstr("6 joints, found 5"));
  wrong = small();
  wrong.parts[0].push_back(5);
  EXPECT_THAT(problem(wrong), HasSubstr("joint f must lie in exactly one part"));
  wrong = small();
  wrong.wrist = 9;
  EXPECT_THAT(problem(wrong), HasSubstr("wrist"));
  wrong = small();
  wrong.mirrored = {{1, 1}};
  EXPECT_THAT(problem(wrong), HasSubstr("pair"));
}

}  // namespace
}  // namespace pskd::data
