// What characters of a config file and of a command line mean: no text is cut, and what nobody sees is named.
#include <gmock/gmock.h>

#include "config_files.hpp"

namespace pskd::config {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kSmallest;
using ::testing::Not;

constexpr const char* kLeftOut = "expected a value, found nothing; null is the word for the default";

class CommandLineValue : public testing::ConfigFiles {
 protected:
  std::string root_set_to(const std::string& value) const { return load(kSmallest, {"data.root=" + value}).data.root; }
};

TEST_F(CommandLineValue, IsTheTextAsItStands) {
  for (const std::string text :
       {"/data/set #2", "#hidden", "a # b # c", "%TAG", "--- x", "... x", "&anchor x", "*x", "@home", "`pwd`", "| x",
        "> x", "? x", "x, y", "null#x", "null, a", "~}", "\xee\x80\x80 #1"}) {
    EXPECT_EQ(root_set_to(text), text);
  }
}

TEST_F(CommandLineValue, InQuotesOrBracketsKeepsItsNumberSign) {
  EXPECT_EQ(root_set_to("'a #1'"), "a #1");
  EXPECT_EQ(root_set_to("\"a #1\""), "a #1");
  EXPECT_THAT(load(kSmallest, {"protocol.classes=[wave #1, 'clap #2', throw]"}).protocol.classes,
              ElementsAre("wave #1", "clap #2", "throw"));
  EXPECT_EQ(load(kSmallest, {"data={root: set #3}"}).data.root, "set #3");
  EXPECT_THAT(problems(kSmallest, {"seeds=[1, 2] # and 3"}),
              ElementsAre("--set seeds: expected one value, found more behind it"));
}

TEST_F(CommandLineValue, KeepsItsNumberSignInMessagesToo) {
  const auto told = [&](const std::string& setting) { return problems(kSmallest, {setting}); };
  EXPECT_THAT(told("data={b #1: , root: c}"), Contains(AllOf(HasSubstr("b #1: "), HasSubstr(kLeftOut))));
  EXPECT_THAT(told("data={b #1: 2, b #1: 3}"), Contains(HasSubstr("b #1: expected each key once")));
  EXPECT_THAT(told("data={root: b\xc2\xa0#1}"), Contains(HasSubstr("'b<U+00A0>#1'")));
  EXPECT_THAT(told("data.root=\"a\\#1\""), Contains(HasSubstr("unknown escape character: #")));
  for (const char* setting : {"data=[#1", "data={#1", "data=[a #1}", "data=['#1"}) {
    EXPECT_THAT(told(setting), Each(Not(HasSubstr("\xee")))) << setting;
  }
}

TEST_F(CommandLineValue, OfListsAndMapsIsYaml) {
  EXPECT_THAT(load(kSmallest, {"seeds=[4, 5]"}).seeds, ElementsAre(4, 5));
  EXPECT_THAT(load(kSmallest, {"seeds=- 4\n- 5"}).seeds, ElementsAre(4, 5));
  EXPECT_EQ(load(kSmallest, {"run=name: x"}).run.name, "x");
  EXPECT_EQ(load(kSmallest, {"run.threads= 2 "}).run.threads, 2);
}

TEST_F(CommandLineValue, LeftOutIsAnErrorAndNullTheDefault) {
  for (const std::string value : {"", " ", "\t", "\xc2\xa0", "!replace"}) {
    EXPECT_THAT(problems(kSmallest, {"stages.student.epochs=" + value}),
                ElementsAre(std::string("--set stages.student.epochs: ") + kLeftOut))
        << value;
  }
  for (const std::string value : {"null", "~", "Null", " NULL "}) {
    EXPECT_EQ(load(kSmallest, {"stages.student.epochs=" + value}).stages[0].epochs, StageConfig{}.epochs);
  }
  EXPECT_THAT(problems(kSmallest, {"data.root=''x"}),
              ElementsAre("--set data.root: expected one value, found more behind it"));
}

using ConfigText = testing::ConfigFiles;

TEST_F(ConfigText, AValueThatIsLeftOutIsAnError) {
  const auto refused = [&](const std::string& text, int line, const std::string& key) {
    EXPECT_THAT(problems(text + kSmallest),
                ::testing::Contains("a.yaml:" + std::to_string(line) + ": " + key + kLeftOut))
        << text;
  };
  refused("run:\n  threads:\n", 2, "threads: ");
  refused("run: {threads: }\n", 1, "threads: ");
  refused("run:\n", 1, "run: ");
  refused("run:   # nothing\n", 1, "run: ");
  refused("data:\n  channels: [ax, , az]\n", 2, "");
  refused("protocol:\n  train:\n  test: {subjects: [1]}\n", 2, "train: ");
  refused("run: !replace\n", 1, "run: ");
}

TEST_F(ConfigText, NullIsTheWordForTheDefault) {
  for (const char* word : {"null", "~", "Null", "NULL", "null # why", "&x null"}) {
    EXPECT_THAT(problems("run:\n  threads: " + std::string(word) + "\n" + kSmallest), IsEmpty()) << word;
    EXPECT_THAT(problems("run: {threads: " + std::string(word) + "\n  }\n" + kSmallest), IsEmpty()) << word;
  }
}

TEST_F(ConfigText, AFileMayBeginWithAByteOrderMark) {
  EXPECT_THAT(problems("\xef\xbb\xbf" + kSmallest), IsEmpty());
  EXPECT_THAT(problems("\xef\xbb\xbfrun: {threads: null}\n" + kSmallest), IsEmpty());
}

TEST_F(ConfigText, TabsAreNamed) {
  for (const char* text : {"run:\n\tthreads: 1\n", "run:\n  name: x\n\tthreads: 1\n"}) {
    EXPECT_THAT(problems(text + kSmallest), ElementsAre(HasSubstr("has a tab; YAML takes blanks only for the depth")))
        << text;
  }
  EXPECT_THAT(problems("run:\n\tthreads: 1\n"), ElementsAre(HasSubstr("column 1 of line 2 has a tab")));
}

TEST_F(ConfigText, HiddenCharactersAreNamedWithTheirPlace) {
  EXPECT_THAT(problems("run: {threads: 1\xc2\xa0}\n" + kSmallest),
              ::testing::Contains("a.yaml:1: column 17: found a no-break space (U+00A0) in '1<U+00A0>'; write a plain "
                                  "blank or nothing, or put the text in quotes if it belongs there"));
  EXPECT_THAT(problems("run:\n\xc2\xa0threads: 1\n" + kSmallest),
              ::testing::Contains(HasSubstr("no-break space (U+00A0)")));
  EXPECT_THAT(problems("run: {threads:\xc2\xa0"
                       "1}\n" +
                       kSmallest),
              ::testing::Contains(HasSubstr("no-break space (U+00A0)")));
  EXPECT_THAT(problems("seeds: [1]\nrun:\xe3\x80\x80{threads: 1}\n" + kSmallest),
              ::testing::Contains(HasSubstr("an ideographic space (U+3000)")));
  EXPECT_THAT(problems("data: {root: a\xe2\x80\x8b"
                       "b}\n" +
                       kSmallest),
              ElementsAre(HasSubstr("column 15: found a zero width space (U+200B) in 'a<U+200B>b'")));
}

TEST_F(ConfigText, HiddenCharactersInQuotesAreMeant) {
  EXPECT_EQ(load("data: {root: 'a\xc2\xa0"
                 "b'}\n" +
                 kSmallest)
                .data.root,
            "a\xc2\xa0"
            "b");
  EXPECT_THAT(problems("data: {root: a} # a\xc2\xa0"
                       "b\n" +
                       kSmallest),
              IsEmpty());
}

TEST_F(ConfigText, BooleansAreThoseOfYaml12) {
  for (const char* word : {"true", "True", "TRUE"}) {
    EXPECT_TRUE(load("protocol: {allow_shared_subjects: " + std::string(word) + "}\n" + kSmallest)
                    .protocol.allow_shared_subjects);
  }
  for (const char* word : {"false", "False", "FALSE"}) {
    EXPECT_FALSE(load("protocol: {allow_shared_subjects: " + std::string(word) + "}\n" + kSmallest)
                     .protocol.allow_shared_subjects);
  }
  EXPECT_FALSE(problems("protocol: {allow_shared_subjects: tRUE}\n" + kSmallest).empty());
}

TEST_F(ConfigText, NamesOfFoldersSayWhichLetters) {
  EXPECT_THAT(problems("run: {name: gr\xc3\xb6\xc3\x9f"
                       "e}\n" +
                       kSmallest),
              ElementsAre(HasSubstr("letters a to z and A to Z")));
}

TEST_F(ConfigText, ALongNameIsCutBetweenItsCharacters) {
  std::string name;
  for (int i = 0; i < 50; ++i) name += "\xe2\x82\xac";
  const std::vector<std::string> told = problems("run: {device: x" + name + "}\n" + kSmallest);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0], HasSubstr("\xe2\x82\xac...'"));
}

