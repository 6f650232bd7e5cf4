// What becomes of a trained stage: a model file, used where neither run nor recordings are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/file.hpp"
#include "support/real_data.hpp"
#include "support/run_program.hpp"
#include "support/tiny_run.hpp"

namespace pskd {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::kProgram;
using testing::run_command;

class Deploy : public testing::TinyRun {
 protected:
  static std::string stage() { return (run_ / "stages" / "student").string(); }
};

TEST_F(Deploy, AStageIsExportedByEitherOfItsNames) {
  const auto by_path = run_command(kProgram + "export " + stage() + "/ --out " + path("a.pskd"));
  EXPECT_EQ(by_path.code, 0) << by_path.output;
  EXPECT_THAT(by_path.output, HasSubstr("sensor-cnn, 2 classes, 3 channels at 50 Hz; "));
  const auto by_run = run_command(kProgram + "export " + run_.string() + " --stage student --out " + path("b.pskd"));
  EXPECT_EQ(by_run.code, 0) << by_run.output;
  EXPECT_EQ(read_file(path("a.pskd")), read_file(path("b.pskd")));
  EXPECT_LT(fs::file_size(path("a.pskd")), fs::file_size(stage() + "/last.ckpt")) << "without the optimizer's state";
}

TEST_F(Deploy, AModelFileSaysWhatItKnowsAndHowItWasTrainedButNotWhere) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("told.pskd")).code, 0);
  const std::string bytes = read_file(path("told.pskd"));
  EXPECT_THAT(bytes, HasSubstr("no license is stated with the files of UTD-MHAD"));
  EXPECT_THAT(bytes, HasSubstr(R"(\"seen\":{\"labeled\":{\"clips\":\")"));
  EXPECT_THAT(bytes, HasSubstr("    batch: 2")) << "of its config";
  EXPECT_THAT(bytes, ::testing::Not(HasSubstr(folder_->path().string())));
}

TEST_F(Deploy, WhatIsNoStageOfAFinishedRunIsRefused) {
  const auto expect = [](const std::string& arguments, int code, const std::string& message) {
    const auto finished = run_command(kProgram + "export " + arguments + " --out " + path("no.pskd"));
    EXPECT_EQ(finished.code, code) << finished.output;
    EXPECT_THAT(finished.output, HasSubstr(message));
    EXPECT_FALSE(fs::exists(path("no.pskd")));
  };
  expect(run_.string() + " --stage teacher", 2, "has no stage 'teacher'; its stages are student");
  expect(stage() + " --stage teacher", 2, "is stage 'student', and --stage says 'teacher'");
  expect(path("runs"), 2, "expected the folder of a finished run");
  fs::copy(run_, path("seed-1"), fs::copy_options::recursive);
  fs::remove(path("seed-1/stages/student/last.ckpt"));
  expect(path("seed-1"), 5, "last.ckpt: is missing");
}

TEST_F(Deploy, AModelFileReplacesNeitherAFolderNorAnotherFile) {
  const auto folder = run_command(kProgram + "export " + stage() + " --out " + path("data"));
  EXPECT_EQ(folder.code, 2);
  EXPECT_THAT(folder.output, HasSubstr("data is a folder; --out names a file"));
  const auto file = run_command(kProgram + "export " + stage() + " --out " + path("tiny.yaml"));
  EXPECT_EQ(file.code, 2);
  EXPECT_THAT(read_file(path("tiny.yaml")), HasSubstr("stages:"));
}

TEST_F(Deploy, NumpyReadsAModelFileAsTheDocumentsSay) {
  if (run_command("python3 -c 'import numpy'").code != 0) GTEST_SKIP() << "python3 with numpy is absent";
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("student.pskd")).code, 0);
  const std::string page = read_file(fs::path(PSKD_SOURCE_DIR) / "docs" / "deploy.md"), fence = "```python\n";
  const std::size_t begin = page.find(fence) + fence.size();
  std::ofstream(path("read.py")) << page.substr(begin, page.find("```", begin) - begin) << R"(
