#include "base/tensor_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>

#include "base/little_endian.hpp"

namespace pskd {
namespace {

using ::testing::HasSubstr;

std::string bytes_of_floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

TensorFile sound() {
  TensorFile file;
  file.metadata = {{"format", "pskd"}, {"manifest", "{\"a\": 1}\n"}};
  file.tensors["b/weight"] = {Dtype::f32, {2, 2}, bytes_of_floats({1, -0.5F, 1e-42F, 3})};
  file.tensors["a/steps"] = {Dtype::i64, {}, std::string("\x07\0\0\0\0\0\0\0", 8)};
  file.tensors["c/none"] = {Dtype::f64, {0, 3}, ""};
  return file;
}

/// A file with this header and so many bytes of numbers.
std::string with_header(const std::string& header, std::size_t numbers) {
  std::string bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i) & 0xff);
  return bytes + header + std::string(numbers, '\0');
}

/// The message, or "" for a file that is taken.
std::string refusal(const std::string& bytes) {
  try {
    read_tensors(bytes, "x.ckpt", ErrorKind::checkpoint);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::checkpoint);
    EXPECT_THAT(error.what(), HasSubstr("x.ckpt: "));
    return error.what();
  }
  return "";
}

TEST(TensorFile, KeepsEveryBit) {
  const TensorFile expected = sound(), found = read_tensors(tensor_file_bytes(expected), "", ErrorKind::data);
  EXPECT_EQ(found.metadata, expected.metadata);
  ASSERT_EQ(found.tensors.size(), expected.tensors.size());
  for (const auto& [name, tensor] : expected.tensors) {
    EXPECT_EQ(found.tensors.at(name).dtype, tensor.dtype) << name;
    EXPECT_EQ(found.tensors.at(name).shape, tensor.shape) << name;
    EXPECT_EQ(found.tensors.at(name).bytes, tensor.bytes) << name;
  }
}

TEST(TensorFile, HasTheLayoutOfSafetensors) {
  const std::string bytes = tensor_file_bytes(sound());
  const std::uint64_t length = little_endian(bytes, 0, 8);
  EXPECT_EQ(length % 8, 0U) << "numbers are aligned";
  EXPECT_EQ(bytes[8], '{');
  EXPECT_THAT(bytes.substr(8, length), HasSubstr(R"("b/weight":{"data_offsets":[8,24],"dtype":"F32","shape":[2,2]})"));
  EXPECT_EQ(bytes.substr(8 + length), sound().tensors["a/steps"].bytes + sound().tensors["b/weight"].bytes);
}

TEST(TensorFile, ThatIsCutOrLongerIsRefused) {
  const std::string bytes = tensor_file_bytes(sound());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_NE(refusal(bytes.substr(0, length)), "") << length << " bytes";
  }
  EXPECT_THAT(refusal(bytes + "x"), HasSubstr("1 bytes at its end belong to no array"));
}

TEST(TensorFile, WithAWrongLengthOfItsHeaderIsRefused) {
  EXPECT_THAT(refusal(std::string(8, '\xff')), HasSubstr("longer than the file"));
  EXPECT_THAT(refusal(with_header(std::string(1 << 21, ' '), 0)), HasSubstr("longer than 1048576 bytes"));
  EXPECT_THAT(refusal(with_header("", 0)), HasSubstr("no JSON"));
}

TEST(TensorFile, WhoseRangesAreNotOneAfterTheOtherIsRefused) {
  const auto two = [](const std::string& first, const std::string& second) {
    return with_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":)" + first +
                           R"(},"b":{"dtype":"F32","shape":[1],"data_offsets":)" + second + "}}",
                       8);
  };
  EXPECT_EQ(refusal(two("[0,4]", "[4,8]")), "");
  EXPECT_THAT(refusal(two("[0,4]", "[0,4]")), HasSubstr("'b': expected data_offsets [4, 8]")) << "overlap";
  EXPECT_THAT(refusal(two("[4,8]", "[0,4]")), HasSubstr("'a': expected data_offsets [0, 4]")) << "order";
  EXPECT_THAT(refusal(two("[0,4]", "[8,12]")), HasSubstr("data_offsets")) << "a gap";
  EXPECT_THAT(refusal(two("[0,4]", "[4,7]")), HasSubstr("data_offsets")) << "short";
  EXPECT_THAT(refusal(two("[0,4]", "[-4,0]")), HasSubstr("whole numbers"));
  EXPECT_THAT(refusal(two("[0,4]", "[4,8.0]")), HasSubstr("whole numbers"));
  EXPECT_THAT(refusal(two("[0,4]", "[4,8,12]")), HasSubstr("a list of at most 2"));
}

