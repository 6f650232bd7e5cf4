#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"
#include "pskd/base/error.hpp"
#include "report/markdown_report.hpp"
#include "report/results_table.hpp"
#include "report/run_search.hpp"
#include "report/table.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::report {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string> kClasses = {"arm_cross", "wave", "clap"};

/// `right` of ten arm_cross clips are recognized, the others taken for wave; six clap clips are all recognized.
eval::Scores scores_with(int right) {
  std::vector<eval::Prediction> predictions;
  for (int clip = 0; clip < 16; ++clip) {
    const int label = clip < 10 ? 0 : 2;
    const int predicted = clip < 10 && clip >= right ? 1 : label;
    predictions.push_back(
        {.clip = std::to_string(clip), .subject = 2, .label = label, .predicted = predicted, .probabilities = {}});
  }
  return eval::score(predictions, kClasses);
}

eval::RunRecord record_of(std::uint64_t seed, int right) {
  eval::RunRecord record;
  record.experiment = "utd-pskd";
  record.config_hash = "0123456789ab";
  record.protocol = "cross-subject, train subjects 1 3 5 7, test subjects 2 4 6 8";
  record.selection = "last";
  record.seed = seed;
  record.stages = {
      {.name = "skeleton", .test = scores_with(10), .val = {}, .parameters = 1000000, .epochs = 60, .seconds = 90},
      {.name = "student", .test = scores_with(right), .val = {}, .parameters = 250000, .epochs = 150, .seconds = 10},
  };
  return record;
}

std::string refusal(const std::vector<eval::RunRecord>& records) {
  try {
    results_table(records);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::data);
    return error.what();
  }
  return "not refused";
}

TEST(ResultsTable, HasOneRowAStageWithMeanAndDeviationOverSeeds) {
  eval::RunRecord second = record_of(2, 6);
  second.stages[1].seconds = 25;
  const Table table = results_table({record_of(1, 8), second});
  EXPECT_THAT(table.header, ElementsAre("stage", "accuracy %", "balanced accuracy %", "macro F1 %", "n", "parameters",
                                        "epochs", "training s"));
  ASSERT_EQ(table.rows.size(), 2);
  EXPECT_THAT(table.rows[0], ElementsAre("skeleton", "100.0 \u00b1 0.0", "100.0 \u00b1 0.0", "100.0 \u00b1 0.0", "2",
                                         "1000000", "60", "90.0"));
  // Accuracies 14 / 16 and 12 / 16; recalls 8 / 10, 1 and 6 / 10, 1; F1 of the classes with clips 16 / 18, 1 and 12 /
  // 16, 1.
  EXPECT_THAT(table.rows[1], ElementsAre("student", "81.2 \u00b1 8.8", "85.0 \u00b1 7.1", "91.0 \u00b1 4.9", "2",
                                         "250000", "150", "17.5"));
}

TEST(ResultsTable, SaysOverWhichClassesMacroF1Is) {
  eval::RunRecord record = record_of(1, 8);
  EXPECT_THAT(to_text(results_table({record})), HasSubstr("macro F1 over 2 of 3 classes: no test clip of wave\n"));
  for (eval::StageResult& stage : record.stages) std::swap(stage.test, stage.val);
  EXPECT_THAT(to_text(results_table({record})), HasSubstr("no val clip of wave\n"));
  for (eval::StageResult& stage : record.stages) stage.val->per_class[1].support = 1;
  EXPECT_THAT(to_text(results_table({record})), Not(HasSubstr("macro F1 over")));
}

TEST(ResultsTable, SaysTheBestEpochOfEachSeedAndItsTies) {
  eval::RunRecord first = record_of(1, 8), second = record_of(2, 6);
  EXPECT_THAT(to_text(results_table({first, second})), Not(HasSubstr("best epoch")));
  first.stages[1].best_epoch = 6;
  first.stages[1].tied_epochs = 25;
  second.stages[1].best_epoch = 140;
  second.stages[1].tied_epochs = 1;
  EXPECT_THAT(to_text(results_table({first, second})),
              HasSubstr("best epoch on the val part, by seed: student 6 of 150 (25 are as accurate), 140 of 150; "
                        "the smaller validation loss decides\n"));
}