print(weights["network/convolutions.0.weight"].shape, weights["network/head.classifier.bias"].dtype)
print(manifest["model"]["classes"], manifest["model"]["sensor"]["rate"], manifest["stage"], manifest["run"]["data"])
)";
  const auto read = run_command("cd " + folder_->path().string() + " && python3 read.py");
  EXPECT_EQ(read.output, "(4, 3, 7) float32\n['swipe_left', 'swipe_right'] 50.0 student utd-mhad\n");
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

/// What a run's predictions.csv says of a clip.
struct Said {
  std::string label, predicted;
  std::map<std::string, double> probabilities;  ///< by class
};
std::map<std::string, Said> predictions_in(const fs::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  std::vector<std::string> classes;
  for (const std::string& column : fields_of(line)) {
    if (column.starts_with("p_")) classes.push_back(column.substr(2));
  }
  std::map<std::string, Said> all;
  while (std::getline(stream, line)) {
    const std::vector<std::string> fields = fields_of(line);
    Said& said = all[fields[0]];
    said.label = classes.at(std::stoul(fields[2]));
    said.predicted = classes.at(std::stoul(fields[3]));
    for (std::size_t k = 0; k < classes.size(); ++k) said.probabilities[classes[k]] = std::stod(fields[4 + k]);
  }
  return all;
}

/// Exports the student of `run`, puts the sensor files of its test clips (which lie in `inertial`) beside the model
/// into a folder of their own, takes the run away, and asks the model.
void expect_same_predictions(const fs::path& run, const fs::path& inertial, const fs::path& folder) {
  const std::map<std::string, Said> expected = predictions_in(run / "stages/student/predictions.csv");
  ASSERT_FALSE(expected.empty());
  fs::create_directories(folder);
  const auto exported = run_command(kProgram + "export " + run.string() + " --out " + (folder / "m.pskd").string());
  ASSERT_EQ(exported.code, 0) << exported.output;
  std::ofstream labels(folder / "labels.csv");
  labels << "file,label\n";
  int right = 0;
  for (const auto& [clip, said] : expected) {
    fs::copy(inertial / (clip + "_inertial.mat"), folder);
    labels << clip << "_inertial.mat," << said.label << '\n';
    right += said.label == said.predicted ? 1 : 0;
  }
  labels.close();
  fs::rename(run, run.string() + "-gone");
  const auto asked = run_command("(cd " + folder.string() + " && env -u PSKD_DATA_ROOT " + kProgram +
                                 "predict m.pskd *.mat --format jsonl --top 100 --labels labels.csv 2> said)");
  fs::rename(run.string() + "-gone", run);
  ASSERT_EQ(asked.code, 0) << asked.output << read_file(folder / "said");
  std::istringstream lines(asked.output);
  std::size_t found = 0;
  for (std::string line; std::getline(lines, line); ++found) {
    const auto one = nlohmann::json::parse(line);
    const std::string file = one["file"];
    const Said& said = expected.at(file.substr(0, file.find("_inertial")));
    EXPECT_EQ(one["class"], said.predicted) << file;
    EXPECT_EQ(one["label"], said.label) << file;
    EXPECT_FALSE(one.contains("doubts")) << line;
    ASSERT_EQ(one["top"].size(), said.probabilities.size());
    for (const auto& entry : one["top"]) {
      EXPECT_NEAR(entry["probability"].get<double>(), said.probabilities.at(entry["class"]), 1e-5) << file;
    }
  }
  EXPECT_EQ(found, expected.size());
  char accuracy[64];
  std::snprintf(accuracy, sizeof(accuracy), "accuracy %.2f %%", 100.0 * right / static_cast<double>(found));
  EXPECT_THAT(read_file(folder / "said"), HasSubstr(accuracy));
}

TEST_F(Deploy, WithoutRunAndDataAModelPredictsWhatTheRunPredicted) {
  expect_same_predictions(run_, fs::path(path("data")) / "Inertial", path("alone"));
}