TEST(TensorFile, WhoseShapeIsNotItsBytesIsRefused) {
  const auto shaped = [](const std::string& shape) {
    return with_header(R"({"a":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,8]}})", 8);
  };
  EXPECT_EQ(refusal(shaped("[2,1]")), "");
  EXPECT_THAT(refusal(shaped("[1]")), HasSubstr("data_offsets [0, 4]"));
  EXPECT_THAT(refusal(shaped("[3]")), HasSubstr("larger than what is left"));
  EXPECT_THAT(refusal(shaped("[2147483648,2147483648,2147483648]")), HasSubstr("larger than what is left"));
  EXPECT_THAT(refusal(shaped("[0,9223372036854775807,9223372036854775807]")), HasSubstr("larger")) << "product is 0";
  EXPECT_THAT(refusal(shaped("[18446744073709551615]")), HasSubstr("whole numbers"));
  EXPECT_THAT(refusal(shaped("[-2]")), HasSubstr("whole numbers"));
  EXPECT_THAT(refusal(shaped("[1,1,1,1,1,1,1,1,2]")), HasSubstr("at most 8"));
  EXPECT_THAT(refusal(shaped("2")), HasSubstr("expected a list"));
}

TEST(TensorFile, WithAHeaderOfAnotherFormIsRefused) {
  const auto entry = [](const std::string& text) { return refusal(with_header(R"({"a":)" + text + "}", 0)); };
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[0],"data_offsets":[0,0]})"), "");
  EXPECT_THAT(entry(R"({"dtype":"F16","shape":[0],"data_offsets":[0,0]})"), HasSubstr("dtype other than"));
  EXPECT_THAT(entry(R"({"dtype":7,"shape":[0],"data_offsets":[0,0]})"), HasSubstr("dtype other than"));
  EXPECT_THAT(entry(R"({"dtype":"F32","shape":[0]})"), HasSubstr("and nothing else"));
  EXPECT_THAT(entry(R"({"dtype":"F32","shape":[0],"data_offsets":[0,0],"code":""})"), HasSubstr("and nothing else"));
  EXPECT_THAT(entry(R"({"dtype":"F32","shape":[[0]],"data_offsets":[0,0]})"), HasSubstr("too deeply"));
  EXPECT_THAT(entry("[]"), HasSubstr("expected dtype"));
  EXPECT_THAT(refusal(with_header("[]", 0)), HasSubstr("no JSON object"));
  EXPECT_THAT(refusal(with_header(R"({"__metadata__":{"a":1}})", 0)), HasSubstr("is no text"));
  EXPECT_THAT(refusal(with_header(std::string(100'000, '['), 0)), HasSubstr("too deeply"));
  EXPECT_THAT(refusal(with_header("{} {}", 0)), HasSubstr("no JSON"));
}

TEST(TensorFile, WithANameThatIsTwiceThereOrNoPlainTextIsRefused) {
  const std::string entry = R"({"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
  EXPECT_THAT(refusal(with_header(R"({"a":)" + entry + R"(,"a":)" + entry + "}", 0)), HasSubstr("'a' twice"));
  EXPECT_THAT(refusal(with_header(R"({"":)" + entry + "}", 0)), HasSubstr("not plain text"));
  EXPECT_THAT(refusal(with_header(R"({"a\u001b[2J":)" + entry + "}", 0)), HasSubstr("'a\\x1b[2J'"));
  EXPECT_THAT(refusal(with_header("{\"a\xff\":" + entry + "}", 0)), HasSubstr("no JSON"));
  EXPECT_THAT(refusal(with_header(R"({"__metadata__":{"a":"b","a":"c"}})", 0)), HasSubstr("'a' twice"));
}

TEST(TensorFile, ThatCouldNotBeReadIsNotWritten) {
  TensorFile file = sound();
  file.tensors["b/weight"].shape = {3};
  EXPECT_THROW(tensor_file_bytes(file), std::invalid_argument);
  file = sound();
  file.tensors["line\nbreak"] = file.tensors["a/steps"];
  EXPECT_THROW(tensor_file_bytes(file), std::invalid_argument);
  file = sound();
  file.metadata["manifest"] = "l\xe9";
  EXPECT_THROW(tensor_file_bytes(file), std::invalid_argument);
}

}  // namespace
}  // namespace pskd
