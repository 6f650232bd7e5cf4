// What people and trials are called: numbers and names in one order, one spelling each.
#include "pskd/base/name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace pskd {
namespace {

TEST(Name, ANumberHasOneSpelling) {
  EXPECT_EQ(Name("01"), Name(1));
  EXPECT_EQ(Name("000"), Name(0));
  EXPECT_EQ(Name(" 7 "), Name(7));
  EXPECT_EQ(Name("01").text(), "1");
  EXPECT_EQ(Name("0123456789012345678901").text(), "123456789012345678901");
  for (const char* text : {"1a", "-1", "1.0", "1 2"}) EXPECT_EQ(Name(text).text(), text) << "no number";
}

TEST(Name, ATextHasOneSpelling) {
  EXPECT_EQ(Name("e\xcc\x81va"), Name("\xc3\xa9va\xe2\x80\x8b")) << "composed, without what nobody sees";
  EXPECT_NE(Name("anna"), Name("Anna"));
}

TEST(Name, NumbersComeByValueThenNames) {
  std::vector<Name> names = {Name("bob"), 10, Name("Anna"), Name("123456789012345678901"), 2, Name("10b")};
  std::sort(names.begin(), names.end());
  std::string order;
  for (const Name& name : names) order += name.text() + " ";
  EXPECT_EQ(order, "2 10 123456789012345678901 10b Anna bob ");
}

TEST(Name, ANumberIsOneWhereItFits) {
  EXPECT_EQ(Name("042").number(), 42);
  EXPECT_EQ(Name("anna").number(), std::nullopt);
  EXPECT_EQ(Name("4294967296").number(), std::nullopt);
}

TEST(Name, FitsIntoATableAndTheNameOfAFolder) {
  for (const char* text : {"anna", "1", "A. B-c_d", "\xe5\xb0\x8f\xe6\x98\x8e"}) EXPECT_TRUE(is_name(text)) << text;
  for (const char* text : {"", " ", "a,b", "a\"b", "a/b", "a\\b", "a\nb", "\xe9",
                           "a\xe2\x80\xae"
                           "b"}) {
    EXPECT_FALSE(is_name(text)) << text;
  }
  EXPECT_TRUE(is_name(std::string(100, 'x')));
  EXPECT_FALSE(is_name(std::string(101, 'x')));
}

TEST(Name, IsANumberInJsonWhereItIsOne) {
  EXPECT_EQ(nlohmann::json(std::vector<Name>{3, Name("anna"), Name("99999999999")}).dump(),
            R"([3,"anna","99999999999"])");
}

}  // namespace
}  // namespace pskd
