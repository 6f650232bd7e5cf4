// Recordings that nobody labeled: who they are of, and that what they show cannot be read.
#include <gmock/gmock.h>

#include <algorithm>
#include <type_traits>

#include "data/no_label.hpp"
#include "data/readers/utd_mhad.hpp"
#include "pskd/data/protocol.hpp"
#include "support/refusal.hpp"
#include "support/utd_grid.hpp"

namespace pskd::data {
namespace {

using testing::grid;
using ::testing::HasSubstr;
using testing::refusal;
using testing::subjects;
using testing::trials;
using Names = std::vector<Name>;

config::ProtocolConfig protocol(const std::string& name, const config::SplitPart& unlabeled) {
  config::ProtocolConfig made;
  made.name = name;
  made.unlabeled = config::UnlabeledPart{unlabeled};
  return made;
}

config::ProtocolConfig resolved(const config::ProtocolConfig& given) {
  return resolve_protocol(given, readers::utd_mhad_info());
}

static_assert(!std::is_convertible_v<Recording, Clip>, "an unlabeled recording has no label to read");

TEST(Unlabeled, OfPeopleOfTheirOwnDoNotTrainWithLabels) {
  const config::ProtocolConfig semi = resolved(protocol("cross-subject", subjects({5, 7})));
  EXPECT_EQ(describe(semi), "cross-subject, train subjects 1 3, unlabeled subjects 5 7, test subjects 2 4 6 8");
  const Split split = make_split(grid(), semi);
  EXPECT_EQ(split.train.size(), 216U);
  EXPECT_EQ(split.unlabeled.size(), 216U);
  EXPECT_EQ(split.test.size(), 432U);
}

TEST(Unlabeled, PersonalIsOfThePeopleWhoAreTestedInOtherTrials) {
  const config::ProtocolConfig personal = resolved(protocol("personal", trials({1, 2})));
  EXPECT_EQ(
      describe(personal),
      "personal, train subjects 1 3 5 7, unlabeled subjects 2 4 6 8 trials 1 2, test subjects 2 4 6 8 trials 3 4");
  EXPECT_EQ(describe(resolved(personal)), describe(personal)) << "what is resolved stays so";
  const Split split = make_split(grid(), personal);
  EXPECT_EQ(split.train.size(), 432U);
  EXPECT_EQ(split.unlabeled.size(), 216U);
  EXPECT_EQ(split.test.size(), 216U);
}

TEST(Unlabeled, OfAFoldAreOfThePersonWhoIsLeftOut) {
  const std::vector<Fold> folds =
      resolve_folds(protocol("leave-one-subject-out", trials({1, 2})), readers::utd_mhad_info());
  ASSERT_EQ(folds.size(), 8U);
  EXPECT_EQ(describe(folds[2].protocol),
            "leave-one-subject-out, train subjects 1 2 4 5 6 7 8, unlabeled subjects 3 trials 1 2, "
            "test subjects 3 trials 3 4");
  for (const Fold& fold : folds) {
    const Split split = make_split(grid(), fold.protocol);
    EXPECT_EQ(split.unlabeled.size(), 54U);
    EXPECT_EQ(split.test.size(), 54U);
  }
}

TEST(Unlabeled, ComeInAnOrderThatTheirLabelsDoNotDecide) {
  const config::ProtocolConfig personal = resolved(protocol("personal", trials({1, 2})));
  const auto names = [&](const Dataset& given) {
    std::vector<std::string> list;
    for (const Recording& one : make_split(given, personal).unlabeled) list.push_back(one.id);
    return list;
  };
  Dataset shuffled = grid();
  std::vector<Clip*> unlabeled;
  for (Clip& clip : shuffled.clips) {
    const bool is_tested =
        std::count(personal.test->subjects->begin(), personal.test->subjects->end(), clip.subject) > 0;
    if (is_tested && clip.trial < Name(3)) unlabeled.push_back(&clip);
  }
  for (Clip* clip : unlabeled) clip->label = (clip->label * 5 + 7) % 27;
  std::stable_sort(shuffled.clips.begin(), shuffled.clips.end(),
                   [](const Clip& a, const Clip& b) { return a.label < b.label; });
  EXPECT_EQ(names(shuffled), names(grid()));
}

TEST(Unlabeled, AreOfAllClassesUnlessTheyAreListed) {
  config::ProtocolConfig known = protocol("personal", trials({1, 2}));
  known.classes = {"wave", "clap", "throw"};
  EXPECT_EQ(make_split(grid(), resolved(known)).unlabeled.size(), 216U) << "also of classes that are not kept";
  known.unlabeled->classes = {"clap", "wave"};
  const config::ProtocolConfig some = resolved(known);
  EXPECT_THAT(describe(some), HasSubstr("unlabeled subjects 2 4 6 8 trials 1 2 of 2 classes"));
  EXPECT_EQ(some.unlabeled->classes, (std::vector<std::string>{"wave", "clap"})) << "in the order of their labels";
  const Split split = make_split(grid(), some);
  EXPECT_EQ(split.unlabeled.size(), 16U);
  EXPECT_EQ(split.test.size(), 24U) << "of all classes that are kept";
  known.unlabeled->classes = {"fly"};
  EXPECT_THAT(refusal(ErrorKind::config, [&] { resolved(known); }),
              HasSubstr("protocol.unlabeled.classes: unknown class 'fly'"));
}

TEST(Unlabeled, AreRevealedToWhoScoresThemAfterwards) {
  config::ProtocolConfig personal = protocol("personal", trials({1, 2}));
  personal.classes = {"wave", "clap", "throw"};
  personal = resolved(personal);
  const Split split = make_split(grid(), personal);
  const std::vector<Clip> revealed = reveal_unlabeled(grid(), personal);
  EXPECT_EQ(revealed.size(), 24U) << "of the classes that are kept";
  const Dataset whole = grid();
  for (const Clip& clip : revealed) {
    const auto same = [&](const Recording& one) { return one.id == clip.id; };
    EXPECT_TRUE(std::any_of(split.unlabeled.begin(), split.unlabeled.end(), same)) << clip.id;
    const auto found = std::find_if(whole.clips.begin(), whole.clips.end(), same);
    EXPECT_EQ(split.classes[static_cast<std::size_t>(clip.label)],
              whole.info.classes[static_cast<std::size_t>(found->label)]);
  }
}

TEST(Unlabeled, OfPeopleWhoAreTestedNeedAProtocolThatSaysSo) {
  config::ProtocolConfig leaking = protocol("cross-subject", trials({1, 2}));
  leaking.unlabeled->subjects = Names{2, 4};
  leaking.test = trials({3, 4});
  leaking.test->subjects = Names{2, 4};
  EXPECT_THAT(refusal(ErrorKind::config, [&] { resolved(leaking); }), HasSubstr("call it protocol.name: personal"));
}

TEST(Unlabeled, NeverHoldATestClip) {
  config::ProtocolConfig both = protocol("personal", trials({1, 2}));
  both.test = trials({2, 3});
  EXPECT_THAT(refusal(ErrorKind::config, [&] { resolved(both); }), HasSubstr("both hold"));
  Dataset twins = grid();
  const auto clip = [&](const std::string& id) {
    return std::find_if(twins.clips.begin(), twins.clips.end(), [&](const Clip& one) { return one.id == id; });
  };
  clip("a1_s2_t1")->hash = clip("a1_s2_t3")->hash;
  EXPECT_THAT(refusal(ErrorKind::data,
                      [&] {
                        make_split(twins, resolved(protocol("personal", trials({1, 2}))));
                      }),
              HasSubstr("clip a1_s2_t1 of the unlabeled part equals clip a1_s2_t3"));
}

TEST(Unlabeled, PersonalNeedsThem) {
  config::ProtocolConfig without;
  without.name = "personal";
  EXPECT_THAT(refusal(ErrorKind::config, [&] { resolved(without); }), HasSubstr("protocol.unlabeled.trials=[1, 2]"));
}

TEST(Unlabeled, MayBeAllThereIsWhereNobodyIsTested) {
  config::ProtocolConfig alone = protocol("personal", subjects({2, 4}));
  alone.train = alone.test = subjects({});
  const Split split = make_split(grid(), resolved(alone));
  EXPECT_EQ(split.unlabeled.size(), 216U);
  EXPECT_TRUE(split.train.empty() && split.test.empty());
}

TEST(Unlabeled, RecordingsThatNobodyLabeledCanOnlyBeThat) {
  Dataset dataset = grid();
  dataset.info.classes.emplace_back(kNoLabel);
  for (Clip& clip : dataset.clips) {
    if (clip.subject == Name(2)) clip.label = 27;
  }
  const config::ProtocolConfig tested = resolve_protocol(protocol("cross-subject", subjects({5, 7})), dataset.info);
  EXPECT_EQ(tested.classes.size(), 27U);
  EXPECT_THAT(refusal(ErrorKind::data, [&] { make_split(dataset, tested); }),
              HasSubstr("of the test part has no label; give it one, or take it into protocol.unlabeled alone"));
  const config::ProtocolConfig unlabeled = resolve_protocol(protocol("personal", subjects({2})), dataset.info);
  EXPECT_EQ(make_split(dataset, unlabeled).unlabeled.size(), 108U);
  config::ProtocolConfig named = protocol("cross-subject", subjects({5, 7}));
  named.classes = {"wave", kNoLabel};
  EXPECT_THAT(refusal(ErrorKind::config, [&] { resolve_protocol(named, dataset.info); }),
              HasSubstr("(no label) is no class"));
}

TEST(Unlabeled, NeedNotShowAllTheClassesThatTeachersTellApart) {
  config::ProtocolConfig alone = protocol("personal", subjects({2}));
  alone.train = alone.test = subjects({});
  alone.classes = {"wave", "never shown", "clap"};
  EXPECT_EQ(make_split(grid(), resolved(alone)).classes, alone.classes);
}

}  // namespace
}  // namespace pskd::data
