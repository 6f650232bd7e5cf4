#include "pskd/eval/run_record.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/file.hpp"
#include "pskd/base/error.hpp"
#include "support/temporary_folder.hpp"
#include "support/write_anew.hpp"

namespace pskd::eval {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

Scores some_scores() {
  return score({{.clip = "a", .subject = 2, .label = 0, .predicted = 0, .probabilities = {}},
                {.clip = "b", .subject = 2, .label = 1, .predicted = 2, .probabilities = {}},
                {.clip = "c", .subject = 4, .label = 2, .predicted = 2, .probabilities = {}}},
               {"wave", "clap", "draw \"x\" \u00b1"});
}

RunRecord some_record() {
  RunRecord record;
  record.experiment = "utd-pskd";
  record.config_hash = "0123456789ab";
  record.protocol = "cross-subject, train subjects 1 3 5 7, test subjects 2 4 6 8";
  record.selection = "last";
  record.fold = "anna";
  record.seed = 18446744073709551615U;
  record.data_hash = "4eff3149c00a76a539c1602d233ea536";
  record.version = "0.6.0";
  record.git_revision = "0123abc-dirty";
  record.inputs = {{"stages.baseline.loss.acs.semantic.word_file", "ab"}};
  record.files = {{"manifest.json", "cd"}};
  record.train_clips = 431;
  record.stages = {
      {.name = "skeleton", .test = some_scores(), .val = {}, .parameters = 1234567, .epochs = 60, .seconds = 1.0 / 3},
      {.name = "baseline",
       .test = some_scores(),
       .val = some_scores(),
       .parameters = 3,
       .epochs = 30,
       .seconds = 0,
       .best_epoch = 6,
       .tied_epochs = 25,
       .cost = StageCost{.macs = 7, .bytes = 12, .latency = 0.25, .adapters = 5},
       .checkpoint = "ef",
       .teachers = {{"skeleton/last", "01"}},
       .start = "02"},
  };
  return record;
}

class RunRecordFile : public ::testing::Test {
 protected:
  testing::TemporaryFolder folder;
  const std::filesystem::path file = folder / "result.json";

  Json written() const {
    write_run_record(file, some_record());
    return Json::parse(read_file(file));
  }

  std::string refusal(const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
    try {
      read_run_record(file);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      EXPECT_THAT(error.what(), HasSubstr(file.string()));
      return error.what();
    }
    return "not refused";
  }

  std::string refusal(const std::function<void(Json&)>& change) {
    static const Json original = unsealed();
    Json json = original;
    change(json);
    return refusal(json.dump());
  }