TEST_F(Deploy, OnRealRecordingsAModelPredictsWhatTheRunPredicted) {
  PSKD_REAL_DATA_OR_SKIP(data, "utd-mhad");
  std::ofstream(path("real.yaml")) << "data: {name: utd-mhad, root: " << fs::absolute(data).string() << "}\n"
                                   << "run: {name: real, threads: 1, root: " << path("real") << "}\n"
                                   << R"(seeds: [1]
protocol: {name: cross-subject}
training: {epochs: 3, optimizer: {warmup: 0}}
stages:
  student: {model: {name: sensor-cnn, width: 48}, sees: [sensor], loss: {ce: 1}}
)";
  const auto trained = run_command(kProgram + "train --quiet --config " + path("real.yaml"));
  ASSERT_EQ(trained.code, 0) << trained.output;
  expect_same_predictions(testing::tiny_run_folder(path("real")), data / "Inertial", path("real-alone"));
}

TEST_F(Deploy, DecisionsArePrintedInEveryForm) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("f.pskd")).code, 0);
  const std::string file = path("data/Inertial/a1_s2_t1_inertial.mat");
  const auto predict = [&](const std::string& rest) {
    const auto finished = run_command(kProgram + "predict " + path("f.pskd") + " " + file + " " + rest);
    EXPECT_EQ(finished.code, 0) << finished.output;
    return finished.output;
  };
  EXPECT_THAT(predict(""), ::testing::MatchesRegex("file +class +probability\n.*a1_s2_t1_inertial.mat  swipe_[a-z]+ +"
                                                   "[01]\\.[0-9]+  swipe_[a-z]+ [01]\\.[0-9]+\n"));
  EXPECT_THAT(predict("--format csv --top 1"), HasSubstr("file,class,probability\n" + file + ",swipe_"));
  const std::string windows = predict("--format csv --top 1 --window 1 --step 0.5");
  EXPECT_THAT(windows, HasSubstr("file,start,end,class,probability\n"));
  EXPECT_THAT(windows, HasSubstr(",0.5,1.48,swipe_")) << "50 samples of the 50 Hz that the data set has";
  predict("--quiet --probabilities " + path("p.npy") + " --embeddings " + path("e.npy"));
  EXPECT_THAT(read_file(path("p.npy")), HasSubstr("'shape': (1, 2)"));
  EXPECT_THAT(read_file(path("e.npy")), HasSubstr("'shape': (1, 8)"));
}

TEST_F(Deploy, ArraysForNumpyReplaceNothing) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("n.pskd")).code, 0);
  std::ofstream(path("mine.npy")) << "the only copy\n";
  for (const std::string option : {"--probabilities ", "--embeddings "}) {
    const auto refused =
        run_command(kProgram + "predict " + path("n.pskd") + " " + path("mine.npy") + " " + option + path("mine.npy"));
    EXPECT_EQ(refused.code, 2) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr("mine.npy: there is a file of that name; give another name, or remove it"));
    EXPECT_EQ(read_file(path("mine.npy")), "the only copy\n");
  }
}

TEST_F(Deploy, CIsTheSameFromRunAndModelFileAndReplacesNothingElse) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("h.pskd")).code, 0);
  const auto write_c = [](const std::string& from, const std::string& to) {
    return run_command(kProgram + "export " + from + " --format c --out " + path(to));
  };
  ASSERT_EQ(write_c(path("h.pskd"), "small.c").code, 0);
  const std::string header = read_file(path("small.h")), source = read_file(path("small.c"));
  const auto again = write_c(run_.string(), "small");
  EXPECT_EQ(again.code, 0) << again.output;
  EXPECT_EQ(read_file(path("small.h")), header);
  EXPECT_EQ(read_file(path("small.c")), source);
  std::ofstream(path("watch.c")) << "int main(void) { return 0; }\n";
  const auto refused = write_c(path("h.pskd"), "watch.c");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("watch.c: there is another file of that name"));
  EXPECT_FALSE(fs::exists(path("watch.h")));
}

