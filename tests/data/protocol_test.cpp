// Protocols: who trains and who tests, and that nobody and nothing does both unnoticed.
#include "pskd/data/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "data/data_check.hpp"
#include "data/readers/registry.hpp"
#include "data/readers/utd_mhad.hpp"
#include "pskd/base/error.hpp"
#include "support/dataset_config.hpp"
#include "support/real_data.hpp"
#include "support/refusal.hpp"
#include "support/utd_grid.hpp"

namespace pskd::data {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::grid;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::refusal;
using testing::subjects;
using testing::trials;
using ::testing::UnorderedElementsAre;

Split split(const config::ProtocolConfig& protocol, Dataset dataset = grid()) {
  const config::ProtocolConfig resolved = resolve_protocol(protocol, dataset.info);
  return make_split(std::move(dataset), resolved);
}

std::string config_refusal(const config::ProtocolConfig& protocol) {
  return refusal(ErrorKind::config, [&] { resolve_protocol(protocol, readers::utd_mhad_info()); });
}

std::set<Name> subjects_of(const std::vector<Clip>& clips) {
  std::set<Name> numbers;
  for (const Clip& clip : clips) numbers.insert(clip.subject);
  return numbers;
}

TEST(Protocol, CrossSubjectIsTheDefault) {
  const Split parts = split({});
  EXPECT_THAT(subjects_of(parts.train), ElementsAre(1, 3, 5, 7));
  EXPECT_THAT(subjects_of(parts.test), ElementsAre(2, 4, 6, 8));
  EXPECT_EQ(parts.train.size(), 432U);
  EXPECT_EQ(parts.test.size(), 432U);
  EXPECT_TRUE(parts.val.empty());
  EXPECT_EQ(parts.classes.size(), 27U);
}

TEST(Protocol, SubjectsThatValidateLeaveTheTrainingOnes) {
  config::ProtocolConfig protocol;
  protocol.val = subjects({7});
  protocol.selection = config::Selection::val;
  const Split parts = split(protocol);
  EXPECT_THAT(subjects_of(parts.train), ElementsAre(1, 3, 5));
  EXPECT_THAT(subjects_of(parts.val), ElementsAre(7));
}

TEST(Protocol, AnEmptyListMeansNobody) {
  config::ProtocolConfig protocol;
  protocol.val = subjects({});
  EXPECT_TRUE(split(protocol).val.empty());
  protocol.train = subjects({});
  EXPECT_THAT(config_refusal(protocol), HasSubstr("protocol.train"));
}

TEST(Protocol, SubjectSpecificMustBeAllowedToShareSubjects) {
  config::ProtocolConfig protocol;
  protocol.name = "subject-specific";
  EXPECT_THAT(config_refusal(protocol), HasSubstr("allow_shared_subjects: true"));
  protocol.allow_shared_subjects = true;
  const Split parts = split(protocol);
  EXPECT_EQ(subjects_of(parts.train).size(), 8U);
  for (const Clip& clip : parts.train) EXPECT_LE(clip.trial, 2);
  for (const Clip& clip : parts.test) EXPECT_GE(clip.trial, 3);
  EXPECT_EQ(parts.train.size() + parts.test.size(), 864U);
}

TEST(Protocol, ValidationTrialsLeaveTheTrainingOnesOfSubjectSpecific) {
  config::ProtocolConfig protocol;
  protocol.name = "subject-specific";
  protocol.allow_shared_subjects = true;
  protocol.val = trials({2});
  const Split parts = split(protocol);
  for (const Clip& clip : parts.train) EXPECT_EQ(clip.trial, 1);
  EXPECT_EQ(parts.val.size(), 27U * 8U);
}

TEST(Protocol, LeavingOneSubjectOutIsOneSplit) {
  config::ProtocolConfig protocol;
  protocol.name = "leave-one-subject-out";
  protocol.test = subjects({3});
  protocol.val = subjects({8});
  const Split parts = split(protocol);
  EXPECT_THAT(subjects_of(parts.train), ElementsAre(1, 2, 4, 5, 6, 7));
  EXPECT_THAT(subjects_of(parts.test), ElementsAre(3));
}

TEST(Protocol, AnUnknownNameListsTheKnownOnes) {
  config::ProtocolConfig protocol;
  protocol.train = subjects({1});
  protocol.test = subjects({2});
  for (const std::string name : {"mine", "cross-session", ""}) {
    protocol.name = name;
    EXPECT_THAT(
        config_refusal(protocol),
        AllOf(HasSubstr("'" + name + "' of utd-mhad"),
              HasSubstr(
                  "known: cross-subject, explicit, leave-one-subject-out, personal, subject-folds, subject-specific")));
  }
}

TEST(Protocol, ExplicitListsMakeAProtocol) {
  config::ProtocolConfig protocol;
  protocol.name = "explicit";
  EXPECT_THAT(config_refusal(protocol), HasSubstr("needs protocol.train and protocol.test"));
  protocol.train = config::SplitPart{std::vector<Name>{1, 2}, std::vector<Name>{1}};
  protocol.test = subjects({3});
  const Split parts = split(protocol);
  EXPECT_EQ(parts.train.size(), 27U * 2U);
  EXPECT_EQ(parts.test.size(), 27U * 4U);
}

TEST(Protocol, SharedSubjectsAreRefusedAndNamed) {
  config::ProtocolConfig protocol;
  protocol.train = subjects({1, 2, 3});
  protocol.test = subjects({3, 4});
  EXPECT_THAT(config_refusal(protocol), HasSubstr("protocol.train and protocol.test"));
  protocol.train = config::SplitPart{std::vector<Name>{1, 3}, std::vector<Name>{1}};
  protocol.test = config::SplitPart{std::vector<Name>{3, 4}, std::vector<Name>{2}};
  EXPECT_THAT(config_refusal(protocol), AllOf(HasSubstr("subjects 3;"), HasSubstr("allow_shared_subjects")));
  protocol.allow_shared_subjects = true;
  EXPECT_EQ(split(protocol).train.size(), 27U * 2U);
}

TEST(Protocol, ASharedRecordingIsRefusedEvenWhereSubjectsMayBeShared) {
  config::ProtocolConfig protocol;
  protocol.allow_shared_subjects = true;
  protocol.train = trials({1, 2});
  protocol.test = trials({2, 3});
  EXPECT_THAT(config_refusal(protocol), HasSubstr("trials 2 of the subjects"));
}

TEST(Protocol, ValidatingOnTestSubjectsIsRefused) {
  config::ProtocolConfig protocol;
  protocol.val = subjects({2});
  EXPECT_THAT(config_refusal(protocol), HasSubstr("protocol.val and protocol.test"));
}

TEST(Protocol, ANumberThatDoesNotExistIsRefused) {
  config::ProtocolConfig protocol;
  protocol.train = subjects({1, 9});
  EXPECT_THAT(config_refusal(protocol),
              AllOf(HasSubstr("protocol.train.subjects"), HasSubstr("subject 9"), HasSubstr("1 2 3 4 5 6 7 8")));
  protocol.train = config::SplitPart{std::vector<Name>{1}, std::vector<Name>{5}};
  EXPECT_THAT(config_refusal(protocol), AllOf(HasSubstr("protocol.train.trials"), HasSubstr("trial 5")));
  protocol.train = subjects({1, 1});
  EXPECT_THAT(config_refusal(protocol), HasSubstr("listed twice"));
}

TEST(Protocol, SubjectsMayHaveNames) {
  Dataset dataset = grid();
  const auto rename = [](Name& subject) {
    if (subject == 3) subject = Name("bob");
    if (subject == 8) subject = Name("Anna");
  };
  for (Clip& clip : dataset.clips) rename(clip.subject);
  for (Name& subject : dataset.info.subjects) rename(subject);
  std::sort(dataset.info.subjects.begin(), dataset.info.subjects.end());
  config::ProtocolConfig protocol;
  protocol.name = "leave-one-subject-out";
  std::string names;
  for (const Fold& fold : resolve_folds(protocol, dataset.info)) {
    names += fold.name + " ";
    EXPECT_EQ(make_split(dataset, fold.protocol).test.size(), 27U * 4U);
  }
  EXPECT_EQ(names, "1 2 4 5 6 7 Anna bob ");
  protocol.test = subjects({Name("bob")});
  EXPECT_EQ(describe(resolve_protocol(protocol, dataset.info)),
            "leave-one-subject-out, train subjects 1 2 4 5 6 7 Anna, test subjects bob");
  protocol.test = subjects({Name("anna")});
  EXPECT_THAT(refusal(ErrorKind::config, [&] { resolve_protocol(protocol, dataset.info); }),
              HasSubstr("subject anna does not exist; there are 1 2 4 5 6 7 Anna bob"));
}

TEST(Protocol, ASubjectWithoutRecordingsIsRefusedWhenTheDataAreThere) {
  EXPECT_THAT(refusal(ErrorKind::config, [] { split({}, grid(27, 4)); }),
              AllOf(HasSubstr("protocol.train.subjects"), HasSubstr("subject 5"), HasSubstr("there are 1 2 3 4")));
}

TEST(Protocol, ClassesAreChosenByNameOrGroupAndRelabeledInOrder) {
  config::ProtocolConfig protocol;
  protocol.classes = {"jog", "wave"};
  const Split two = split(protocol);
  EXPECT_THAT(two.classes, ElementsAre("wave", "jog"));
  for (const Clip& clip : two.train) EXPECT_EQ(clip.label, clip.id.rfind("a3_", 0) == 0 ? 0 : 1) << clip.id;
  protocol.classes = {"wrist"};
  EXPECT_EQ(split(protocol).classes.size(), 21U);
  EXPECT_EQ(split(protocol).test.size(), 21U * 16U);
}

TEST(Protocol, WrongClassesAreRefused) {
  config::ProtocolConfig protocol;
  protocol.classes = {"wave", "flying"};
  EXPECT_THAT(config_refusal(protocol), AllOf(HasSubstr("'flying'"), HasSubstr("wrist"), HasSubstr("swipe_left")));
  protocol.classes = {"wrist", "wave"};
  EXPECT_THAT(config_refusal(protocol), HasSubstr("'wave' is listed twice"));
  protocol.classes = {"wave"};
  EXPECT_THAT(config_refusal(protocol), HasSubstr("at least two"));
}

TEST(Protocol, SelectionByValidationNeedsValidation) {
  config::ProtocolConfig protocol;
  protocol.selection = config::Selection::val;
  EXPECT_THAT(config_refusal(protocol), HasSubstr("protocol.val"));
}

TEST(Protocol, AClassNobodyTrainsIsRefused) {
  EXPECT_THAT(refusal(ErrorKind::data, [] { split({}, grid(26)); }), HasSubstr("no training clip of squat"));
}

TEST(Protocol, APartWithoutClipsIsRefused) {
  Dataset dataset = grid(3);
  config::ProtocolConfig protocol;
  protocol.name = "explicit";
  protocol.classes = {"swipe_left", "swipe_right"};
  protocol.train = subjects({1});
  protocol.test = config::SplitPart{std::vector<Name>{2}, std::vector<Name>{4}};
  std::erase_if(dataset.clips, [](const Clip& c) { return c.subject == 2 && c.trial == 4 && c.label < 2; });
  EXPECT_THAT(refusal(ErrorKind::data, [&] { split(protocol, dataset); }), HasSubstr("the test part holds no clip"));
}

TEST(Protocol, ACopiedRecordingOnBothSidesIsRefused) {
  Dataset dataset = grid();
  Clip& copy = dataset.clips[4];  // subject 2
  copy.sensor = dataset.clips.front().sensor;
  copy.hash = clip_hash(copy);
  EXPECT_THAT(refusal(ErrorKind::data, [&] { split({}, dataset); }),
              AllOf(HasSubstr("a1_s2_t1"), HasSubstr("a1_s1_t1"), HasSubstr("equals")));
}

TEST(Protocol, ResolvingTwiceChangesNothing) {
  config::ProtocolConfig protocol;
  protocol.val = subjects({7});
  protocol.classes = {"wrist"};
  const config::ProtocolConfig once = resolve_protocol(protocol, readers::utd_mhad_info());
  const config::ProtocolConfig twice = resolve_protocol(once, readers::utd_mhad_info());
  EXPECT_EQ(describe(once), describe(twice));
  EXPECT_EQ(once.classes, twice.classes);
}

TEST(Protocol, TheDescriptionNamesThePartsAndSharedSubjects) {
  const auto text = [](const config::ProtocolConfig& protocol) {
    return describe(resolve_protocol(protocol, readers::utd_mhad_info()));
  };
  EXPECT_EQ(text({}), "cross-subject, train subjects 1 3 5 7, test subjects 2 4 6 8");
  config::ProtocolConfig protocol;
  protocol.allow_shared_subjects = true;
  EXPECT_THAT(text(protocol), Not(HasSubstr("SHARED"))) << "allowed, but not so";
  protocol.name = "subject-specific";
  EXPECT_EQ(text(protocol),
            "subject-specific, train subjects 1 2 3 4 5 6 7 8 trials 1 2, test subjects 1 2 3 4 5 6 7 8 trials 3 4, "
            "SUBJECTS SHARED");
}

TEST(Protocol, TheOrderOfNumbersHasNoMeaning) {
  config::ProtocolConfig protocol;
  protocol.name = "explicit";
  protocol.train = subjects({3, 1});
  protocol.test = subjects({4, 2});
  EXPECT_EQ(describe(resolve_protocol(protocol, readers::utd_mhad_info())),
            "explicit, train subjects 1 3, test subjects 2 4");
}

TEST(Protocol, AnOldDescriptionIsSorted) {
  EXPECT_EQ(sorted_description("own, train subjects 10 3 trials 2 1, test subjects 4 2, SUBJECTS SHARED"),
            "own, train subjects 3 10 trials 1 2, test subjects 2 4, SUBJECTS SHARED");
  for (const std::string line : {"", "own", "own, val subjects none", "split 2 1, train subjects 1 2"}) {
    EXPECT_EQ(sorted_description(line), line);
  }
}

TEST(Protocol, OneRecordingHasOneLabel) {
  Dataset dataset = grid();
  const auto copy_to = [&](const std::string& from, const std::string& to) {
    const auto clip = [&](const std::string& id) {
      return std::find_if(dataset.clips.begin(), dataset.clips.end(), [&](const Clip& c) { return c.id == id; });
    };
    clip(to)->hash = clip(from)->hash;
    return refusal(ErrorKind::data, [&] { split({}, dataset); });
  };
  EXPECT_THAT(copy_to("a1_s1_t1", "a2_s1_t1"),
              HasSubstr("clips a1_s1_t1 (swipe_left) and a2_s1_t1 (swipe_right) are one recording under two labels"));
  dataset = grid();
  EXPECT_THAT(copy_to("a1_s1_t1", "a2_s2_t1"), HasSubstr("under two labels")) << "also over parts";
  dataset = grid();
  EXPECT_THAT(copy_to("a1_s1_t1", "a1_s2_t1"), HasSubstr("a1_s2_t1 of the test part equals clip a1_s1_t1"));
}

TEST(RealUtdMhad, CrossSubjectHas431And430Clips) {
  PSKD_REAL_DATA_OR_SKIP(root, "utd-mhad");
  const Dataset dataset = readers::read_dataset(testing::utd_config(root));
  const Split headline = split({}, dataset);
  EXPECT_EQ(headline.train.size(), 431U);
  EXPECT_EQ(headline.test.size(), 430U);
  config::ProtocolConfig easier;
  easier.name = "subject-specific";
  easier.allow_shared_subjects = true;
  EXPECT_EQ(split(easier, dataset).train.size(), 432U);
  EXPECT_EQ(split(easier, dataset).test.size(), 429U);
}

}  // namespace
}  // namespace pskd::data
