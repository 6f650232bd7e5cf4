#include "base/text.hpp"

#include <gtest/gtest.h>

namespace pskd {
namespace {

/// The offset of the fault, or -1.
int fault_of(std::string_view text) {
  const auto fault = find_invalid_utf8(text);
  return fault ? static_cast<int>(fault->offset) : -1;
}

TEST(Utf8, TakesEveryLengthOfCharacter) {
  EXPECT_EQ(fault_of(""), -1);
  EXPECT_EQ(fault_of("swipe left"), -1);
  EXPECT_EQ(fault_of("gr\u00fc\u00dfen \u624b\u3092\u632f\u308b \U0001f44b"), -1);
  EXPECT_EQ(fault_of("\xef\xbf\xbf\xf4\x8f\xbf\xbf"), -1) << "the last of three and of four bytes";
}

TEST(Utf8, NamesTheFirstByteThatBeginsNoCharacter) {
  EXPECT_EQ(fault_of("swipe_l\xe9"), 7) << "Latin-1";
  EXPECT_EQ(fault_of("swipe_l\xe9 ft"), 7);
  EXPECT_EQ(fault_of("\x80"), 0) << "a continuation alone";
  EXPECT_EQ(fault_of("a\xc0\xaf"), 1) << "overlong";
  EXPECT_EQ(fault_of("a\xe0\x80\xaf"), 1) << "overlong";
  EXPECT_EQ(fault_of("a\xed\xa0\x80"), 1) << "a surrogate";
  EXPECT_EQ(fault_of("a\xf4\x90\x80\x80"), 1) << "above U+10FFFF";
  EXPECT_EQ(fault_of("a\xff"), 1);
  EXPECT_EQ(fault_of("\u00fc\xe2\x82"), 2) << "cut off";
}

TEST(ControlCharacters, AreThoseThatActInsteadOfBeingShown) {
  for (const char* plain : {"", "runs/a b", "gr\u00fc\u00dfen", "'\"$`%\\", "\u00a0", "\U0001f44b"}) {
    EXPECT_FALSE(has_control_characters(plain)) << plain;
  }
  for (const char* acting : {"a\nb", "a\rb", "a\tb", "\x1b[2J", "\x7f", "\u0085", "\u009b", "\u2028", "\u2029",
                             "\u202e", "\u2066", "\u200f", "\u061c", "\xe9"}) {
    EXPECT_TRUE(has_control_characters(acting)) << escaped_for_line(acting);
  }
  EXPECT_TRUE(has_control_characters(std::string_view("a\0b", 3)));
}

TEST(EscapedText, ShowsWhatActsAndKeepsTheRest) {
  EXPECT_EQ(escaped_for_terminal("gr\u00fc\u00dfen\n\tzwei"), "gr\u00fc\u00dfen\n\tzwei");
  EXPECT_EQ(escaped_for_terminal("\x1b[31m\x7f\r"), "\\x1b[31m\\x7f\\x0d");
  EXPECT_EQ(escaped_for_terminal("\u202eabc\u009b"), "\\u202eabc\\u009b");
  EXPECT_EQ(escaped_for_terminal("l\xe9 ft \xe2\x82"), "l\\xe9 ft \\xe2\\x82");
  EXPECT_EQ(escaped_for_line("a\nb\tc"), "a\\x0ab\\x09c");
}

TEST(ShellWord, IsQuotedOnlyWhereItMustBe) {
  EXPECT_EQ(shell_word("runs/a-b_1.0/x"), "runs/a-b_1.0/x");
  EXPECT_EQ(shell_word("kd (epochs 100)"), "'kd (epochs 100)'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("$HOME"), "'$HOME'");
  EXPECT_EQ(shell_word("gr\u00fcn"), "'gr\u00fcn'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace pskd
