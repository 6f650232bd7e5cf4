#include "base/sealed_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <stdexcept>
#include <string>

#include "base/file.hpp"
#include "support/temporary_folder.hpp"

namespace pskd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const Seal kSeal{"checkpoint", 3};
const std::string kPayload("weights\0and more", 16);

class SealedFile : public ::testing::Test {
 protected:
  // Refusal of a file with these bytes: the message, or "accepted".
  std::string refusal(const std::string& bytes, const Seal& expected = kSeal) {
    // A new file each time, not synced: a file system may flush one that is cut to nothing and written again.
    std::filesystem::remove(path_);
    std::FILE* file = std::fopen(path_.c_str(), "wb");
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
    try {
      read_sealed_file(path_, expected, ErrorKind::checkpoint);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::checkpoint);
      EXPECT_THAT(error.what(), HasSubstr(path_.string()));
      return error.what();
    }
    return "accepted";
  }

  const testing::TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "last.ckpt";
  const std::string sound_ = make_seal(kSeal, kPayload) + kPayload;
};

TEST_F(SealedFile, GivesBackHeaderAndPayload) {
  for (const std::string& payload : {std::string(), kPayload, std::string(1 << 20, '\xff')}) {
    write_sealed_file(path_, kSeal, payload);
    const std::string file = read_sealed_file(path_, kSeal, ErrorKind::checkpoint);
    EXPECT_EQ(file.substr(0, kSealBytes), make_seal(kSeal, payload));
    EXPECT_EQ(file.substr(kSealBytes), payload);
  }
}

TEST_F(SealedFile, EveryFlippedBitIsRefused) {
  ASSERT_EQ(refusal(sound_), "accepted");
  for (std::size_t at = 0; at < sound_.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = sound_;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      ASSERT_THAT(refusal(bytes), HasSubstr(at < 8 ? "not a pskd checkpoint" : "damaged")) << at << ":" << bit;
    }
  }
}

TEST_F(SealedFile, EveryTruncationIsRefused) {
  EXPECT_THAT(refusal(""), HasSubstr("the file is empty"));
  for (std::size_t size = 1; size < sound_.size(); ++size) {
    ASSERT_THAT(refusal(sound_.substr(0, size)), HasSubstr("damaged")) << size;
  }
}

TEST_F(SealedFile, AppendedBytesAreRefused) {
  EXPECT_THAT(refusal(sound_ + '\0'), HasSubstr("damaged"));
  EXPECT_THAT(refusal(sound_ + sound_), HasSubstr("damaged"));
}

TEST_F(SealedFile, AForeignFileIsCalledOne) {
  EXPECT_THAT(refusal("stages:\n"), HasSubstr("not a pskd checkpoint"));
  EXPECT_THAT(refusal(std::string(10'000, '\0')), HasSubstr("not a pskd checkpoint"));
}

TEST_F(SealedFile, AnotherKindIsNamed) {
  const Seal store{"clip-store", 3};
  EXPECT_THAT(refusal(make_seal(store, kPayload) + kPayload),
              AllOf(HasSubstr("expected a checkpoint"), HasSubstr("found a clip-store")));
}

TEST_F(SealedFile, AnotherVersionSaysWhatToDo) {
  EXPECT_THAT(refusal(sound_, {"checkpoint", 2}), AllOf(HasSubstr("written by a newer pskd"), HasSubstr("version 3"),
                                                        HasSubstr("reads 2"), HasSubstr("update pskd")));
  EXPECT_THAT(refusal(sound_, {"checkpoint", 4}), AllOf(HasSubstr("written by an older pskd"), HasSubstr("version 3"),
                                                        HasSubstr("reads 4"), HasSubstr("make the file again")));
}

TEST_F(SealedFile, IsKnownByItsHeaderInAnyVersionWholeOrNot) {
  const auto is_sealed_as_checkpoint = [&](const std::string& bytes) {
    write_file_atomically(path_, bytes);
    return is_sealed_as(path_, "checkpoint");
  };
  EXPECT_TRUE(is_sealed_as_checkpoint(sound_));
  EXPECT_TRUE(is_sealed_as_checkpoint(make_seal({"checkpoint", 99}, kPayload)));
  EXPECT_TRUE(is_sealed_as_checkpoint(sound_.substr(0, 100)));
  EXPECT_FALSE(is_sealed_as_checkpoint(make_seal({"clip-store", 3}, kPayload) + kPayload));
  EXPECT_FALSE(is_sealed_as_checkpoint(make_seal({"check", 3}, kPayload) + kPayload));
  EXPECT_FALSE(is_sealed_as_checkpoint(std::string(16, 'x') + "checkpoint" + std::string(1000, '\0')));
  EXPECT_FALSE(is_sealed_as_checkpoint(sound_.substr(0, 8)));
  EXPECT_FALSE(is_sealed_as_checkpoint(""));
}

TEST_F(SealedFile, AMissingFileIsNotADamagedOne) {
  try {
    read_sealed_file(folder_ / "absent", kSeal, ErrorKind::checkpoint);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
  }
}

TEST_F(SealedFile, AKindThatDoesNotFitIsAProgrammingError) {
  EXPECT_THROW(make_seal({"", 1}, ""), std::invalid_argument);
  EXPECT_THROW(make_seal({"sixteen-letters!", 1}, ""), std::invalid_argument);
  EXPECT_EQ(make_seal({"fifteen-letters", 1}, "").size(), kSealBytes);
}

}  // namespace
}  // namespace pskd
