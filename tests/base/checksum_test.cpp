#include "base/checksum.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace pskd {
namespace {

std::string hash_of_pieces(const std::vector<std::string>& pieces) {
  ContentHasher hasher;
  for (const std::string& piece : pieces) hasher.add(piece);
  return hasher.hex();
}

// Golden values from the xxhsum program (xxhsum -H2 and -H3).
TEST(Checksum, IsXxh3) {
  EXPECT_EQ(content_hash(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(content_hash("pskd"), "2e5f2462add60cb9678a6f1901480929");
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2U);
  EXPECT_EQ(hash64("pskd"), 0xa396e131169738a3U);
}

TEST(Checksum, EveryBitCounts) {
  std::string bytes(100, 'x');
  std::set<std::string> hashes{content_hash(bytes)};
  for (char& byte : bytes) {
    for (int bit = 0; bit < 8; ++bit) {
      byte = static_cast<char>(byte ^ (1 << bit));
      hashes.insert(content_hash(bytes));
      byte = static_cast<char>(byte ^ (1 << bit));
    }
  }
  EXPECT_EQ(hashes.size(), 801U);
}

TEST(Checksum, TheSeedOfA64BitHashCounts) { EXPECT_NE(hash64("view", 1), hash64("view", 2)); }

TEST(ContentHasher, KnowsWhereAPieceEnds) {
  EXPECT_NE(hash_of_pieces({"ab", "c"}), hash_of_pieces({"a", "bc"}));
  EXPECT_NE(hash_of_pieces({"abc"}), hash_of_pieces({"abc", ""}));
  EXPECT_NE(hash_of_pieces({}), hash_of_pieces({""}));
}

TEST(ContentHasher, DependsOnNothingButThePieces) {
  const std::string large(1 << 20, 'z');
  EXPECT_EQ(hash_of_pieces({"ab", large}), hash_of_pieces({"ab", large}));
  EXPECT_EQ(hash_of_pieces({}).size(), 32U);
}

TEST(ContentHasher, MayBeAskedInBetween) {
  ContentHasher hasher;
  hasher.add("ab");
  EXPECT_EQ(hasher.hex(), hash_of_pieces({"ab"}));
  hasher.add("c");
  EXPECT_EQ(hasher.hex(), hash_of_pieces({"ab", "c"}));
}

}  // namespace
}  // namespace pskd