TEST_F(Deploy, IntegersAreCalibratedOnTrainingClipsAndScoredOnTestClips) {
  const auto written =
      run_command(kProgram + "export " + stage() + " --format c --quantize int8 --out " + path("integers.c"));
  EXPECT_EQ(written.code, 0) << written.output;
  EXPECT_THAT(written.output, HasSubstr("integers.c: C99 in 8-bit integers, sensor-cnn, 2 classes, 3 channels"));
  EXPECT_THAT(written.output, HasSubstr("calibrated on 4 training clips\naccuracy on 4 test clips: "));
  const auto compiled =
      run_command("gcc -std=c99 -Wall -Wextra -Wpedantic -Werror -c -o /dev/null " + path("integers.c"));
  EXPECT_EQ(compiled.code, 0) << compiled.output;
  const std::string before = " bytes in floats, ";
  const double bytes = std::stod(written.output.substr(written.output.find(before) + before.size()));
  char kilobytes[64];
  std::snprintf(kilobytes, sizeof(kilobytes), ",%.1f,", bytes / 1e3);
  const auto table = run_command(kProgram + "table " + run_.string() + " --metric cost --format csv");
  EXPECT_THAT(table.output, HasSubstr(kilobytes)) << "known without exporting";
  const auto floats = run_command(kProgram + "export " + stage() + " --format c --out " + path("integers.c"));
  EXPECT_EQ(floats.code, 0) << "one may replace the other: " << floats.output;
}

TEST_F(Deploy, IntegersNeedTheRunAndItsRecordings) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("q.pskd")).code, 0);
  const auto expect = [](const std::string& arguments, int code, const std::string& message) {
    const auto refused = run_command(kProgram + "export " + arguments + " --quantize int8 --out " + path("never.c"));
    EXPECT_EQ(refused.code, code) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr(message));
    EXPECT_FALSE(fs::exists(path("never.c")) || fs::exists(path("never.h")));
  };
  expect(path("q.pskd") + " --format c", 2, "--quantize needs a run, whose training clips say");
  expect(stage() + " --format onnx", 2, "--quantize goes with --format c, found --format onnx");
  fs::rename(path("data"), path("elsewhere"));
  expect(stage() + " --format c", 3, "--quantize needs the recordings of the run: ");
  fs::copy(path("elsewhere"), path("data"), fs::copy_options::recursive);
  fs::copy_file(path("data/Inertial/a1_s1_t1_inertial.mat"), path("data/Inertial/a1_s1_t2_inertial.mat"),
                fs::copy_options::overwrite_existing);
  expect(stage() + " --format c", 5, "trained on other recordings");
  fs::remove_all(path("data"));
  fs::rename(path("elsewhere"), path("data"));
}

/// The C of a student that subject 1 of three trained, without what says which run it is of.
std::string integers_of_run(const fs::path& folder, const std::string& tested) {
  const std::string config = (folder / (tested + ".yaml")).string(), root = (folder / ("runs-" + tested)).string();
  std::ofstream(config)
      << "data: {name: utd-mhad, root: " << (folder / "data-q").string() << "}\n"
      << "run: {name: tested, threads: 1, root: " << root << "}\n"
      << "protocol: {name: cross-subject, classes: [swipe_left, swipe_right], train: {subjects: [1]}, "
      << "test: {subjects: [" << tested << "]}}\n"
      << R"(seeds: [1]
training: {batch: 2, epochs: 1, optimizer: {warmup: 0}}
stages:
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], loss: {ce: 1}}
)";
  const auto trained = run_command(kProgram + "train --quiet --config " + config);
  EXPECT_EQ(trained.code, 0) << trained.output;
  const fs::path out = folder / "tested.c";
  const auto written = run_command(kProgram + "export " + testing::tiny_run_folder(root).string() +
                                   " --format c --quantize int8 --out " + out.string());
  EXPECT_EQ(written.code, 0) << written.output;
  const std::string source = read_file(out);
  return source.substr(source.find("#include"));
}

TEST_F(Deploy, TestClipsDoNotDecideAboutIntegers) {
  ASSERT_EQ(run_command(kProgram + "data synth --subjects 3 --trials 2 --actions 2 --out " + path("data-q")).code, 0);
  const std::string one = integers_of_run(folder_->path(), "2"), other = integers_of_run(folder_->path(), "3");
  EXPECT_EQ(one, other);
  EXPECT_THAT(one, HasSubstr("block0_multiplier"));
}