TEST(PerClassTable, HasADashForAClassWithoutClips) {
  const Table table = per_class_table({record_of(1, 8), record_of(2, 6)});
  EXPECT_THAT(table.rows[1], ElementsAre("wave", "0", "\u2013", "\u2013"));
  EXPECT_THAT(table.rows[2], ElementsAre("clap", "6", "100.0", "100.0"));
}

/// Folds of two people; who is tested on `fold` has `right` of ten arm_cross clips recognized.
eval::RunRecord fold_of(const std::string& fold, std::uint64_t seed, int right) {
  eval::RunRecord record = record_of(seed, right);
  record.fold = fold;
  record.protocol = "leave-one-subject-out, train subjects 1 2, test subjects " + fold;
  return record;
}

TEST(ResultsTable, OfFoldsHasMeansOverFoldsAndPooledAccuracy) {
  eval::RunRecord other = fold_of("10", 1, 4);
  other.stages[1].test = eval::score({{.clip = "a", .subject = 10, .label = 0, .predicted = 1, .probabilities = {}}},
                                     kClasses);  // one clip, wrong
  const Table table = results_table({fold_of("2", 1, 8), other});
  EXPECT_THAT(table.header, ElementsAre("stage", "accuracy %", "balanced accuracy %", "macro F1 %", "pooled accuracy %",
                                        "n", "parameters", "epochs", "training s"));
  EXPECT_EQ(table.rows[1][1], "43.8 \u00b1 61.9") << "14 of 16 and 0 of 1: the folds count alike";
  EXPECT_EQ(table.rows[1][4], "82.4 \u00b1 \u2013") << "14 of 17: the clips count alike";
  EXPECT_EQ(table.rows[1][5], "2");
  EXPECT_THAT(to_text(table),
              AllOf(HasSubstr("protocol: leave-one-subject-out, 2 folds: 2 10\n"), HasSubstr("n = 2 folds, seeds 1\n"),
                    HasSubstr("skeleton 32, student 17 clips in all folds"), Not(HasSubstr("not finished"))));
}

TEST(ResultsTable, SaysHowManyClipsEachStageIsScoredOnWhereTheyDiffer) {
  eval::RunRecord record = record_of(1, 8);
  EXPECT_THAT(results_table({record}).notes, Contains(HasSubstr("part, 16 clips")));
  record.stages[0].test = eval::scores_of({{3, 0}, {0, 2}}, {"push", "wave"});
  EXPECT_THAT(results_table({record}).notes, Contains(HasSubstr("part, skeleton 5, student 16 clips")));
}

TEST(ResultsTable, OfFoldsSaysWhichRunsAreMissing) {
  const std::string text = to_text(results_table({fold_of("2", 1, 8), fold_of("2", 2, 6), fold_of("10", 1, 4)}));
  EXPECT_THAT(text, HasSubstr("not finished: fold 10 seed 2; pooled over the seeds with the most folds\n"));
}

TEST(ResultsTable, OfFoldsWithOtherClassesSaysHowManyMeansAreOver) {
  eval::RunRecord other = fold_of("10", 1, 4);
  other.stages[0].test =
      eval::score({{.clip = "a", .subject = 10, .label = 0, .predicted = 0, .probabilities = {}}}, kClasses);
  EXPECT_THAT(to_text(results_table({fold_of("2", 1, 8), other})),
              HasSubstr("macro F1 of each fold over its classes with test clips: 1 to 2 of 3 classes\n"));
}

TEST(FoldsTable, HasARowAFold) {
  const Table table = folds_table({fold_of("10", 1, 4), fold_of("2", 1, 8), fold_of("2", 2, 6)});
  EXPECT_THAT(table.header, ElementsAre("fold", "tested on", "clips", "skeleton", "student"));
  EXPECT_THAT(table.rows[0], ElementsAre("2", "subjects 2", "16", "100.0 \u00b1 0.0", "81.2 \u00b1 8.8"));
  EXPECT_THAT(table.rows[1], ElementsAre("10", "subjects 10", "16", "100.0 \u00b1 \u2013", "62.5 \u00b1 \u2013"));
  EXPECT_THAT(folds_table({record_of(1, 8)}).rows, ::testing::IsEmpty());
}

