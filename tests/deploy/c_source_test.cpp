#include "deploy/c/c_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/file.hpp"
#include "base/random.hpp"
#include "deploy/recognizer.hpp"
#include "deploy/small_model.hpp"
#include "support/refusal.hpp"
#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::deploy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Its names and terms hold what C would misread.
ModelFile awkward_model() {
  nlohmann::json manifest = testing::small_manifest();
  manifest["terms"] = "*/ int x; /* ?\?/ terms\nof use";
  manifest["model"]["classes"] = {"say \"hi\\\"", "gr\u00fc\u00dfen?\?/", "none"};
  TensorFile content;
  content.metadata = {{"manifest", manifest.dump()}};
  for (const auto& [name, tensor] : testing::small_weights()) content.tensors["network/" + name] = tensor;
  return model_of(content, "it");
}

QuantizedCnn small_quantized(const ModelFile& model) {
  return quantize(fold_sensor_cnn(model), *model.sensor, testing::drawn_windows(*model.sensor, 10, 3));
}

/// Reads lengths and samples, prints logits and probabilities of each window.
constexpr const char* kProgramText = R"(
#include <stdio.h>
#include "small.h"
static float samples[3000], window[SMALL_CHANNELS * SMALL_FRAMES], logit[SMALL_CLASSES], probability[SMALL_CLASSES];
int main(void) {
  int count, i;
  while (scanf("%d", &count) == 1) {
    for (i = 0; i < count * SMALL_CHANNELS; ++i) {
      if (scanf("%f", &samples[i]) != 1) return 1;
    }
    small_resample(samples, count, window);
    small_logits(window, logit);
    printf("%s\n%d", small_class[small(window, probability)], small(window, probability));
    for (i = 0; i < SMALL_CLASSES; ++i) printf(" %.9g %.9g", (double)logit[i], (double)probability[i]);
    printf("\n");
  }
  return 0;
}
)";

TEST(CSourceTest, CompilesWithoutAWarningAndSaysWhatTheRecognizerSays) {
  const testing::TemporaryFolder folder;
  const ModelFile model = awkward_model();
  const CSource written = c_source(model, "small");
  std::ofstream(folder / "small.h") << written.header;
  std::ofstream(folder / "small.c") << written.source;
  std::ofstream(folder / "main.c") << kProgramText;
  const std::string in = "cd " + folder.path().string() + " && ";
  const auto compiled =
      testing::run_command(in + "gcc -std=c99 -O2 -Wall -Wextra -Wpedantic -Werror -o small small.c main.c -lm");
  ASSERT_EQ(compiled.code, 0) << compiled.output;

  Recognizer recognizer = recognizer_of(model, "it");
  RandomStream stream(5);
  std::vector<std::vector<float>> windows;
  std::ofstream input(folder / "input");
  input.precision(9);
  for (const std::size_t samples : {37, 2, 64, 1000, 11}) {
    std::vector<float>& window = windows.emplace_back(3 * samples);
    input << samples;
    for (float& value : window) input << ' ' << (value = static_cast<float>(stream.normal()));
    input << '\n';
  }
  input.close();
  const auto ran = testing::run_command("(" + in + "cat input | ./small)");
  ASSERT_EQ(ran.code, 0) << ran.output;
  std::istringstream lines(ran.output);
  for (const std::vector<float>& window : windows) {
    const Decision expected = recognizer.classify(window);
    std::string name;
    std::getline(lines, name);
    EXPECT_EQ(name, recognizer.classes()[static_cast<std::size_t>(expected.label)]);
    int label = -1;
    lines >> label;
    EXPECT_EQ(label, expected.label);
    for (std::size_t k = 0; k < expected.logits.size(); ++k) {
      double logit = 0, probability = 0;
      lines >> logit >> probability;
      EXPECT_NEAR(logit, expected.logits[k], 1e-4);
      EXPECT_NEAR(probability, expected.probabilities[k], 1e-5);
    }
    lines.ignore();
  }
}

/// From windows on standard input to logits on standard output.
constexpr const char* kLogitsText = R"(
#include <stdio.h>
#include "small.h"
static float window[SMALL_CHANNELS * SMALL_FRAMES], logit[SMALL_CLASSES];
int main(void) {
  while (fread(window, sizeof(window), 1, stdin) == 1) {
    small_logits(window, logit);
    fwrite(logit, sizeof(logit), 1, stdout);
  }
  return 0;
}
)";