TEST_F(Deploy, OnnxIsTheSameFromRunAndModelFileAndReplacesNothingElse) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("i.pskd")).code, 0);
  const auto write_onnx = [](const std::string& from, const std::string& to) {
    return run_command(kProgram + "export " + from + " --format onnx --out " + path(to));
  };
  const auto written = write_onnx(path("i.pskd"), "small.onnx");
  ASSERT_EQ(written.code, 0) << written.output;
  EXPECT_THAT(written.output, HasSubstr("small.onnx: ONNX, sensor-cnn, 2 classes, 3 channels at 50 Hz; "));
  const std::string bytes = read_file(path("small.onnx"));
  ASSERT_EQ(write_onnx(run_.string(), "small.onnx").code, 0) << "our own is replaced";
  EXPECT_EQ(read_file(path("small.onnx")), bytes);
  std::ofstream(path("thesis.onnx")) << "the only copy\n";
  const auto refused = write_onnx(path("i.pskd"), "thesis.onnx");
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("thesis.onnx: there is another file of that name"));
}

TEST_F(Deploy, APageNeedsOnnxruntimeWebBesideTheProgramAndAFolderOfItsOwn) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("w.pskd")).code, 0);
  fs::create_directories(path("moved/bin"));
  fs::copy_file(PSKD_PROGRAM, path("moved/bin/pskd"));
  const auto write_page = [](const std::string& arguments) {
    return run_command(path("moved/bin/pskd") + " export " + arguments);
  };
  const auto missing = write_page(path("w.pskd") + " --web " + path("page"));
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.output, HasSubstr("share/pskd/onnxruntime-web/onnxruntime.js: is missing"));
  EXPECT_THAT(missing.output, HasSubstr("tools/setup.sh --web"));
  EXPECT_FALSE(fs::exists(path("page")));

  fs::create_directories(path("moved/share/pskd/onnxruntime-web"));
  std::ofstream(path("moved/share/pskd/onnxruntime-web/onnxruntime.js")) << "const ONNXRUNTIME = {};\n";
  const auto written = write_page(path("w.pskd") + " --web " + path("page"));
  ASSERT_EQ(written.code, 0) << written.output;
  EXPECT_THAT(written.output,
              HasSubstr("page/index.html: page for a browser, sensor-cnn, 2 classes, 3 channels at 50 Hz; "));
  EXPECT_EQ(read_file(path("page/onnxruntime.js")), "const ONNXRUNTIME = {};\n");
  const std::string model = read_file(path("page/model.js"));
  ASSERT_EQ(write_page(run_.string() + " --web " + path("page")).code, 0) << "our own is replaced";
  EXPECT_EQ(read_file(path("page/model.js")), model) << "the same from the run";
  const auto refused = write_page(path("w.pskd") + " --web " + path("data"));
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("data: expected an empty folder or a page"));
}

TEST_F(Deploy, AnExportIsAFileOrAPage) {
  for (const std::string arguments : {"", " --out a.pskd --web page", " --web page --format onnx"}) {
    const auto refused = run_command(kProgram + "export " + stage() + arguments);
    EXPECT_EQ(refused.code, 2) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr("--web"));
  }
}

/// Three seconds at 50 Hz as lines.
std::string lines_of_samples() {
  std::string lines;
  for (int i = 0; i < 150; ++i)
    lines += std::to_string(0.1 * std::sin(0.1 * i)) + "," + std::to_string(0.2 * std::cos(0.1 * i)) + ",1.0" +
             std::to_string(i % 7) + "\n";
  return lines;
}

