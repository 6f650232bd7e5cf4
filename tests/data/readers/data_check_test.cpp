// The data check and the strict reader over a whole folder.
#include "data/data_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "data/data_check_text.hpp"
#include "data/readers/registry.hpp"
#include "data/readers/utd_mhad.hpp"
#include "pskd/base/error.hpp"
#include "support/dataset_config.hpp"
#include "support/mat_bytes.hpp"
#include "support/real_data.hpp"
#include "support/temporary_folder.hpp"
#include "synthetic/writers/utd_mhad.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

// Two classes, two subjects, two trials of synthetic recordings.
class SmallFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    synthetic::SyntheticOptions options;
    options.actions = options.subjects = options.trials = 2;
    synthetic::write_utd_mhad(root_, options);
  }
  fs::path inertial(const std::string& id) const { return root_ / "Inertial" / (id + "_inertial.mat"); }
  fs::path skeleton(const std::string& id) const { return root_ / "Skeleton" / (id + "_skeleton.mat"); }
  DataCheck check() const { return check_dataset(testing::utd_config(root_)); }
  std::string refusal() const {
    try {
      read_dataset(testing::utd_config(root_));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      return error.what();
    }
    ADD_FAILURE() << "the folder was read";
    return "";
  }

  testing::TemporaryFolder folder_;
  fs::path root_ = folder_ / "utd";
};

TEST_F(SmallFolder, ASoundFolderIsReadInOrder) {
  const Dataset dataset = read_dataset(testing::utd_config(root_));
  std::vector<std::string> ids;
  for (const Clip& clip : dataset.clips) {
    ids.push_back(clip.id);
    EXPECT_EQ(clip.id, utd_clip_id(clip.label + 1, clip.subject.number().value(), clip.trial.number().value()));
    EXPECT_EQ(clip.skeleton.cols(), 60);
    EXPECT_EQ(clip.sensor.cols(), 6);
    EXPECT_EQ(clip.hash, clip_hash(clip));
  }
  EXPECT_THAT(
      ids, ElementsAre("a1_s1_t1", "a1_s1_t2", "a1_s2_t1", "a1_s2_t2", "a2_s1_t1", "a2_s1_t2", "a2_s2_t1", "a2_s2_t2"));
  EXPECT_EQ(dataset.hash, dataset_hash(dataset.clips));
  EXPECT_EQ(read_dataset(testing::utd_config(root_)).hash, dataset.hash);
}

TEST_F(SmallFolder, TheGridIsWhatOccursInTheFolder) {
  EXPECT_THAT(check().missing, IsEmpty());
  fs::remove(inertial("a2_s1_t2"));
  fs::remove(skeleton("a2_s1_t2"));
  EXPECT_THAT(check().missing, ElementsAre("a2_s1_t2"));
  EXPECT_EQ(read_dataset(testing::utd_config(root_)).clips.size(), 7U);
}

TEST_F(SmallFolder, AClipOfOneModalityIsUsedForWhatItHasAndNamed) {
  fs::remove(inertial("a1_s1_t1"));
  fs::remove(skeleton("a2_s2_t1"));
  const DataCheck found = check();
  EXPECT_EQ(found.clips.size(), 8U);
  EXPECT_THAT(found.repairs.at("no sensor file in the data set: used without it").clips, ElementsAre("a1_s1_t1"));
  EXPECT_THAT(found.repairs.at("no skeleton file in the data set: used without it").clips, ElementsAre("a2_s2_t1"));
  EXPECT_THAT(describe(found), HasSubstr("8 clips (6 paired, 1 of the sensor only, 1 of the skeleton only)"));
}