TEST(CSourceTest, InIntegersEveryCompilerComputesTheBitsOfTheReference) {
  const testing::TemporaryFolder folder;
  const ModelFile model = awkward_model();
  const QuantizedCnn cnn = small_quantized(model);
  const CSource written = c_source(model, cnn, "small");
  std::ofstream(folder / "small.h") << written.header;
  std::ofstream(folder / "small.c") << written.source;
  std::ofstream(folder / "main.c") << kLogitsText;
  std::vector<float> windows = testing::drawn_windows(*model.sensor, 40, 4);
  for (std::size_t i = 0; i < windows.size() / 4; ++i) windows[i] *= 5;  // beyond the calibration
  const std::size_t size = windows.size() / 40;
  std::string expected;
  for (std::size_t first = 0; first < windows.size(); first += size) {
    const std::vector<float> logits = logits_of(cnn, std::span(windows).subspan(first, size));
    expected.append(reinterpret_cast<const char*>(logits.data()), sizeof(float) * logits.size());
  }
  std::ofstream(folder / "windows")
      .write(reinterpret_cast<const char*>(windows.data()),
             static_cast<std::streamsize>(sizeof(float) * windows.size()));
  for (const char* flags : {"-std=c99 -O2 -Wall -Wextra -Wpedantic -Werror", "-std=c99 -O0 -fsanitize=undefined",
                            "-O3 -march=native -ffp-contract=fast"}) {
    const auto ran = testing::run_command("cd " + folder.path().string() + " && gcc " + flags +
                                          " -o small small.c main.c -lm && (./small < windows > logits)");
    ASSERT_EQ(ran.code, 0) << ran.output;
    EXPECT_EQ(ran.output, "") << flags;
    EXPECT_EQ(read_file(folder / "logits"), expected) << flags;
  }
}

TEST(CSourceTest, CompilesUnderNamesThatItsOwnVariablesHave) {
  const testing::TemporaryFolder folder;
  const ModelFile model = awkward_model();
  const QuantizedCnn cnn = small_quantized(model);
  for (const std::string name : {"a", "b", "best", "sum", "sensor", "logit", "semantic", "block0", "student2", "count",
                                 "input", "value", "shift"}) {
    const CSource written = c_source(model, name), integers = c_source(model, cnn, name);
    std::ofstream(folder / (name + ".h")) << written.header;
    std::ofstream(folder / (name + ".c")) << written.source;
    std::ofstream(folder / (name + "-int8.c")) << integers.source;
  }
  const auto compiled = testing::run_command("cd " + folder.path().string() +
                                             " && gcc -std=c99 -O0 -Wall -Wextra -Wpedantic -Werror -c *.c");
  EXPECT_EQ(compiled.code, 0) << compiled.output;
}

TEST(CSourceTest, SaysWhatItTakesAndUsesNoHeap) {
  const CSource written = c_source(awkward_model(), "small");
  EXPECT_THAT(written.header,
              HasSubstr("#define SMALL_CHANNELS 3\n#define SMALL_FRAMES 37\n#define SMALL_CLASSES 3\n"));
  EXPECT_THAT(written.header, HasSubstr("#define SMALL_RATE 50.0f\n"));
  EXPECT_THAT(written.header, HasSubstr("ax, ay, az (acceleration in g"));
  // a: the input of 37 frames of 3 channels; b: 18 frames of 6
  EXPECT_THAT(written.header, HasSubstr("#define SMALL_BUFFER_BYTES 876\n"));
  EXPECT_THAT(written.source, HasSubstr("static float a[111], b[108];"));
  EXPECT_THAT(written.source, Not(HasSubstr("alloc")));
  const CSource integers = c_source(awkward_model(), small_quantized(awkward_model()), "small");
  EXPECT_THAT(integers.header, HasSubstr("#define SMALL_BUFFER_BYTES 219\n"));
  EXPECT_THAT(integers.header, HasSubstr("Weights and activations are 8-bit integers"));
  EXPECT_THAT(integers.source, HasSubstr("static uint8_t a[111], b[108];"));
  EXPECT_THAT(integers.source, Not(HasSubstr("alloc")));
}

TEST(CSourceTest, WhatCannotBeWrittenIsRefused) {
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [] { c_source(awkward_model(), "my-student"); }),
              HasSubstr("'my-student' is no identifier in C"));
  for (const char* taken : {"int", "class", "mean", "convolve", "multiply", "block0_weights", "main", "expf", "sinl",
                            "printf", "_student", "requantize", "factor", "block0_shift", "int8_t"}) {
    EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { c_source(awkward_model(), taken); }),
                HasSubstr("' cannot be the name of a function here"))
        << taken;
  }
  ModelFile fused = awkward_model();
  fused.network = "fused";
  EXPECT_THAT(testing::refusal(ErrorKind::checkpoint, [&] { c_source(fused, "fused"); }),
              HasSubstr("its network is fused, and only sensor-cnn"));
}

}  // namespace
}  // namespace pskd::deploy