TEST(ResultsTable, PrintsNoDeviationForOneSeed) {
  EXPECT_EQ(results_table({record_of(1, 8)}).rows[1][1], "87.5 \u00b1 \u2013");
}

TEST(ResultsTable, SaysWhatItIs) {
  const std::string text = to_text(results_table({record_of(1, 8), record_of(5, 6)}));
  EXPECT_THAT(text, HasSubstr("protocol: cross-subject, train subjects 1 3 5 7, test subjects 2 4 6 8"));
  EXPECT_THAT(text, HasSubstr("selection rule: last epoch"));
  EXPECT_THAT(text, HasSubstr("n = 2, seeds 1 5"));
  EXPECT_THAT(text, HasSubstr("on the test part, 16 clips"));
  EXPECT_THAT(text, HasSubstr("our reconstruction of PSKD"));
  EXPECT_THAT(text, Not(HasSubstr("SHARED")));
}

TEST(ResultsTable, SaysInCapitalsWhenSubjectsAreShared) {
  eval::RunRecord record = record_of(1, 8);
  record.shared_subjects = true;
  EXPECT_THAT(to_text(results_table({record})), HasSubstr("SUBJECTS ARE SHARED BETWEEN TRAIN AND TEST"));
  EXPECT_THAT(to_markdown(results_table({record})), HasSubstr("SUBJECTS ARE SHARED BETWEEN TRAIN AND TEST"));
}

TEST(ResultsTable, ShowsValScoresAndSaysSoWhenThereIsNoTestPart) {
  eval::RunRecord record = record_of(1, 8);
  for (eval::StageResult& stage : record.stages) std::swap(stage.test, stage.val);
  EXPECT_EQ(results_table({record}).rows[1][1], "87.5 \u00b1 \u2013");
  EXPECT_THAT(to_text(results_table({record})), HasSubstr("on the val part"));
}

TEST(ResultsTable, RefusesRunsThatAreNotTheSameExperiment) {
  const eval::RunRecord first = record_of(1, 8);
  eval::RunRecord other = record_of(2, 8);
  other.config_hash = "ffffffffffff";
  EXPECT_THAT(refusal({first, other}), AllOf(HasSubstr("config hash"), HasSubstr("ffffffffffff"), HasSubstr("seed 2")));
  other = record_of(2, 8);
  other.protocol = "subject-specific";
  EXPECT_THAT(refusal({first, other}), HasSubstr("protocol"));
  other = record_of(2, 8);
  other.selection = "val";
  EXPECT_THAT(refusal({first, other}), HasSubstr("selection rule"));
  other = record_of(2, 8);
  other.stages.pop_back();
  EXPECT_THAT(refusal({first, other}), HasSubstr("stages"));
  other = record_of(2, 8);
  other.stages[1].test->per_class.pop_back();
  EXPECT_THAT(refusal({first, other}), HasSubstr("stages"));
}

TEST(ResultsTable, RefusesSeedsThatSawOtherRecordingsOrOtherFiles) {
  eval::RunRecord first = record_of(1, 8), older = record_of(2, 8), other = record_of(3, 8);
  first.data_hash = "aa";
  other.data_hash = "bb";
  EXPECT_THAT(refusal({first, older, other}),
              AllOf(HasSubstr("recordings"), HasSubstr("'aa'"), HasSubstr("seed 3"), HasSubstr("'bb'")));
  first = other = record_of(1, 8);
  first.version = other.version = "0.6.0";
  other.seed = 3;
  other.inputs = {{"stages.student.loss.acs.semantic.word_file", "cc"}};
  EXPECT_THAT(refusal({older, first, other}), AllOf(HasSubstr("word_file"), HasSubstr("'none'"), HasSubstr("'cc'")));
}