TEST_F(SmallFolder, EveryBrokenFileIsNamedAtOnce) {
  fs::resize_file(inertial("a1_s1_t1"), 300);
  std::ofstream(skeleton("a2_s1_t1")) << "garbage";
  std::ofstream(root_ / "Inertial" / "a1_s1_t1_inertial (copy).mat") << "x";
  std::ofstream(root_ / "Skeleton" / "a28_s1_t1_skeleton.mat") << "x";
  EXPECT_EQ(check().broken.size(), 4U);
  EXPECT_EQ(check().clips.size(), 6U);
  EXPECT_THAT(check().repairs, IsEmpty()) << "a broken file is not an absent one";
  const std::string message = refusal();
  EXPECT_THAT(message, HasSubstr("a1_s1_t1_inertial.mat: truncated"));
  EXPECT_THAT(message, HasSubstr("a2_s1_t1_skeleton.mat: not a little-endian MAT v5 file"));
  EXPECT_THAT(message, HasSubstr("(copy).mat: unexpected name"));
  EXPECT_THAT(message, HasSubstr("a28_s1_t1_skeleton.mat: unexpected name"));
}

TEST_F(SmallFolder, NotesBesideTheRecordingsAreNoRecordings) {
  std::ofstream(root_ / "Skeleton" / "Skeleton_joint_order.txt") << "1. head";
  std::ofstream(root_ / "Skeleton" / "README.md") << "x";
  std::ofstream(root_ / "Inertial" / ".DS_Store") << "x";
  EXPECT_THAT(check().broken, IsEmpty());
}

TEST_F(SmallFolder, WhatSystemsLeaveIsIgnoredAndCounted) {
  fs::create_directories(root_ / "Inertial" / "__MACOSX");
  write_file_atomically(root_ / "Inertial" / "__MACOSX" / "._a1_s1_t1_inertial.mat", "x");
  write_file_atomically(root_ / "Skeleton" / "._a1_s1_t1_skeleton.mat", "x");
  write_file_atomically(root_ / "Skeleton" / "Thumbs.db", "x");
  write_file_atomically(root_ / "Inertial" / "desktop.ini", "x");
  EXPECT_EQ(read_dataset(testing::utd_config(root_)).clips.size(), 8U);
  EXPECT_EQ(check().left_by_systems, 4U);
}

TEST_F(SmallFolder, AFolderInOtherCaseIsNamed) {
  fs::rename(root_ / "Inertial", root_ / "inertial");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("expected a folder Inertial; found "),
                               HasSubstr("inertial, whose name differs in case or in Unicode form: rename it")));
}

TEST_F(SmallFolder, AFolderAtAnotherDepthIsNamed) {
  fs::rename(root_, folder_ / "moved");
  fs::create_directories(root_ / "archive");
  fs::rename(folder_ / "moved", root_ / "archive" / "UTD");
  EXPECT_THAT(refusal(), HasSubstr("found it in " + (root_ / "archive" / "UTD").string()));
  root_ = root_ / "archive" / "UTD" / "Inertial";
  EXPECT_THAT(refusal(), HasSubstr("UTD: data.root should name that folder"));
}

TEST_F(SmallFolder, ValuesThatAreNotFiniteAreCounted) {
  std::vector<double> values(18, 1.0);
  values[4] = values[7] = std::numeric_limits<double>::quiet_NaN();
  std::ofstream(inertial("a1_s2_t2"), std::ios::binary)
      << testing::mat_header() + testing::mat_variable("d_iner", {3, 6}, values);
  EXPECT_EQ(check().non_finite, 2);
  EXPECT_THAT(refusal(), HasSubstr("found 2 NaN or infinite"));
}

TEST_F(SmallFolder, ACopiedRecordingIsFoundByItsContent) {
  fs::copy_file(inertial("a1_s1_t1"), inertial("a2_s2_t2"), fs::copy_options::overwrite_existing);
  EXPECT_THAT(check().duplicates, IsEmpty()) << "one modality alone does not make the recording the same";
  fs::copy_file(skeleton("a1_s1_t1"), skeleton("a2_s2_t2"), fs::copy_options::overwrite_existing);
  EXPECT_THAT(check().duplicates, ElementsAre(Pair("a1_s1_t1", "a2_s2_t2")));
}

