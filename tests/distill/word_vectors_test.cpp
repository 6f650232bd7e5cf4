#include "distill/word_vectors.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "pskd/base/error.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::distill {
namespace {

/// A .npy file as numpy writes it.
std::string npy(const std::string& shape, const std::vector<double>& values) {
  std::string header = "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(117, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY\x01";
  bytes += '\0';
  bytes += static_cast<char>(header.size());
  bytes += '\0';
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
}

class WordVectors : public ::testing::Test {
 protected:
  std::filesystem::path write(const std::string& bytes) {
    std::ofstream(folder_ / "words.npy", std::ios::binary) << bytes;
    return folder_ / "words.npy";
  }
  std::string problem_of(const std::string& bytes) {
    try {
      read_word_vectors(write(bytes), 2, 3);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      EXPECT_NE(std::string(error.what()).find("words.npy"), std::string::npos);
      return error.what();
    }
    return "";
  }
  testing::TemporaryFolder folder_;
};

TEST_F(WordVectors, AreReadInOrder) {
  const torch::Tensor words = read_word_vectors(write(npy("(2, 3)", {1, 2, 3, 4, 5, 6})), 2, 3);
  EXPECT_TRUE(torch::equal(words, torch::tensor({{1.0F, 2.0F, 3.0F}, {4.0F, 5.0F, 6.0F}})));
}

TEST_F(WordVectors, OfAnotherShapeAreRefusedNamingBoth) {
  const std::string problem = problem_of(npy("(3, 2)", {1, 2, 3, 4, 5, 6}));
  EXPECT_NE(problem.find("expected 2 classes x 3"), std::string::npos);
  EXPECT_NE(problem.find("found 3 x 2"), std::string::npos);
}

TEST_F(WordVectors, EveryTruncationIsRefused) {
  const std::string whole = npy("(2, 3)", {1, 2, 3, 4, 5, 6});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(problem_of(whole.substr(0, length)), "") << length << " bytes";
  }
}

TEST_F(WordVectors, ThatAreNotFiniteAreRefused) { EXPECT_NE(problem_of(npy("(2, 3)", {1, 2, NAN, 4, 5, 6})), ""); }

}  // namespace
}  // namespace pskd::distill