TEST(ResultsTable, TakesSeedsFromBeforeOtherFilesWereNoted) {
  eval::RunRecord older = record_of(1, 8), newer = record_of(2, 8);
  newer.version = "0.6.0";
  newer.inputs = {{"data.description", "cc"}};
  EXPECT_NO_THROW(results_table({older, newer}));
}

TEST(ResultsTable, SaysWhereItIsNotKnownWhichRecordingsARunSaw) {
  eval::RunRecord first = record_of(1, 8), second = record_of(2, 8);
  first.data_hash = second.data_hash = "aa";
  EXPECT_THAT(to_text(results_table({first, second})), Not(HasSubstr("not known")));
  second.data_hash.clear();
  EXPECT_THAT(to_text(results_table({first, second})), HasSubstr("which recordings it saw"));
}

TEST(ResultsTable, RefusesOneSeedTwice) {
  EXPECT_THAT(refusal({record_of(1, 8), record_of(1, 8)}), HasSubstr("seed 1 is there twice"));
}

TEST(ResultsTable, RefusesNothingAtAll) {
  EXPECT_THAT(refusal({}), HasSubstr("no finished run"));
  eval::RunRecord record = record_of(1, 8);
  record.stages[1].test.reset();
  EXPECT_THAT(refusal({record}), HasSubstr("'student' has neither test nor val scores"));
  record.stages.clear();
  EXPECT_THAT(refusal({record}), HasSubstr("no stage"));
}

TEST(Text, AlignsColumnsByWhatIsSeenNotByBytes) {
  const Table table{
      .notes = {"a note"}, .header = {"name", "x"}, .rows = {{"b\u00e4r", "1 \u00b1 2"}, {"longest", "3"}}};
  EXPECT_EQ(to_text(table),
            "a note\n\n"
            "name         x\n"
            "-------  -----\n"
            "b\u00e4r      1 \u00b1 2\n"
            "longest      3\n");
}

TEST(Markdown, IsAPipeTableWhoseCellsCannotBreakIt) {
  const Table table{.notes = {"a note"}, .header = {"class", "x"}, .rows = {{"arm_cross", "1"}, {"a|b", "<c>"}}};
  EXPECT_EQ(to_markdown(table),
            "- a note\n\n"
            "| class | x |\n"
            "|---|---:|\n"
            "| arm\\_cross | 1 |\n"
            "| a\\|b | \\<c> |\n");
}

TEST(Table, InEveryFormEscapesWhatWouldActOnATerminal) {
  const Table table{.notes = {"protocol: \x1b]0;title\x07"},
                    .header = {"class", "x"},
                    .rows = {{"\x1b[2Jwave\nclap", "\u202e1"}, {"l\xe9", "2"}}};
  for (const std::string& text : {to_text(table), to_markdown(table), to_latex(table), to_csv(table)}) {
    EXPECT_EQ(find_invalid_utf8(text), std::nullopt) << text;
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
    EXPECT_EQ(text.find("wave\nclap"), std::string::npos) << text;
    EXPECT_EQ(text.find("\u202e"), std::string::npos) << text;
  }
}

class Report : public ::testing::Test {
 protected:
  testing::TemporaryFolder folder;

  void add(const eval::RunRecord& record) {
    eval::write_run_record(folder / ("seed-" + std::to_string(record.seed)) / "result.json", record);
  }
  std::string report() { return read_file(write_report(folder.path())); }
};

TEST_F(Report, FindsTheFinishedSeedsInOrder) {
  add(record_of(10, 8));
  add(record_of(9, 8));
  std::filesystem::create_directories(folder / "seed-3");  // begun, not finished
  std::filesystem::create_directories(folder / "notes");
  const std::vector<eval::RunRecord> records = find_run_records(folder.path());
  ASSERT_EQ(records.size(), 2);
  EXPECT_EQ(records[0].seed, 9);
  EXPECT_EQ(records[1].seed, 10);
}

