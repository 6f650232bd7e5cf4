// Text files that are larger than the piece of them which is in memory.
#include "data/formats/text_file.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "data/formats/numbers.hpp"
#include "data/formats/text_table.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::data::formats {
namespace {

using ::testing::HasSubstr;

class LargeText : public ::testing::Test {
 protected:
  // 17 MB: lines "<number>,1,2,3,...", the last without an end.
  void write(const std::string& end) const {
    std::ofstream file(file_, std::ios::binary);
    file << "\xef\xbb\xbf";
    for (int i = 0; i < kLines; ++i) file << i << kRest << (i % 2 == 0 ? "\r\n" : "\n");
    file << end;
  }
  static constexpr int kLines = 400'000;
  static constexpr const char* kRest = ",1.000000,2.000000,3.000000,4.000000";
  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "large.csv";
};

TEST_F(LargeText, GivesTheLinesThatTheWholeTextHas) {
  write("end");
  const std::string text = read_text(file_);
  const std::vector<std::string_view> lines = lines_of(text);
  const TextFile large(file_);
  ASSERT_LT(large.beginning().size(), lines.size()) << "or it is no test";
  std::size_t next = 0;
  large.each_line([&](std::size_t number, std::string_view line) {
    EXPECT_EQ(number, next);
    EXPECT_EQ(line, lines.at(next)) << next;
    ++next;
    return !HasFailure();
  });
  EXPECT_EQ(next, lines.size());
}

TEST_F(LargeText, EndsWhereItsUserWantsNoMore) {
  write("");
  const TextFile large(file_);
  const std::size_t wanted = large.beginning().size() + 7;
  std::size_t got = 0;
  large.each_line([&](std::size_t, std::string_view) { return ++got < wanted; });
  EXPECT_EQ(got, wanted);
}

TEST_F(LargeText, NamesTheLineOfAByteThatIsNoUtf8) {
  write("\xe9");
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { TextFile(file_).each_line([](auto, auto) { return true; }); }),
              HasSubstr("line " + std::to_string(kLines + 1) + ": column 1: expected text in UTF-8"));
}

TEST_F(LargeText, IsReadAsATableWithoutItsEmptyEnd) {
  write(",,,,\n\n");
  TableDescription table;
  table.rate = 50;
  const TextTable read = read_text_table(file_, table, 5);
  ASSERT_EQ(read.samples.values.rows(), kLines);
  EXPECT_EQ(read.samples.values(kLines - 1, 0), kLines - 1);
  EXPECT_EQ(read.samples.values(kLines - 1, 4), 4);
  EXPECT_EQ(read.lines.back(), static_cast<std::size_t>(kLines));
}

TEST_F(LargeText, WithoutValuesInItsFirstPieceIsRefused) {
  write("");
  TableDescription table;
  table.rate = 50;
  const auto refused = [&] { return testing::refusal(ErrorKind::data, [&] { read_text_table(file_, table, 5); }); };
  table.skip = kLines - 1;
  EXPECT_THAT(refused(), HasSubstr("large.csv: expected at least 2 lines of values, found 0: expected a `skip`"));
  table.skip = 0;
  table.comment = "1";
  table.header = true;
  std::ofstream(file_) << "a,b,c,d,e\n" << std::string(17 << 20, '1') << "\n2,2,2,2,2\n3,3,3,3,3\n";
  EXPECT_THAT(refused(), HasSubstr("large.csv: line 1: expected values after this header, found only comments"));
}

TEST(TextTableTest, WhereNoLineOfValuesIsFoundSaysWhichWereLookedAt) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder / "small.csv";
  TableDescription table;
  const auto refused = [&](const std::string& text) {
    std::ofstream(file) << text;
    return testing::refusal(ErrorKind::data, [&] { read_text_table(file, table, 3); });
  };
  std::string comments;
  for (int i = 0; i < 250; ++i) comments += "# written by a logger\n";
  EXPECT_THAT(refused(comments + "1,2,3\n4,5,6\n"),
              HasSubstr("found 0 among the lines 1 to 200: they are empty or comments, which begin with '#'; `skip`"));
  EXPECT_THAT(refused("# a\n\n"), HasSubstr("found 0 among the lines 1 to 2"));
  table.skip = 240;
  std::ofstream(file) << comments << "1,2,3\n4,5,6\n";
  EXPECT_EQ(read_text_table(file, table, 3).samples.values.rows(), 2);
  table.skip = 7;
  EXPECT_THAT(refused("1,2,3\n4,5,6\n"), HasSubstr("found 0: expected a `skip` of less than 2 lines, found 7"));
}

}  // namespace
}  // namespace pskd::data::formats
