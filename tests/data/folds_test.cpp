// Protocols of several folds: everybody is tested once, and by a model that has never seen him.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "data/readers/registry.hpp"
#include "data/readers/utd_mhad.hpp"
#include "pskd/config/load.hpp"
#include "pskd/data/protocol.hpp"
#include "support/dataset_config.hpp"
#include "support/real_data.hpp"
#include "support/refusal.hpp"
#include "support/utd_grid.hpp"

namespace pskd::data {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::refusal;
using testing::subjects;

using Names = std::vector<Name>;

config::ProtocolConfig leave_one_out() {
  config::ProtocolConfig protocol;
  protocol.name = "leave-one-subject-out";
  return protocol;
}

config::ProtocolConfig subject_folds(int folds, config::FoldSubjects of = config::FoldSubjects::train) {
  config::ProtocolConfig protocol;
  protocol.name = "subject-folds";
  protocol.folds = folds;
  protocol.of = of;
  return protocol;
}

std::vector<Fold> folds(const config::ProtocolConfig& protocol) {
  return resolve_folds(protocol, readers::utd_mhad_info());
}

config::ProtocolConfig resolved(const config::ProtocolConfig& protocol) {
  return resolve_protocol(protocol, readers::utd_mhad_info());
}

std::string config_refusal(const config::ProtocolConfig& protocol) {
  return refusal(ErrorKind::config, [&] { folds(protocol); });
}

std::string hash(const config::ProtocolConfig& protocol) {
  config::Experiment experiment;
  experiment.protocol = resolved(protocol);
  return config::config_hash(experiment);
}

std::vector<std::string> names(const std::vector<Fold>& folds) {
  std::vector<std::string> list;
  for (const Fold& fold : folds) list.push_back(fold.name);
  return list;
}

Names tested(const Fold& fold) { return fold.protocol.test->subjects.value(); }
Names trained(const Fold& fold) { return fold.protocol.train->subjects.value(); }

TEST(Folds, AProtocolOfOneSplitIsOneFoldWithoutAName) {
  config::ProtocolConfig one = leave_one_out();
  one.test = subjects({3});
  for (const config::ProtocolConfig& protocol : {config::ProtocolConfig{}, one}) {
    const std::vector<Fold> only = folds(protocol);
    EXPECT_THAT(names(only), ElementsAre(""));
    EXPECT_EQ(describe(only.front().protocol), describe(resolved(protocol)));
  }
}

TEST(Folds, LeaveOneSubjectOutHasOneForEachSubject) {
  const std::vector<Fold> all = folds(leave_one_out());
  EXPECT_THAT(names(all), ElementsAre("1", "2", "3", "4", "5", "6", "7", "8"));
  EXPECT_THAT(tested(all[2]), ElementsAre(3));
  EXPECT_THAT(trained(all[2]), ElementsAre(1, 2, 4, 5, 6, 7, 8));
  EXPECT_EQ(describe(all[2].protocol), "leave-one-subject-out, train subjects 1 2 4 5 6 7 8, test subjects 3");
  EXPECT_EQ(describe(resolved(leave_one_out())),
            "leave-one-subject-out, 8 folds, train subjects 1 2 3 4 5 6 7 8, test subjects 1 2 3 4 5 6 7 8");
}

TEST(Folds, ListsChooseWhoIsTestedAndWhoTrains) {
  config::ProtocolConfig protocol = leave_one_out();
  protocol.test = subjects({5, 2});
  EXPECT_THAT(names(folds(protocol)), ElementsAre("2", "5"));
  EXPECT_THAT(trained(folds(protocol)[1]), ElementsAre(1, 2, 3, 4, 6, 7, 8));
  protocol.train = subjects({1, 5, 2});
  EXPECT_THAT(trained(folds(protocol)[1]), ElementsAre(1, 2));
}

TEST(Folds, SubjectFoldsDealTheTrainingSubjectsInTurn) {
  const std::vector<Fold> two = folds(subject_folds(2));
  EXPECT_THAT(names(two), ElementsAre("1", "2"));
  EXPECT_THAT(tested(two[0]), ElementsAre(1, 5));
  EXPECT_THAT(trained(two[0]), ElementsAre(3, 7)) << "nobody else is used";
  EXPECT_THAT(tested(two[1]), ElementsAre(3, 7));
  const std::vector<Fold> three = folds(subject_folds(3, config::FoldSubjects::all));
  EXPECT_THAT(tested(three[0]), ElementsAre(1, 4, 7));
  EXPECT_THAT(tested(three[2]), ElementsAre(3, 6));
  EXPECT_THAT(trained(three[2]), ElementsAre(1, 2, 4, 5, 7, 8));
  EXPECT_EQ(describe(resolved(subject_folds(2))),
            "subject-folds, 2 folds, train subjects 1 3 5 7, test subjects 1 3 5 7");
}

TEST(Folds, EverybodyIsTestedOnceAndNeverWhereHeTrainsOrValidates) {
  std::vector<config::ProtocolConfig> protocols = {leave_one_out()};
  for (int count = 2; count <= 8; ++count) protocols.push_back(subject_folds(count, config::FoldSubjects::all));
  config::ProtocolConfig validated = leave_one_out();
  validated.val = subjects({7, 8});
  protocols.push_back(validated);
  for (const config::ProtocolConfig& protocol : protocols) {
    std::map<Name, int> times;
    for (const Fold& fold : folds(protocol)) {
      std::set<Name> seen;
      for (const auto& part : {fold.protocol.train, fold.protocol.val, fold.protocol.test}) {
        for (const Name& subject : part->subjects.value()) EXPECT_TRUE(seen.insert(subject).second) << fold.name;
      }
      for (const Name& subject : tested(fold)) ++times[subject];
    }
    for (int subject = 1; subject <= 8; ++subject) EXPECT_EQ(times[subject], 1) << describe(resolved(protocol));
  }
}

TEST(Folds, WhoValidatesDoesSoInEveryFoldButHisOwn) {
  config::ProtocolConfig protocol = leave_one_out();
  protocol.val = subjects({8, 7});
  protocol.selection = config::Selection::val;
  const std::vector<Fold> all = folds(protocol);
  EXPECT_THAT(all[2].protocol.val->subjects.value(), ElementsAre(7, 8));
  EXPECT_THAT(all[7].protocol.val->subjects.value(), ElementsAre(7));
  EXPECT_THAT(trained(all[7]), ElementsAre(1, 2, 3, 4, 5, 6)) << "he never trains";
}

TEST(Folds, AFoldWithoutItsValidationSubjectsIsRefused) {
  config::ProtocolConfig protocol = leave_one_out();
  protocol.val = subjects({8});
  EXPECT_THAT(config_refusal(protocol),
              AllOf(HasSubstr("fold 8: protocol.val.subjects"), HasSubstr("protocol.test.subjects")));
  protocol.test = subjects({1, 2});
  EXPECT_EQ(folds(protocol).size(), 2U) << "its advice works";
}

TEST(Folds, MoreFoldsThanSubjectsAreRefused) {
  EXPECT_EQ(folds(subject_folds(4)).size(), 4U);
  EXPECT_THAT(config_refusal(subject_folds(5)), AllOf(HasSubstr("protocol.folds"), HasSubstr("1 3 5 7, found 5")));
}

TEST(Folds, OfTheTrainingSubjectsNobodyElseIsUsed) {
  config::ProtocolConfig protocol = subject_folds(2);
  protocol.val = subjects({2});
  EXPECT_THAT(config_refusal(protocol), AllOf(HasSubstr("protocol.val.subjects"), HasSubstr("there are 1 3 5 7")));
  DatasetInfo unknown = readers::utd_mhad_info();
  unknown.protocols.clear();
  EXPECT_THAT(refusal(ErrorKind::config, [&] { resolve_folds(subject_folds(2), unknown); }),
              AllOf(HasSubstr("protocol.of"), HasSubstr("all")));
}

// The lists of cross-subject, left standing when the name is changed, would make four folds that train on the same
// people.
TEST(Folds, ListsThatAreNoFoldsAreRefused) {
  config::ProtocolConfig protocol = leave_one_out();
  protocol.train = subjects({1, 3, 5, 7});
  protocol.test = subjects({2, 4, 6, 8});
  EXPECT_THAT(config_refusal(protocol), AllOf(HasSubstr("protocol.train.subjects"), HasSubstr("protocol.train=null")));
}

TEST(Folds, AFoldIsHeldToWhatASplitIsHeldTo) {
  config::ProtocolConfig protocol = leave_one_out();
  protocol.train = subjects({1, 2});
  protocol.val = subjects({2, 3});
  EXPECT_THAT(config_refusal(protocol), HasSubstr("fold 1: protocol.train and protocol.val"));
  protocol = leave_one_out();
  protocol.train = subjects({2});
  EXPECT_THAT(config_refusal(protocol), HasSubstr("fold 2: protocol.train: no subject"));
  protocol = leave_one_out();
  protocol.test = subjects({});
  EXPECT_THAT(config_refusal(protocol), HasSubstr("protocol.test.subjects"));
}

TEST(Folds, WhoIsLeftOutNeverTrainsWhateverTheTrials) {
  config::ProtocolConfig protocol = leave_one_out();
  protocol.train = config::SplitPart{std::nullopt, Names{1, 2}};
  EXPECT_THAT(trained(folds(protocol)[2]), Not(::testing::Contains(3)));
  protocol.test = config::SplitPart{Names{3}, Names{3, 4}};
  protocol.allow_shared_subjects = true;
  EXPECT_EQ(describe(folds(protocol).front().protocol),
            "leave-one-subject-out, train subjects 1 2 4 5 6 7 8 trials 1 2, test subjects 3 trials 3 4");
}

TEST(Folds, ResolvingTwiceChangesNothing) {
  config::ProtocolConfig narrowed = leave_one_out();
  narrowed.val = subjects({6, 5});
  narrowed.test = subjects({2, 1});
  for (const config::ProtocolConfig& protocol : {leave_one_out(), subject_folds(3), narrowed}) {
    EXPECT_EQ(hash(resolved(protocol)), hash(protocol));
    for (const Fold& fold : folds(protocol)) {
      const std::vector<Fold> again = folds(fold.protocol);
      EXPECT_THAT(names(again), ElementsAre("")) << "a fold is one split";
      EXPECT_EQ(hash(again.front().protocol), hash(fold.protocol));
      EXPECT_EQ(describe(again.front().protocol), describe(fold.protocol));
    }
  }
}

TEST(Folds, TwoSpellingsHaveOneHash) {
  config::ProtocolConfig spelled = leave_one_out();
  spelled.test = subjects({8, 7, 6, 5, 4, 3, 2, 1});
  EXPECT_EQ(hash(spelled), hash(leave_one_out()));
  spelled.train = subjects({1, 2, 3, 4, 5, 6, 7, 8});
  spelled.val = subjects({});
  EXPECT_EQ(hash(spelled), hash(leave_one_out()));
  spelled.test = subjects({1, 2, 3, 4, 5, 6, 7});
  EXPECT_NE(hash(spelled), hash(leave_one_out()));
  config::ProtocolConfig four = subject_folds(4);
  four.test = subjects({1, 3, 5, 7});
  EXPECT_EQ(hash(four), hash(subject_folds(4)));
  EXPECT_NE(hash(subject_folds(4)), hash(subject_folds(2)));
}

TEST(Folds, AProtocolOfSeveralIsNoSplit) {
  const Dataset dataset{readers::utd_mhad_info(), {}, ""};
  EXPECT_THAT(refusal(ErrorKind::config, [&] { make_split(dataset, resolved(leave_one_out())); }),
              HasSubstr("leave-one-subject-out has 8 folds"));
}

TEST(RealUtdMhad, TheFoldsOfLeaveOneSubjectOutTestEachOf861ClipsOnce) {
  PSKD_REAL_DATA_OR_SKIP(root, "utd-mhad");
  const Dataset dataset = readers::read_dataset(testing::utd_config(root));
  const std::vector<Fold> all = resolve_folds(leave_one_out(), dataset.info);
  EXPECT_EQ(all.size(), 8U);
  std::set<std::string> clips;
  for (const Fold& fold : all) {
    const Split split = make_split(dataset, fold.protocol);
    EXPECT_EQ(split.train.size() + split.test.size(), 861U) << fold.name;
    for (const Clip& clip : split.train) EXPECT_NE(clip.subject.text(), fold.name);
    for (const Clip& clip : split.test) {
      EXPECT_EQ(clip.subject.text(), fold.name);
      EXPECT_TRUE(clips.insert(clip.id).second) << clip.id;
    }
  }
  EXPECT_EQ(clips.size(), 861U);
}

}  // namespace
}  // namespace pskd::data
