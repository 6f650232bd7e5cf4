// Forms of names in which equal ones are equal bytes, and characters that nobody sees.
#include "base/unicode.hpp"

#include <gmock/gmock.h>

namespace pskd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(StoredForm, IsComposedAndWithoutBlanksAtItsEnds) {
  EXPECT_EQ(stored_form("e\xcc\x81t\xc3\xa9"), "\xc3\xa9t\xc3\xa9");
  EXPECT_EQ(stored_form("\xef\xbb\xbf wave\xc2\xa0\t"), "wave");
  EXPECT_EQ(stored_form("arm up"), "arm up");
  EXPECT_EQ(stored_form("\xe3\x80\x80\xe2\x80\x8b"), "");
  EXPECT_EQ(stored_form("Wave"), "Wave") << "case is kept";
}

TEST(ComparedForm, HasNeitherCaseNorWidthNorHiddenCharacters) {
  for (const std::string name : {"Wave", "WAVE", "wa\xe2\x80\x8bve", "wa\xc2\xadve", "\xef\xbb\xbfwave", "wave ",
                                 "\xef\xbd\x97\xef\xbd\x81ve"}) {
    EXPECT_EQ(compared_form(name), "wave");
  }
  EXPECT_EQ(compared_form("arm \xc2\xa0 up"), "arm up");
  EXPECT_EQ(compared_form("stra\xc3\x9f"
                          "e"),
            compared_form("STRASSE"));
  EXPECT_NE(compared_form("\xc3\xa9"), compared_form("e")) << "letters with accents are others";
}

TEST(ExtensionOf, AFileHasNoCase) {
  EXPECT_EQ(extension_of("runs/Watch.CSV"), ".csv");
  EXPECT_EQ(extension_of("clip.tar.Gz"), ".gz");
  EXPECT_EQ(extension_of("README"), "");
  EXPECT_EQ(extension_of(".hidden"), "");
}

TEST(AlikeNames, AreThoseThatAReaderTakesForOne) {
  EXPECT_THAT(alike_names({"wave", "clap", "Wave", "throw", "CLAP"}),
              ElementsAre(ElementsAre("clap", "CLAP"), ElementsAre("wave", "Wave")));
  EXPECT_THAT(alike_names({"sit", "sit_down", "sit2"}), IsEmpty());
  EXPECT_THAT(alike_names({"sit_down", "Sit down", "P01", "p1", "p10", "1", "1.0", "10", "1.05", "1.5"}),
              ElementsAre(ElementsAre("1", "1.0"), ElementsAre("P01", "p1"), ElementsAre("sit_down", "Sit down")));
}

TEST(HiddenCharacters, AreFoundAndShown) {
  const auto hidden = find_hidden_character(
      "ab\xc2\xa0"
      "c");
  ASSERT_TRUE(hidden);
  EXPECT_EQ(hidden->offset, 2U);
  EXPECT_EQ(hidden->name, "a no-break space (U+00A0)");
  EXPECT_EQ(find_hidden_character("\xe2\x81\xa3")->name, "a character that is not seen (U+2063)");
  EXPECT_EQ(with_hidden_shown("a\xe2\x80\x8b"
                              "b"),
            "a<U+200B>b");
  EXPECT_FALSE(
      find_hidden_character("gr\xc3\xb6\xc3\x9f"
                            "e \xf0\x9f\x91\x8b\xef\xb8\x8f"));
  EXPECT_FALSE(find_hidden_character("\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d\xe0\xa4\xb7")) << "spelled with a joiner";
}

TEST(TextPosition, CountsCharacters) {
  const TextPosition at = position_of(
      "a\n\xc3\xa4"
      "bc",
      5);
  EXPECT_EQ(at.line, 2U);
  EXPECT_EQ(at.column, 3U);
}

TEST(CutTo, EndsWithAWholeCharacter) {
  EXPECT_EQ(cut_to("a\xe2\x82\xac"
                   "b",
                   3),
            "a");
  EXPECT_EQ(cut_to("a\xe2\x82\xac"
                   "b",
                   4),
            "a\xe2\x82\xac");
  EXPECT_EQ(cut_to("ab", 9), "ab");
}

}  // namespace
}  // namespace pskd
