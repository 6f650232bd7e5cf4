// predictions.csv: the probabilities come back to the bit, and a damaged line is named.
#include "pskd/eval/predictions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "base/file.hpp"
#include "base/random.hpp"
#include "pskd/base/error.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::eval {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kClasses = {"wave", "jog", "walk"};

class PredictionsFile : public ::testing::Test {
 protected:
  std::string refusal(const std::string& text) {
    std::filesystem::remove(file_);
    std::ofstream(file_, std::ios::binary) << text;
    try {
      read_predictions(file_, kClasses);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      return error.what();
    }
    ADD_FAILURE() << "was read: " << text;
    return "";
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "predictions.csv";
};

TEST_F(PredictionsFile, LooksLikeThis) {
  write_predictions(file_, {{"a3_s2_t1", 2, 0, 1, {0.25F, 0.5F, 0.25F}}}, kClasses);
  EXPECT_EQ(read_file(file_),
            "clip,subject,label,predicted,p_wave,p_jog,p_walk\n"
            "a3_s2_t1,2,0,1,0.25,0.5,0.25\n");
}

TEST_F(PredictionsFile, ProbabilitiesSurviveToTheBit) {
  RandomStream random(stream_key(1, "predictions"));
  std::vector<Prediction> written;
  for (int i = 0; i < 500; ++i) {
    std::vector<float> p(3);
    float sum = 0;
    for (float& value : p) sum += value = static_cast<float>(std::exp(random.normal(0, 8)));
    for (float& value : p) value /= sum;  // down to denormal numbers
    const auto best = static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin());
    written.push_back({"clip" + std::to_string(i), i % 2 == 0 ? Name(i % 8) : Name("anna"), i % 3, best, p});
  }
  write_predictions(file_, written, kClasses);
  const std::vector<Prediction> read = read_predictions(file_, kClasses);
  ASSERT_EQ(read.size(), written.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].clip, written[i].clip);
    EXPECT_EQ(read[i].subject, written[i].subject);
    EXPECT_EQ(read[i].label, written[i].label);
    EXPECT_EQ(read[i].predicted, written[i].predicted);
    EXPECT_EQ(std::memcmp(read[i].probabilities.data(), written[i].probabilities.data(), 3 * sizeof(float)), 0);
  }
}

TEST_F(PredictionsFile, ADamagedLineIsNamedByFileAndNumber) {
  const std::string header = "clip,subject,label,predicted,p_wave,p_jog,p_walk\n";
  const std::string good = "a,1,0,1,0.25,0.5,0.25\n";
  const auto line_two = [&](const std::string& line) { return refusal(header + line + "\n" + good); };
  const std::string place = file_.string() + ":2: ";
  EXPECT_THAT(line_two("b,1,0,1,0.25,0.5"), HasSubstr(place + "expected 7 fields, found 6"));
  EXPECT_THAT(line_two("b,1,0,1,0.25,0.5,0.25,0"), HasSubstr(place + "expected 7 fields, found 8"));
  EXPECT_THAT(line_two(""), HasSubstr(place + "expected 7 fields, found 1"));
  EXPECT_THAT(line_two("b,o/e,0,1,0.25,0.5,0.25"), HasSubstr(place + "expected a number, or a name of"));
  EXPECT_THAT(line_two("b,1,0,1,0.25,0.5,0.25\r"), HasSubstr(place + "expected a number"));
  EXPECT_THAT(line_two("b,1,3,1,0.25,0.5,0.25"), HasSubstr(place + "expected labels of 0 .. 2"));
  EXPECT_THAT(line_two("b,1,0,-1,0.25,0.5,0.25"), HasSubstr(place + "expected labels of 0 .. 2"));
  EXPECT_THAT(line_two("b,1,0,0,0.25,0.5,0.25"), HasSubstr(place + "the predicted class is not the most probable"));
  EXPECT_THAT(line_two("b,1,0,1,nan,0.5,0.25"), HasSubstr(place + "expected probabilities of 0 .. 1"));
  EXPECT_THAT(line_two("b,1,0,1,-0.5,1,0.5"), HasSubstr(place + "expected probabilities of 0 .. 1"));
  EXPECT_THAT(line_two("b,1,0,1,0.25,0.5,0.2"), HasSubstr(place + "expected probabilities that sum to 1"));
  EXPECT_THAT(line_two("\"b\",1,0,1,0.25,0.5,0.25"), HasSubstr(place + "not a plain CSV field"));
  EXPECT_THAT(refusal(header + good + good), HasSubstr(":3: clip a occurs twice"));
}

TEST_F(PredictionsFile, AnotherHeaderIsRefused) {
  EXPECT_THAT(refusal(""), HasSubstr(":1: expected the header"));
  EXPECT_THAT(refusal("clip,subject,label,predicted,p_jog,p_wave,p_walk\n"), HasSubstr("p_wave,p_jog,p_walk"));
}

TEST_F(PredictionsFile, EveryTruncationInsideALineIsRefused) {
  write_predictions(file_, {{"a", 1, 0, 1, {0.25F, 0.5F, 0.25F}}, {"b", 1, 0, 1, {0.25F, 0.5F, 0.25F}}}, kClasses);
  const std::string whole = read_file(file_);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (size > 0 && whole[size - 1] == '\n') continue;
    refusal(whole.substr(0, size));
  }
}

TEST_F(PredictionsFile, WhatCouldNotBeReadBackIsNotWritten) {
  EXPECT_THROW(write_predictions(file_, {{"a,b", 1, 0, 1, {0.25F, 0.5F, 0.25F}}}, kClasses), std::invalid_argument);
  EXPECT_THROW(write_predictions(file_, {{"a", 1, 0, 1, {0.25F, 0.5F, 0.25F}}}, {"wave", "jog,slowly", "walk"}),
               std::invalid_argument);
  EXPECT_THROW(write_predictions(file_, {{"a", 1, 0, 1, {0.5F, 0.5F}}}, kClasses), std::invalid_argument);
  EXPECT_THROW(write_predictions(file_, {{"a", 1, 0, 1, {0.25F, NAN, 0.25F}}}, kClasses), std::invalid_argument);
  EXPECT_FALSE(std::filesystem::exists(file_));
}

}  // namespace
}  // namespace pskd::eval