  /// As pskd 0.5.0 wrote it.
  Json unsealed() const {
    Json json = written();
    for (const char* key : {"data_hash", "version", "git_revision", "inputs", "files", "checksum"}) json.erase(key);
    for (auto& stage : json["stages"]) {
      for (const char* key : {"checkpoint", "teachers", "best_epoch", "tied_epochs"}) stage.erase(key);
      for (const char* part : {"test", "val"}) {
        if (stage.contains(part)) stage[part].erase("scored_classes");
      }
    }
    return json;
  }
};

std::vector<std::string> keys(const Json& json) {
  std::vector<std::string> names;
  for (const auto& item : json.items()) names.push_back(item.key());
  return names;
}

TEST_F(RunRecordFile, HasTheKeysOfTheContract) {
  const Json json = written();
  EXPECT_THAT(keys(json), ElementsAre("experiment", "dataset", "data_hash", "config_hash", "protocol", "selection",
                                      "shared_subjects", "fold", "seed", "version", "git_revision", "inputs", "stages",
                                      "files", "train_clips", "checksum"));
  EXPECT_THAT(keys(json["stages"]["skeleton"]),
              ElementsAre("test", "parameters", "epochs", "seconds", "checkpoint", "teachers"));
  EXPECT_THAT(keys(json["stages"]["baseline"]),
              ElementsAre("test", "val", "parameters", "epochs", "seconds", "best_epoch", "tied_epochs", "cost",
                          "checkpoint", "teachers", "start"));
  EXPECT_THAT(keys(json["stages"]["baseline"]["cost"]), ElementsAre("macs", "bytes", "latency", "adapters"));
  const Json& test = json["stages"]["skeleton"]["test"];
  EXPECT_THAT(keys(test), ElementsAre("accuracy", "macro_f1", "scored_classes", "per_class", "confusion"));
  EXPECT_THAT(keys(test["per_class"][0]), ElementsAre("name", "precision", "recall", "f1", "support"));
  EXPECT_DOUBLE_EQ(test["accuracy"], 2.0 / 3);
}

TEST_F(RunRecordFile, KeepsTheTrainingOrderOfTheStages) {
  EXPECT_THAT(keys(written()["stages"]), ElementsAre("skeleton", "baseline"));
}

TEST_F(RunRecordFile, ReadsBackWhatWasWritten) {
  const RunRecord record = some_record();
  write_run_record(file, record);
  const RunRecord read = read_run_record(file);
  EXPECT_EQ(read.experiment, record.experiment);
  EXPECT_EQ(read.fold, record.fold);
  EXPECT_EQ(read.seed, record.seed);
  EXPECT_EQ(read.protocol, record.protocol);
  ASSERT_EQ(read.stages.size(), 2);
  EXPECT_EQ(read.stages[0].seconds, record.stages[0].seconds);
  EXPECT_EQ(read.stages[0].test->clips, 3);
  EXPECT_EQ(read.stages[0].test->macro_f1, record.stages[0].test->macro_f1);
  EXPECT_EQ(read.stages[0].test->per_class[2].name, "draw \"x\" \u00b1");
  EXPECT_FALSE(read.stages[0].val.has_value());
  EXPECT_FALSE(read.stages[0].cost.has_value()) << "as in records from before costs were measured";
  EXPECT_TRUE(read.stages[1].val.has_value());
  EXPECT_FALSE(read.stages[0].best_epoch.has_value());
  EXPECT_EQ(read.stages[1].best_epoch, 6);
  EXPECT_EQ(read.stages[1].tied_epochs, 25);
  EXPECT_EQ(read.data_hash, record.data_hash);
  EXPECT_EQ(read.inputs, record.inputs);
  EXPECT_EQ(read.files, record.files);
  EXPECT_EQ(read.train_clips, record.train_clips);
  EXPECT_EQ(read.stages[1].teachers, record.stages[1].teachers);
  EXPECT_EQ(read.stages[1].start, record.stages[1].start);
  // Nothing is lost on the way: the second file is the first, byte for byte.
  write_run_record(folder / "again.json", read);
  EXPECT_EQ(read_file(folder / "again.json"), read_file(file));
}

TEST_F(RunRecordFile, IsRefusedWhenCutAnywhere) {
  written();
  const std::string whole = read_file(file);
  for (std::size_t length = 0; length < whole.size() - 2; length += 17) {
    EXPECT_THAT(refusal(whole.substr(0, length)), HasSubstr("JSON")) << "cut to " << length;
  }
}

TEST_F(RunRecordFile, NamesTheMissingKey) {
  for (const std::string key : {"experiment", "config_hash", "protocol", "selection", "seed", "stages"}) {
    EXPECT_THAT(refusal([&key](Json& json) { json.erase(key); }), HasSubstr("'" + key + "' is missing"));
  }
  EXPECT_THAT(refusal([](Json& json) { json["stages"]["baseline"]["cost"].erase("macs"); }),
              HasSubstr("'stages.baseline.cost.macs' is missing"));
  EXPECT_THAT(refusal([](Json& json) { json["stages"]["baseline"]["val"].erase("macro_f1"); }),
              HasSubstr("'stages.baseline.val.macro_f1' is missing"));
}

TEST_F(RunRecordFile, NamesTheKeyOfTheWrongTypeAndWhatWasFound) {
  EXPECT_THAT(refusal([](Json& json) { json["seed"] = "one"; }), AllOf(HasSubstr("'seed'"), HasSubstr("\"one\"")));
  EXPECT_THAT(refusal([](Json& json) { json["seed"] = -1; }), AllOf(HasSubstr("'seed'"), HasSubstr("-1")));
  EXPECT_THAT(refusal([](Json& json) { json["shared_subjects"] = 1; }), HasSubstr("true or false"));
  EXPECT_THAT(refusal([](Json& json) { json["stages"] = Json::array(); }), HasSubstr("'stages'"));
  EXPECT_THAT(refusal([](Json& json) { json["stages"]["../../x"] = json["stages"]["baseline"]; }),
              HasSubstr("without /"));
  EXPECT_THAT(refusal([](Json& json) { json["stages"]["baseline"] = nullptr; }), HasSubstr("'stages.baseline'"));
  EXPECT_THAT(refusal([](Json& json) { json["stages"]["baseline"]["epochs"] = 1.5; }),
              AllOf(HasSubstr("'stages.baseline.epochs'"), HasSubstr("1.5")));
  EXPECT_THAT(refusal([](Json& json) { json["stages"]["baseline"]["epochs"] = 3000000000; }),
              HasSubstr("'stages.baseline.epochs'"));
  EXPECT_THAT(refusal([](Json& json) { json["stages"]["baseline"]["test"]["per_class"][1]["support"] = "two"; }),
              HasSubstr("'stages.baseline.test.per_class[1].support'"));
  EXPECT_THAT(refusal(std::string("[]")), HasSubstr("expected a map"));
  EXPECT_THAT(refusal(std::string("\x80\xff")), HasSubstr("JSON"));
  EXPECT_THAT(refusal(std::string("1e999")), HasSubstr("JSON"));
}

TEST_F(RunRecordFile, RefusesAConfusionThatDoesNotFitTheClasses) {
  const auto confusion = [](Json& json) -> Json& { return json["stages"]["skeleton"]["test"]["confusion"]; };
  EXPECT_THAT(refusal([&](Json& json) { confusion(json).erase(0); }), HasSubstr("one row for each class"));
  EXPECT_THAT(refusal([&](Json& json) { confusion(json)[1].erase(0); }), HasSubstr("confusion[1]"));
  EXPECT_THAT(refusal([&](Json& json) { confusion(json)[1][0] = -1; }), HasSubstr("confusion[1][0]"));
  EXPECT_THAT(refusal([&](Json& json) { confusion(json)[1][0] = 2147483647; }), HasSubstr("sum"));
}

TEST_F(RunRecordFile, OfAnOlderProgramIsReadWithoutSeal) {
  write_file_atomically(file, unsealed().dump());
  const RunRecord read = read_run_record(file);
  EXPECT_EQ(read.data_hash, "");
  EXPECT_EQ(read.stages[1].test->accuracy, some_scores().accuracy);
}

TEST_F(RunRecordFile, RefusesScoresThatAreNotThoseOfTheConfusion) {
  const auto test = [](Json& json) -> Json& { return json["stages"]["skeleton"]["test"]; };
  EXPECT_THAT(refusal([&](Json& json) { test(json)["accuracy"] = 0.99; }),
              AllOf(HasSubstr("'stages.skeleton.test.accuracy'"), HasSubstr("0.666"), HasSubstr("found 0.99")));
  EXPECT_THAT(refusal([&](Json& json) { test(json)["macro_f1"] = 0.99; }), HasSubstr("macro_f1"));
  for (const char* key : {"precision", "recall", "f1"}) {
    EXPECT_THAT(refusal([&](Json& json) { test(json)["per_class"][2][key] = 0.25; }), HasSubstr(key));
  }
}

/// Of two clips and three classes, of which one has no clip but is predicted, and one neither.
Scores scores_without_clips_of_two_classes() {
  return score({{.clip = "a", .subject = 2, .label = 0, .predicted = 0, .probabilities = {}},
                {.clip = "b", .subject = 2, .label = 0, .predicted = 1, .probabilities = {}}},
               {"wave", "clap", "draw"});
}

TEST_F(RunRecordFile, FromBeforeMacroF1LeftOutPredictedClassesWithoutClipsIsReadAsToday) {
  RunRecord record = some_record();
  record.stages[0].test = scores_without_clips_of_two_classes();
  write_run_record(file, record);
  Json json = Json::parse(read_file(file));
  EXPECT_EQ(json["stages"]["skeleton"]["test"]["scored_classes"], 1);
  EXPECT_DOUBLE_EQ(json["stages"]["skeleton"]["test"]["macro_f1"], 2.0 / 3);
  for (const char* key : {"version", "checksum"}) json.erase(key);
  Json& test = json["stages"]["skeleton"]["test"];
  test.erase("scored_classes");
  test["macro_f1"] = 1.0 / 3;  // the mean over wave and clap, as versions up to 0.6.0 wrote it
  testing::write_anew(file, json.dump());
  EXPECT_DOUBLE_EQ(read_run_record(file).stages[0].test->macro_f1, 2.0 / 3);
  test["macro_f1"] = 2.0 / 3;
  EXPECT_THAT(refusal(json.dump()), HasSubstr("macro_f1"));
  test["scored_classes"] = 2;
  EXPECT_THAT(refusal(json.dump()), HasSubstr("scored_classes"));
}

TEST_F(RunRecordFile, EveryFlippedBitIsRefusedOrChangesNothing) {
  written();
  const std::string whole = read_file(file);
  const auto shown = [&](const std::string& bytes) {
    testing::write_anew(file, bytes);
    const RunRecord read = read_run_record(file);
    write_run_record(folder / "shown.json", read);
    return read_file(folder / "shown.json");
  };
  ASSERT_EQ(shown(whole), whole);
  for (std::size_t bit = 0; bit < 8 * whole.size(); bit += 7) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    try {
      EXPECT_EQ(shown(flipped), whole) << "bit " << bit;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
    }
  }
}

TEST_F(RunRecordFile, NestedTooDeepIsRefused) {
  EXPECT_THAT(refusal(R"({"version": )" + std::string(200'000, '[')), HasSubstr("too deep"));
}

TEST_F(RunRecordFile, ThatIsAbsentIsAnErrorNamingIt) {
  try {
    read_run_record(file);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_THAT(error.what(), HasSubstr(file.string()));
  }
}

}  // namespace
}  // namespace pskd::eval