TEST_F(Report, DoesNotSkipABrokenRecord) {
  add(record_of(1, 8));
  write_file_atomically(folder / "seed-2" / "result.json", "{");
  EXPECT_THROW(find_run_records(folder.path()), Error);
  EXPECT_THROW(write_report(folder.path()), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "report.md"));
}

TEST_F(Report, RefusesAFolderThatDoesNotExist) {
  EXPECT_THROW(find_run_records(folder / "nowhere"), Error);
  EXPECT_THROW(write_report(folder.path()), Error) << "a folder without a finished run";
}

TEST_F(Report, LiesInTheFolderAndHoldsTheTable) {
  add(record_of(1, 8));
  add(record_of(2, 6));
  EXPECT_EQ(write_report(folder.path()), folder / "report.md");
  EXPECT_THAT(report(), AllOf(HasSubstr("# utd-pskd"),
                              HasSubstr(to_markdown(results_table({record_of(1, 8), record_of(2, 6)})))));
}

// The folder of finished runs may be read-only.
TEST_F(Report, IsNotWrittenAgainWhereItIsTheSame) {
  add(record_of(1, 8));
  const auto file = write_report(folder.path());
  const auto before = std::filesystem::last_write_time(file) - std::chrono::hours(1);
  std::filesystem::last_write_time(file, before);
  write_report(folder.path());
  EXPECT_EQ(std::filesystem::last_write_time(file), before);
}

TEST_F(Report, ShowsTheF1OfEachClassAsMeanOverSeeds) {
  add(record_of(1, 8));
  add(record_of(2, 6));
  // (16 / 18 + 12 / 16) / 2 = 81.9 %
  EXPECT_THAT(report(), HasSubstr("| class | clips | skeleton | student |\n"
                                  "|---|---:|---:|---:|\n"
                                  "| arm\\_cross | 10 | 100.0 | 81.9 |\n"
                                  "| wave | 0 | \u2013 | \u2013 |\n"
                                  "| clap | 6 | 100.0 | 100.0 |\n"));
}

TEST_F(Report, ShowsTheConfusionsOfTheStudentOverAllSeeds) {
  add(record_of(1, 8));
  add(record_of(2, 6));
  EXPECT_THAT(report(), AllOf(HasSubstr("Largest confusions of `student`"),
                              HasSubstr("| arm\\_cross | wave | 6 | 20 | 30.0 |\n")));
}

TEST_F(Report, ShowsAtMostTenConfusionsTheLargestFirst) {
  std::vector<std::string> classes;
  std::vector<eval::Prediction> predictions;
  for (int label = 0; label < 12; ++label) {
    classes.push_back("class" + std::to_string(label));
    for (int clip = 0; clip <= label; ++clip) {
      predictions.push_back(
          {.clip = "", .subject = 2, .label = label, .predicted = (label + 1) % 12, .probabilities = {}});
    }
  }
  eval::RunRecord record = record_of(1, 8);
  for (eval::StageResult& stage : record.stages) stage.test = eval::score(predictions, classes);
  add(record);
  const std::string text = report();
  EXPECT_LT(text.find("| class11 | class0 | 12 |"), text.find("| class10 | class11 | 11 |"));
  EXPECT_THAT(text, HasSubstr("| class2 | class3 | 3 |"));
  EXPECT_THAT(text, Not(HasSubstr("| class1 | class2 | 2 |")));
}

TEST_F(Report, SaysSoWhenNothingWasConfused) {
  add(record_of(1, 10));
  EXPECT_THAT(report(), HasSubstr("No clip was confused."));
}

TEST_F(Report, LooksAtTheLastStageWhenNoneIsCalledStudent) {
  eval::RunRecord record = record_of(1, 8);
  record.stages[1].name = "baseline";
  add(record);
  EXPECT_THAT(report(), HasSubstr("Largest confusions of `baseline`"));
}

TEST_F(Report, SaysHowToReproduceIt) {
  add(record_of(7, 8));
  EXPECT_THAT(report(), AllOf(HasSubstr("pskd train --config seed-7/config.resolved.yaml"), HasSubstr("0123456789ab")));
}

}  // namespace
}  // namespace pskd::report
