// A student in C on a Cortex-M4F, which QEMU emulates: it computes what it does here, and fits into a small chip.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "base/file.hpp"
#include "deploy/c/c_source.hpp"
#include "deploy/recognizer.hpp"
#include "deploy/small_model.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::deploy {
namespace {

using testing::run_command;

/// What measure.sh prints, and the logits that the chip computed.
struct Measured {
  std::map<std::string, std::int64_t> bytes;  ///< flash, static, stack; also the instructions
  std::vector<float> logits;
};

std::string bytes_of(const std::vector<float>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), sizeof(float) * numbers.size()};
}

Measured run_on_chip(const CSource& source, const std::vector<float>& windows) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "student.h") << source.header;
  std::ofstream(folder / "student.c") << source.source;
  std::ofstream(folder / "windows") << bytes_of(windows);
  const auto ran = run_command("'" PSKD_SOURCE_DIR "/tests/micro/measure.sh' " + folder.path().string());
  EXPECT_EQ(ran.code, 0) << ran.output;
  std::cout << ran.output;
  Measured measured;
  std::istringstream words(ran.output);
  std::int64_t number = 0;
  for (std::string name; words >> name >> number;) measured.bytes[name] = number;
  if (ran.code != 0) return measured;
  const std::string bytes = read_file(folder / "logits");
  measured.logits.resize(bytes.size() / sizeof(float));
  std::memcpy(measured.logits.data(), bytes.data(), bytes.size());
  return measured;
}

class Chip : public ::testing::Test {
 protected:
  void SetUp() override {
    const bool there = run_command("qemu-system-arm --version").code == 0 &&
                       run_command("arm-none-eabi-gcc -fsyntax-only -include math.h -x c /dev/null").code == 0;
    if (there) return;
    ASSERT_EQ(std::getenv("PSKD_REQUIRE_REAL_DATA"), nullptr)
        << "an emulated Cortex-M4F is required: install gcc-arm-none-eabi, libnewlib-arm-none-eabi, qemu-system-arm";
    GTEST_SKIP() << "gcc-arm-none-eabi, libnewlib-arm-none-eabi or qemu-system-arm is absent";
  }

  const ModelFile model_ = testing::utd_sized_model();
  const std::vector<float> windows_ = testing::drawn_windows(*model_.sensor, 3, 11);
  const std::size_t size_ = model_.sensor->channels.size() * static_cast<std::size_t>(model_.sensor->frames);
};

TEST_F(Chip, InFloatsItSaysWhatTheRecognizerSays) {
  const Measured measured = run_on_chip(c_source(model_, "student"), windows_);
  Recognizer recognizer = recognizer_of(model_, "it");
  const auto frames = static_cast<std::size_t>(model_.sensor->frames);
  ASSERT_EQ(measured.logits.size(), 3 * model_.classes.size());
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<float> samples(size_);  // [frames, channels]
    for (std::size_t at = 0; at < size_; ++at) {
      samples[at % frames * model_.sensor->channels.size() + at / frames] = windows_[i * size_ + at];
    }
    const Decision decision = recognizer.classify(samples);
    for (std::size_t k = 0; k < decision.logits.size(); ++k) {
      EXPECT_NEAR(measured.logits[i * decision.logits.size() + k], decision.logits[k], 1e-4) << i << ", " << k;
    }
  }
}

TEST_F(Chip, InIntegersItComputesTheBitsOfTheReferenceAndFits) {
  const QuantizedCnn cnn =
      quantize(fold_sensor_cnn(model_), *model_.sensor, testing::drawn_windows(*model_.sensor, 20, 12));
  const Measured measured = run_on_chip(c_source(model_, cnn, "student"), windows_);
  std::vector<float> expected;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<float> logits = logits_of(cnn, std::span(windows_).subspan(i * size_, size_));
    expected.insert(expected.end(), logits.begin(), logits.end());
  }
  EXPECT_EQ(measured.logits, expected);
  EXPECT_LT(measured.bytes.at("flash"), 350'000);
  EXPECT_LT(measured.bytes.at("static") + measured.bytes.at("stack"), 64'000);
  EXPECT_GT(measured.bytes.at("stack"), 0);
  EXPECT_GT(measured.bytes.at("instructions"), 4'380'000) << "fewer than there are products to add";
}

}  // namespace
}  // namespace pskd::deploy