TEST_F(Deploy, AStreamDecidesAsPredictDoesAndSurvivesGarbage) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("s.pskd")).code, 0);
  std::ofstream(path("day.csv")) << lines_of_samples();
  std::ofstream(path("live.csv")) << "ax,ay,az\n\x01\xff{[\n0.1,0.2\n" << lines_of_samples() << "0.1,0.2,0";
  const std::string windows = " --window 1.5 --step 0.5";
  const auto asked =
      run_command(kProgram + "predict " + path("s.pskd") + " " + path("day.csv") + windows + " --format jsonl --quiet");
  const auto live = run_command("(cat " + path("live.csv") + " | " + kProgram + "stream " + path("s.pskd") + windows +
                                " 2> " + path("said") + ")");
  EXPECT_EQ(live.code, 0) << read_file(path("said"));
  EXPECT_THAT(read_file(path("said")), HasSubstr("4 lines are no samples; the first is line 1: 'ax,ay,az'"));
  EXPECT_THAT(read_file(path("said")), HasSubstr("150 samples, 4 decisions"));
  std::istringstream expected(asked.output), found(live.output);
  for (std::string one, other; std::getline(expected, one);) {
    ASSERT_TRUE(std::getline(found, other)) << live.output;
    const auto said = nlohmann::json::parse(one), streamed = nlohmann::json::parse(other);
    for (const char* key : {"start", "end", "class", "probability"})
      EXPECT_EQ(said[key], streamed[key]) << one << other;
  }
}

TEST_F(Deploy, AStreamBelievesNoImpossibleSampleAndSaysWhatGetsDoubtfulLater) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("x.pskd")).code, 0);
  std::ofstream still(path("later.csv"));
  still << lines_of_samples() << "0,1e38,0\n";
  for (int i = 0; i < 150; ++i) still << "0,0,9.8" << i % 7 << '\n';
  still.close();
  const auto live = run_command("(cat " + path("later.csv") + " | " + kProgram + "stream " + path("x.pskd") +
                                " --window 1 --step 0.5)");
  EXPECT_EQ(live.code, 0) << live.output;
  EXPECT_THAT(live.output,
              HasSubstr("1 samples with NaN, infinity or an acceleration of more than 1000 g were dropped"));
  const std::string doubt = "|acceleration| is far from 1 g";
  const std::size_t first = live.output.find(doubt);
  ASSERT_NE(first, std::string::npos) << live.output;
  EXPECT_EQ(live.output.find(doubt, first + 1), std::string::npos) << "said once";
}

TEST_F(Deploy, AStreamThatIsAskedToStopHasSaidWhatItDecided) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("t.pskd")).code, 0);
  std::ofstream(path("three.csv")) << lines_of_samples();
  const auto stopped = run_command("((cat " + path("three.csv") + "; sleep 4; cat " + path("three.csv") +
                                   " 2> /dev/null) | timeout --preserve-status -s TERM 2 " + kProgram + "stream " +
                                   path("t.pskd") + " --window 1 --step 1)");
  EXPECT_EQ(stopped.code, 0) << stopped.output;
  EXPECT_THAT(stopped.output, HasSubstr("150 samples, 3 decisions"));
  EXPECT_THAT(stopped.output, HasSubstr("\"start\":2.0,\"end\":2.98,\"answer\":\"swipe_"));
}

TEST_F(Deploy, AProgramInCppSaysWhatPredictSays) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("w.pskd")).code, 0);
  std::ofstream(path("walk.csv")) << lines_of_samples();
  const auto asked =
      run_command(kProgram + "predict " + path("w.pskd") + " " + path("walk.csv") + " --format jsonl --quiet");
  const auto said = nlohmann::json::parse(asked.output);
  const auto own = run_command("(tr , ' ' < " + path("walk.csv") + " | " PSKD_EXAMPLE " " + path("w.pskd") + ")");
  EXPECT_EQ(own.code, 0) << own.output;
  std::istringstream words(own.output);
  std::string name;
  double probability = 0;
  words >> name >> probability;
  EXPECT_EQ(name, said["class"]);
  EXPECT_NEAR(probability, said["probability"], 1e-5);
  const auto refused = run_command("(echo 1 2 | " PSKD_EXAMPLE " " + path("w.pskd") + ")");
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.output, HasSubstr("recognize: the window: expected 3 values a sample, found 2"));
}