// ---- sets, and one value with two spellings ---------------------------------------------------------------

TEST_F(ConfigText, TheOrderOfASetIsNotPartOfTheHash) {
  const auto hash = [&](const std::string& protocol) {
    return config_hash(load("protocol: " + protocol + "\n" + kSmallest));
  };
  const std::string sorted =
      "{name: explicit, train: {subjects: [1, 3], trials: [1, 2]}, test: {subjects: [2, 4, 10]}}";
  EXPECT_EQ(hash(sorted),
            hash("{name: explicit, train: {subjects: [3, 1], trials: [2, 1]}, test: {subjects: [10, 4, 2]}}"));
  EXPECT_NE(hash(sorted),
            hash("{name: explicit, train: {subjects: [1, 3], trials: [1, 2]}, test: {subjects: [2, 4]}}"));
}

TEST_F(ConfigText, SubjectsAreNumbersAndNames) {
  const auto subjects = [&](const std::string& list) {
    return load("protocol: {train: {subjects: " + list + "}}\n" + kSmallest);
  };
  const Experiment mixed = subjects("[bob, 10, \"e\xcc\x81va\", 2, Anna, \"null\"]");
  EXPECT_THAT(to_yaml(mixed), HasSubstr("    subjects: [2, 10, Anna, bob, \"null\", \"\xc3\xa9va\"]\n"));
  EXPECT_EQ(to_yaml(load(to_yaml(mixed))), to_yaml(mixed));
  EXPECT_EQ(config_hash(subjects("[1, 3]")), config_hash(subjects("[\"03\", 01]")));
  EXPECT_EQ(config_hash(load(kSmallest, {"protocol.train.subjects=[bob, anna]"})),
            config_hash(subjects("[anna, bob]")));
}

