// Arrays of NumPy, and each way they can be damaged.
#include "data/formats/npy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>

#include "pskd/base/error.hpp"
#include "support/npy_bytes.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::data::formats {
namespace {

using ::testing::HasSubstr;
using testing::npy_bytes;
using testing::refusal;
using testing::zip_bytes;

class NumpyFile : public ::testing::Test {
 protected:
  NpyArray read(const std::string& bytes, const char* name = "a.npy", const std::string& array = "") const {
    testing::write_anew(folder_ / name, bytes);
    return read_numpy_file(folder_ / name, array);
  }
  std::string problem(const std::string& bytes, const char* name = "a.npy", const std::string& array = "") const {
    return refusal(ErrorKind::data, [&] { read(bytes, name, array); });
  }

  testing::TemporaryFolder folder_;
};

const NpyArray kSix = (NpyArray(2, 3) << 1, -2, 3, 4, 5, -6).finished();

TEST_F(NumpyFile, IsReadInEveryTypeAndOrder) {
  const auto expect_six = [&](const std::string& bytes) {
    const NpyArray found = read(bytes);
    ASSERT_EQ(found.rows(), 2);
    ASSERT_EQ(found.cols(), 3);
    EXPECT_TRUE((found == kSix).all()) << found;
  };
  expect_six(npy_bytes<double>("<f8", "(2, 3)", {1, -2, 3, 4, 5, -6}));
  expect_six(npy_bytes<float>("<f4", "(2, 3)", {1, -2, 3, 4, 5, -6}));
  expect_six(npy_bytes<std::int64_t>("<i8", "(2, 3)", {1, -2, 3, 4, 5, -6}));
  expect_six(npy_bytes<std::int16_t>("<i2", "(2, 3)", {1, -2, 3, 4, 5, -6}));
  expect_six(npy_bytes<std::int8_t>("|i1", "(2, 3)", {1, -2, 3, 4, 5, -6}));
  expect_six(npy_bytes<double>("<f8", "(2, 3)", {1, 4, -2, 5, 3, -6}, true));
  std::vector<std::int32_t> swapped;
  for (const int value : {1, -2, 3, 4, 5, -6}) {
    swapped.push_back(static_cast<std::int32_t>(__builtin_bswap32(static_cast<std::uint32_t>(value))));
  }
  expect_six(npy_bytes<std::int32_t>(">i4", "(2, 3)", swapped));
}

TEST_F(NumpyFile, HasOneColumnForEachValueOfTheOtherAxes) {
  EXPECT_EQ(read(npy_bytes<float>("<f4", "(4,)", {1, 2, 3, 4})).cols(), 1);
  const NpyArray cube = read(npy_bytes<float>("<f4", "(2, 2, 2)", {1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(cube.cols(), 4);
  EXPECT_EQ(cube(1, 2), 7);
}

TEST_F(NumpyFile, LiesInAnArchiveAsItIsOrPacked) {
  const std::string one = npy_bytes<float>("<f4", "(2,)", {1, 2});
  const std::string two = npy_bytes<float>("<f4", "(2,)", {3, 4});
  std::string packed(compressBound(two.size()), '\0');
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(two.data()));
  stream.avail_in = static_cast<uInt>(two.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  const std::string archive = zip_bytes({{"one.npy", one}, {"two.npy", packed, 8, two.size()}});
  EXPECT_EQ(read(archive, "a.npz", "one")(1, 0), 2);
  EXPECT_EQ(read(archive, "a.npz", "two")(1, 0), 4);
  EXPECT_EQ(read(zip_bytes({{"arr_0.npy", one}}), "a.npz")(0, 0), 1);
  EXPECT_THAT(problem(archive, "a.npz"), HasSubstr("expected one array, found one two; the key `array`"));
  EXPECT_THAT(problem(archive, "a.npz", "six"), HasSubstr("expected an array called six, found one two"));
}

TEST_F(NumpyFile, OfAnotherTypeOrShapeIsRefused) {
  EXPECT_THAT(problem("ax,ay,az\n1,2,3\n"), HasSubstr("a.npy: expected an array of NumPy, found another file"));
  EXPECT_THAT(problem(npy_bytes<char>("|S4", "(1,)", {'a', 'b', 'c', 'd'})),
              HasSubstr("whole or floating-point numbers"));
  EXPECT_THAT(problem(npy_bytes<std::int16_t>("<f2", "(2,)", {1, 2})), HasSubstr("whole or floating-point numbers"));
  EXPECT_THAT(problem(npy_bytes<float>("<f4", "()", {1})), HasSubstr("expected an array with rows"));
  EXPECT_THAT(problem(npy_bytes<float>("<f4", "(0, 3)", {})), HasSubstr("expected an array with values, found none"));
  EXPECT_THAT(problem(npy_bytes<float>("<f4", "(1099511627776, 0)", {})), HasSubstr("its shape is (1099511627776, 0)"));
  const std::string long_shape = "(" + std::string(60000, ' ') + "1,)";
  EXPECT_THAT(problem(npy_bytes<float>("<f4", long_shape, {1})), HasSubstr("its header says that it is 60"));
  EXPECT_THAT(problem(npy_bytes<float>("<f4", "(3, 3)", {1, 2, 3})), HasSubstr("expected 9 values, found 3"));
  EXPECT_THAT(problem(npy_bytes<float>("<f4", "(99999999999, 99999999999)", {1})), HasSubstr("too large"));
  EXPECT_THAT(problem("PK", "a.npz"), HasSubstr("no archive of NumPy"));
}

TEST_F(NumpyFile, ThatIsDamagedNeverCrashes) {
  const std::string array = npy_bytes<float>("<f4", "(2, 3)", {1, 2, 3, 4, 5, 6});
  for (const auto& [name, whole] : {std::pair("a.npy", array), std::pair("a.npz", zip_bytes({{"x.npy", array}}))}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x11);
      for (const std::string& bytes : {whole.substr(0, at), flipped}) {
        try {
          read(bytes, name);
        } catch (const Error& error) {
          EXPECT_THAT(error.what(), HasSubstr(name));
        }
      }
    }
  }
}

}  // namespace
}  // namespace pskd::data::formats