TEST_F(Deploy, ValidationClipsGiveTheRuleForNone) {
  const std::string config = path("val.yaml");
  std::ofstream(config) << "data: {name: utd-mhad, root: " << path("data3") << "}\n"
                        << "run: {name: val, threads: 1, root: " << path("val") << "}\n"
                        << R"(seeds: [1]
protocol: {name: cross-subject, classes: [swipe_left, swipe_right], train: {subjects: [1]}, val: {subjects: [3]}, test: {subjects: [2]}}
training: {batch: 2, epochs: 1, optimizer: {warmup: 0}}
stages:
  student: {model: {name: sensor-cnn, width: 4, embedding: 8}, sees: [sensor], loss: {ce: 1}}
)";
  ASSERT_EQ(run_command(kProgram + "data synth --subjects 3 --trials 2 --actions 2 --out " + path("data3")).code, 0);
  const auto trained = run_command(kProgram + "train --quiet --config " + config);
  ASSERT_EQ(trained.code, 0) << trained.output;
  const auto exported =
      run_command(kProgram + "export " + testing::tiny_run_folder(path("val")).string() + " --out " + path("v.pskd"));
  ASSERT_EQ(exported.code, 0) << exported.output;
  EXPECT_THAT(exported.output, HasSubstr("none below a confidence of "));
  const auto predict = [&](const std::string& rest) {
    const auto asked = run_command(kProgram + "predict " + path("v.pskd") + " " +
                                   path("data3/Inertial/a1_s2_t1_inertial.mat") + " --format jsonl --quiet " + rest);
    return nlohmann::json::parse(asked.output);
  };
  const auto usual = predict(""), all = predict("--threshold 0"), none = predict("--threshold 1");
  EXPECT_EQ(all["answer"], all["class"]);
  EXPECT_EQ(none["answer"], "none");
  EXPECT_EQ(none["class"], usual["class"]);
  EXPECT_EQ(none["probability"], usual["probability"]);
  EXPECT_EQ(none["confidence"], usual["confidence"]) << "the temperature stays";
}

TEST_F(Deploy, AStreamWithoutASampleSaysWhatItExpected) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("u.pskd")).code, 0);
  const auto nothing = run_command("(echo hello | " + kProgram + "stream " + path("u.pskd") + ")");
  EXPECT_EQ(nothing.code, 3);
  EXPECT_THAT(nothing.output, HasSubstr("expected lines with ax,ay,az, or t,ax,ay,az, found none"));
}

TEST_F(Deploy, ANameThatIsNoneInCIsRefusedAndNothingIsWritten) {
  const auto refused = run_command(kProgram + "export " + stage() + " --format c --out " + path("int.c"));
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("'int' cannot be the name of a function here"));
  EXPECT_FALSE(fs::exists(path("int.c")) || fs::exists(path("int.h")));
}

TEST_F(Deploy, FilesThatCannotBeUsedAreNamedAndTheOthersDecidedAbout) {
  ASSERT_EQ(run_command(kProgram + "export " + stage() + " --out " + path("g.pskd")).code, 0);
  std::ofstream(path("still.csv")) << "ax,ay,az\n0,0,9.81\n0,0,9.82\n0,0,9.80\n";
  std::ofstream(path("wrong.csv")) << "ax,ay\n0,0\n0,1\n";
  const auto asked =
      run_command(kProgram + "predict " + path("g.pskd") + " " + path("wrong.csv") + " " + path("still.csv"));
  EXPECT_EQ(asked.code, 3);
  EXPECT_THAT(asked.output, HasSubstr("wrong.csv: expected a column called 'az'"));
  EXPECT_THAT(asked.output, HasSubstr("1 of 2 files could not be used"));
  EXPECT_THAT(asked.output, HasSubstr("1 of 2 files: |acceleration| is far from 1 g"));
  EXPECT_THAT(asked.output, HasSubstr("channel ax is constant"));
  EXPECT_THAT(asked.output, HasSubstr("still.csv  swipe_"));
  const auto forgotten = run_command(kProgram + "predict " + path("g.pskd") + " --probabilities " + path("still.csv"));
  EXPECT_EQ(forgotten.code, 2);
  EXPECT_THAT(forgotten.output, HasSubstr("expected a name that ends in .npy"));
  const auto damaged = run_command(kProgram + "predict " + stage() + "/last.ckpt " + path("still.csv"));
  EXPECT_EQ(damaged.code, 5);
  EXPECT_THAT(damaged.output, HasSubstr("expected a model, found a checkpoint"));
}

}  // namespace
}  // namespace pskd