TEST_F(ConfigText, WhatIsNoNameOfASubjectIsRefused) {
  const auto told = [&](const std::string& list) {
    return problems("protocol: {test: {trials: " + list + "}}\n" + kSmallest);
  };
  for (const char* list : {"[\"a,b\"]", "[\"a/b\"]", "[\"\"]", "[\"a\\tb\"]", "[[1]]", "[~]"}) {
    ASSERT_EQ(told(list).size(), 1U) << list;
    EXPECT_THAT(told(list)[0], HasSubstr("protocol.test.trials[0]: expected a number, or a name of at most 100 bytes"));
  }
  EXPECT_THAT(told("[1, 01]").at(0), HasSubstr("protocol.test.trials[1]: expected each value once"));
  EXPECT_THAT(told("[anna, \" anna\"]").at(0), HasSubstr("expected each value once"));
}

TEST_F(ConfigText, MinusZeroIsZero) {
  EXPECT_EQ(config_hash(load("views: {crop: 0}\n" + kSmallest)), config_hash(load("views: {crop: -0}\n" + kSmallest)));
  EXPECT_EQ(config_hash(load("views: {crop: 0}\n" + kSmallest)),
            config_hash(load("views: {crop: -0.0}\n" + kSmallest)));
}

// ---- includes and sizes -----------------------------------------------------------------------------------

TEST_F(ConfigText, OnlyAFileIncludesOthers) {
  write("b.yaml", "seeds: [7]\n");
  const std::string told = ": include: only a file can include others; write it there";
  EXPECT_THAT(problems(kSmallest, {"include=b.yaml"}), ElementsAre("--set include" + told));
  EXPECT_THAT(problems(kSmallest, {"include=[b.yaml]"}), ElementsAre("--set include" + told));
}

TEST_F(ConfigText, AFileThatManyIncludeIsReadOnce) {
  constexpr int kFiles = 45;
  const auto name = [](int i) { return "f" + std::to_string(i) + ".yaml"; };
  write(name(kFiles), "seeds: [7]\n");
  for (int i = 0; i < kFiles; ++i) write(name(i), "include: [" + name(i + 1) + ", " + name(i + 1) + "]\n");
  EXPECT_THAT(load("include: f0.yaml\n" + kSmallest).seeds, ElementsAre(7));
}

TEST_F(ConfigText, ALongChainOfIncludesIsRefused) {
  constexpr int kFiles = 51;
  for (int i = 0; i < kFiles; ++i) {
    write("f" + std::to_string(i) + ".yaml", "include: f" + std::to_string(i + 1) + ".yaml\n");
  }
  EXPECT_THAT(problems("include: f0.yaml\n" + kSmallest),
              ElementsAre("f48.yaml:1: include: expected a chain of at most 50 files, found a longer one"));
}

TEST_F(ConfigText, NinetyThousandSeedsAreReadAtOnce) {
  std::string seeds, keys;
  for (int i = 0; i < 90'000; ++i) {
    seeds += std::to_string(i) + ", ";
    keys += "k" + std::to_string(i) + ": 1\n";
  }
  EXPECT_EQ(load("seeds: [" + seeds + "]\n" + kSmallest).seeds.size(), 90'000U);
  EXPECT_EQ(problems(keys + kSmallest).size(), 21U);
}

}  // namespace
}  // namespace pskd::config
