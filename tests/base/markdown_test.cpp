#include "base/markdown.hpp"

#include <gtest/gtest.h>

namespace pskd {
namespace {

TEST(Markdown, TextShowsItself) {
  EXPECT_EQ(markdown_text("swipe left (2)"), "swipe left (2)");
  EXPECT_EQ(markdown_text("[x](javascript:alert(1))"), "\\[x\\](javascript:alert(1))");
  EXPECT_EQ(markdown_text("![x](http://a.b/c.png)"), "!\\[x\\](http\\://a.b/c.png)");
  EXPECT_EQ(markdown_text("www.a.b"), "www\\.a.b");
  EXPECT_EQ(markdown_text("<img src=x>"), "\\<img src=x>");
  EXPECT_EQ(markdown_text("&lt;b&gt;"), "\\&lt;b\\&gt;");
  EXPECT_EQ(markdown_text("a|b\\|c"), "a\\|b\\\\\\|c");
  EXPECT_EQ(markdown_text("*a* _b_ `c` ~~d~~"), "\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~");
}

TEST(Markdown, TextStaysInItsLineAndIsUtf8) {
  EXPECT_EQ(markdown_text("a\n| b |"), "a\\\\x0a\\| b \\|");
  EXPECT_EQ(markdown_text("l\xe9"), "l\\\\xe9");
}

TEST(Markdown, CodeCannotBeLeft) {
  EXPECT_EQ(markdown_code("run.name"), "`run.name`");
  EXPECT_EQ(markdown_code("a`<b>"), "a\\`\\<b>");
}

}  // namespace
}  // namespace pskd