TEST_F(SmallFolder, SamplesOnTheRailAreCountedForAccelerationsOnly) {
  const std::int64_t before = check().rail_samples;
  std::vector<double> values(18, 1.0);
  values[0] = 8;
  values[4] = -8;
  values[16] = 500;  // an angular rate
  std::ofstream(inertial("a1_s2_t2"), std::ios::binary)
      << testing::mat_header() + testing::mat_variable("d_iner", {3, 6}, values);
  EXPECT_EQ(check().rail_samples, before + 2);
}

TEST_F(SmallFolder, TheReportSaysEverything) {
  fs::remove(inertial("a1_s1_t1"));
  std::ofstream(skeleton("a2_s1_t1")) << "garbage";
  const std::string text = describe(check());
  EXPECT_THAT(text, HasSubstr("7 clips (6 paired, 1 of the skeleton only) of 2 subjects and 2 classes"));
  EXPECT_THAT(text, HasSubstr("s1 3  s2 4"));
  EXPECT_THAT(text, HasSubstr("swipe_left"));
  EXPECT_THAT(text, HasSubstr("no sensor file in the data set: used without it: 1"));
  EXPECT_THAT(text, HasSubstr("broken files: 1\n"));
  EXPECT_THAT(text, HasSubstr("a2_s1_t1_skeleton.mat: not a"));
  const nlohmann::json json = nlohmann::json::parse(to_json(check()));
  EXPECT_EQ(json["clips"], 7);
  EXPECT_EQ(json["subjects"]["2"], 4);
  EXPECT_EQ(json["classes"]["swipe_left"]["clips"], 4);
  EXPECT_EQ(json["broken"].size(), 1U);
}

TEST(DatasetFolder, AMissingRootSaysWhereItWasExpected) {
  testing::TemporaryFolder folder;
  for (const fs::path& root : {folder / "nowhere", folder.path()}) {
    try {
      check_dataset(testing::utd_config(root));
      FAIL() << root;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      EXPECT_THAT(error.what(), HasSubstr(root.string()));
      EXPECT_THAT(error.what(), HasSubstr("PSKD_DATA_ROOT"));
    }
  }
}

TEST(ClipHash, TellsShapesAndModalitiesApart) {
  Clip clip;
  clip.skeleton = Frames::Zero(2, 6);
  clip.sensor = Frames::Zero(4, 3);
  Clip other = clip;
  EXPECT_EQ(clip_hash(clip), clip_hash(other));
  other.id = "another name";
  EXPECT_EQ(clip_hash(clip), clip_hash(other));
  other.skeleton = Frames::Zero(6, 2);
  EXPECT_NE(clip_hash(clip), clip_hash(other));
  other = clip;
  std::swap(other.skeleton, other.sensor);
  EXPECT_NE(clip_hash(clip), clip_hash(other));
}

// What DATASETS.md and the issue state about the real files.
TEST(RealUtdMhad, Has861PairedClipsAndThreeMissingTrials) {
  PSKD_REAL_DATA_OR_SKIP(root, "utd-mhad");
  const DataCheck check = check_dataset(testing::utd_config(root));
  EXPECT_EQ(check.clips.size(), 861U);
  EXPECT_THAT(check.missing, ElementsAre("a8_s1_t4", "a23_s6_t4", "a27_s8_t4"));
  EXPECT_THAT(check.broken, IsEmpty());
  EXPECT_THAT(check.repairs, Not(Contains(Key(HasSubstr("used without it")))));
  EXPECT_THAT(check.duplicates, IsEmpty());
  EXPECT_EQ(check.rail_samples, 57);
  EXPECT_EQ(check.non_finite, 0);
  EXPECT_THAT(describe(check), HasSubstr("missing in both modalities (3): a8_s1_t4, a23_s6_t4, a27_s8_t4"));
}

}  // namespace
}  // namespace pskd::data::readers
