#include "report/comparison.hpp"

#include <gmock/gmock.h>

#include "base/file.hpp"
#include "report/run_search.hpp"
#include "report/table.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::report {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// `right` of twenty clips of two classes are recognized.
eval::Scores scores_with(int right) {
  std::vector<eval::Prediction> predictions;
  for (int clip = 0; clip < 20; ++clip) {
    const int label = clip % 2;
    predictions.push_back({.clip = std::to_string(clip),
                           .subject = 2,
                           .label = label,
                           .predicted = clip < right ? label : 1 - label,
                           .probabilities = {}});
  }
  return eval::score(predictions, {"wave", "clap"});
}

eval::RunRecord record_of(const std::string& method, std::uint64_t seed, int right) {
  eval::RunRecord record;
  record.experiment = method;
  record.dataset = "utd-mhad";
  record.config_hash = "hash-of-" + method;
  record.protocol = "cross-subject, train subjects 1 3, test subjects 2 4";
  record.selection = "last";
  record.seed = seed;
  record.stages = {
      {.name = "skeleton", .test = scores_with(20), .val = {}, .parameters = 1000, .epochs = 3, .seconds = 9},
      {.name = "student", .test = scores_with(right), .val = {}, .parameters = 250, .epochs = 3, .seconds = 7.5}};
  return record;
}

std::vector<eval::RunRecord> two_methods() {
  return {record_of("label", 1, 10), record_of("label", 2, 12), record_of("label", 3, 11),
          record_of("acs", 1, 12),   record_of("acs", 2, 13),   record_of("acs", 3, 15)};
}

std::string refused(const std::vector<eval::RunRecord>& records, ErrorKind kind = ErrorKind::data) {
  return testing::refusal(kind, [&] { comparison_table({records}, {}); });
}

TEST(Comparison, HasARowAMethodWithMeanAndDeviationOverSeeds) {
  const Table table = comparison_table({two_methods()}, {});
  EXPECT_THAT(table.header, ElementsAre("method", "utd-mhad accuracy %", "n"));
  EXPECT_THAT(table.rows,
              ElementsAre(ElementsAre("label", "55.0 \u00b1 5.0", "3"), ElementsAre("acs", "66.7 \u00b1 7.6", "3")));
}

TEST(Comparison, PairsDifferencesToTheReferenceBySeed) {
  std::vector<eval::RunRecord> records = two_methods();
  std::swap(records[3], records[5]);  // the order of seeds says nothing
  const Table table = comparison_table({records}, {.reference = "label"});
  // By seed: 10, 5 and 20 points; t(0.975, 2) = 4.303. All signs equal: 2 of 8 assignments.
  EXPECT_THAT(table.rows[1],
              ElementsAre("acs", "66.7 \u00b1 7.6", "3", "+11.7", "[-7.3, +30.6]", "0.250", "0.250", "3"));
  EXPECT_THAT(table.rows[0],
              ElementsAre("label", "55.0 \u00b1 5.0", "3", "\u2013", "\u2013", "\u2013", "\u2013", "\u2013"));
  EXPECT_THAT(to_text(table), HasSubstr("the smallest p that 3 pairs can give is 0.250"));
  EXPECT_THAT(to_text(table), HasSubstr("95 % interval of its mean by Student's t"));
}

TEST(Comparison, PairsOnlySeedsThatBothHave) {
  std::vector<eval::RunRecord> records = two_methods();
  records.erase(records.begin());  // seed 1 of the reference
  EXPECT_EQ(comparison_table({records}, {.reference = "label"}).rows[1].back(), "2");
  EXPECT_THAT(comparison_table({{record_of("label", 1, 10), record_of("acs", 2, 12)}}, {.reference = "label"}).rows[1],
              ElementsAre("acs", "60.0 \u00b1 \u2013", "1", "\u2013", "\u2013", "\u2013", "\u2013", "0"));
}

TEST(Comparison, AdjustsForTheNumberOfRows) {
  std::vector<eval::RunRecord> records;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    records.push_back(record_of("label", seed, 10));
    records.push_back(record_of("kd", seed, 11));
    records.push_back(record_of("acs", seed, 12));
  }
  const Table table = comparison_table({records}, {.reference = "label"});
  EXPECT_EQ(table.rows[1][4], "\u2013") << "the differences are equal, so t is not defined";
  EXPECT_EQ(table.rows[1][5], "0.062");
  EXPECT_EQ(table.rows[1][6], "0.125");
}

TEST(Comparison, SaysWhatItIs) {
  EXPECT_THAT(
      to_text(comparison_table({two_methods()}, {})),
      AllOf(HasSubstr("protocol: cross-subject, train subjects 1 3, test subjects 2 4"),
            HasSubstr("selection rule: last epoch"), HasSubstr("on the test part, 20 clips"), HasSubstr("seeds 1 2 3"),
            HasSubstr("stage: student"), HasSubstr("our reconstruction of PSKD"), Not(HasSubstr("SHARED"))));
}

TEST(Comparison, RefusesToMixWhatCannotBeCompared) {
  std::vector<eval::RunRecord> records = two_methods();
  records[4].protocol = "leave-one-subject-out, test subject 3";
  EXPECT_THAT(refused(records), AllOf(HasSubstr("different protocol"), HasSubstr("'label'"), HasSubstr("'acs'"),
                                      HasSubstr("leave-one-subject-out")));
  records = two_methods();
  for (std::size_t i = 3; i < 6; ++i) records[i].selection = "val";
  EXPECT_THAT(refused(records), HasSubstr("different selection rule"));
  records = two_methods();
  for (std::size_t i = 3; i < 6; ++i) records[i].shared_subjects = true;
  EXPECT_THAT(refused(records), HasSubstr("different sharing of subjects"));
  records = two_methods();
  std::swap(records[3].stages[1].test, records[3].stages[1].val);
  EXPECT_THAT(refused(records), HasSubstr("different scores"));
  records = two_methods();
  records[3].stages[1].test->per_class[0].name = "bow";
  EXPECT_THAT(refused(records), HasSubstr("different clips of each class"));
}

TEST(Comparison, RefusesToMixRunsOfOtherRecordings) {
  std::vector<eval::RunRecord> records = two_methods();
  records[1].data_hash = "aa";
  EXPECT_THAT(to_text(comparison_table({records}, {})), HasSubstr("which recordings it saw"));
  records[4].data_hash = "bb";
  EXPECT_THAT(refused(records), AllOf(HasSubstr("different recordings"), HasSubstr("'label', seed 2"),
                                      HasSubstr("'acs', seed 2"), HasSubstr("aa"), HasSubstr("bb")));
  for (eval::RunRecord& record : records) record.data_hash = "aa";
  EXPECT_THAT(to_text(comparison_table({records}, {})), Not(HasSubstr("recordings")));
}

TEST(Comparison, RefusesToMixRunsOfOtherFiles) {
  std::vector<eval::RunRecord> records = two_methods();
  for (eval::RunRecord& record : records) record.version = "0.6.0";
  records[2].inputs = {{"stages.student.loss.acs.semantic.word_file", "cc"}};
  EXPECT_THAT(refused(records), HasSubstr("word_file had another content"));
  records = two_methods();
  for (eval::RunRecord& record : records) record.version = "0.6.0";
  for (std::size_t i = 3; i < 6; ++i) records[i].inputs = {{eval::kDescription, "dd"}};
  EXPECT_THAT(refused(records), AllOf(HasSubstr("data.description"), HasSubstr("'label'"), HasSubstr("'acs'")));
}

TEST(Comparison, SaysWhichVersionsMadeTheRuns) {
  std::vector<eval::RunRecord> records = two_methods();
  for (eval::RunRecord& record : records) record.version = "0.6.0";
  EXPECT_THAT(to_text(comparison_table({records}, {})), Not(HasSubstr("made by")));
  records[4].version = "0.7.0";
  EXPECT_THAT(to_text(comparison_table({records}, {})), HasSubstr("made by pskd 0.6.0 and 0.7.0"));
  records[4].version.clear();
  EXPECT_THAT(to_text(comparison_table({records}, {})), HasSubstr("records without a checksum"));
}

TEST(Comparison, KeepsOtherDataSetsInColumnsOfTheirOwn) {
  std::vector<eval::RunRecord> records = two_methods();
  eval::RunRecord other = record_of("acs", 1, 19);
  other.dataset = "mmact";
  other.protocol = "cross-session";
  other.shared_subjects = true;
  records.push_back(other);
  const Table table = comparison_table({records}, {});
  EXPECT_THAT(table.rows[0], ElementsAre("label", "55.0 \u00b1 5.0", "3", "\u2013", "0"));
  EXPECT_EQ(table.rows[1][3], "95.0 \u00b1 \u2013");
  EXPECT_THAT(to_text(table), HasSubstr("mmact: SUBJECTS ARE SHARED"));
}

TEST(Comparison, RefusesOneSeedTwiceAndSaysWhere) {
  std::vector<eval::RunRecord> records = two_methods();
  records.push_back(records.back());
  EXPECT_THAT(refused(records), HasSubstr("row 'acs', column 'utd-mhad' has seed 3 twice"));
  records[5].folder = "/a/runs/acs/hash-of-acs/seed-3";
  records[6].folder = "/b/runs/acs/hash-of-acs/seed-3";
  EXPECT_THAT(refused(records), HasSubstr("give one of the folders, not both: /a/runs/acs/hash-of-acs/seed-3 and "
                                          "/b/runs/acs/hash-of-acs/seed-3"));
}

TEST(Comparison, RefusesTwoConfigsInOneCell) {
  std::vector<eval::RunRecord> records = {record_of("acs", 1, 10), record_of("acs", 2, 10)};
  records[1].dataset = "mmact";
  records[1].config_hash = "ffff";
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { comparison_table({records}, {.columns = Axis::stage}); }),
              AllOf(HasSubstr("different configs"), HasSubstr("ffff")));
}

TEST(Comparison, RefusesUnknownNames) {
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [] { comparison_table({two_methods()}, {.reference = "kd"}); }),
              HasSubstr("expected one of 'label', 'acs', found 'kd'"));
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [] { comparison_table({two_methods()}, {.stage = "pupil"}); }),
              HasSubstr("'skeleton', 'student'"));
  EXPECT_THAT(refused({}), HasSubstr("no finished run"));
}

TEST(Comparison, HasStagesAsRowsOrColumns) {
  const Table table = comparison_table({two_methods()}, {.rows = Axis::stage, .columns = Axis::method});
  EXPECT_THAT(table.rows[0], ElementsAre("skeleton", "100.0 \u00b1 0.0", "3", "100.0 \u00b1 0.0", "3"));
}

TEST(Comparison, KeepsRunsOfOneNameApartByTheirSweeps) {
  std::vector<eval::RunRecord> records = {record_of("none", 1, 10), record_of("none", 1, 12)};
  records[1].config_hash = "another";
  records[0].folder = "runs/teachers/none/hash-of-none/seed-1";
  records[1].folder = "runs/progress/none/another/seed-1";
  for (const Axis axis : {Axis::run, Axis::method}) {
    const Table table = comparison_table({records}, {.rows = axis, .reference = "progress/none"});
    EXPECT_EQ(table.header[0], axis == Axis::run ? "run" : "method");
    EXPECT_THAT(table.rows[0], ::testing::Contains("teachers/none"));
    EXPECT_EQ(table.rows[0][3], "-10.0") << table.rows[0][0];
  }
  records.push_back(record_of("all", 1, 12));
  EXPECT_EQ(comparison_table({records}, {}).rows[2][0], "all") << "only where it is needed";
}

TEST(Comparison, ShowsWhatANetworkCostsInUse) {
  std::vector<eval::RunRecord> records = two_methods();
  for (eval::RunRecord& record : records) {
    if (record.experiment != "acs") continue;
    record.stages[1].cost = {
        .macs = 54321, .bytes = 1234, .latency = 0.001 * static_cast<double>(record.seed), .adapters = 30};
  }
  const Table table = comparison_table({records}, {.metrics = {Metric::cost}});
  EXPECT_THAT(table.header, ElementsAre("method", "utd-mhad parameters", "utd-mhad trained beside", "utd-mhad MACs",
                                        "utd-mhad size kB", "utd-mhad int8 kB", "utd-mhad latency ms"));
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre("label", "250", "\u2013", "\u2013", "\u2013", "\u2013", "\u2013"),
                                      ElementsAre("acs", "250", "30", "54321", "1.2", "\u2013", "2.00")));
}

TEST(Comparison, SaysWhatAStudentTakesInIntegers) {
  RunSet runs{{record_of("acs", 1, 12)}};
  // The student of UTD-MHAD: 261,396 weights; 312 + 300 outputs of norms; 27 classes, of which scores_with has 2.
  eval::StageResult& student = runs.records[0].stages[1];
  student.parameters = 261'396 + 2 * 612 + 2;
  student.cost = {.macs = 1, .bytes = 4 * (student.parameters + 2 * 612), .latency = 0.001};
  const auto int8 = [&](const char* model) {
    runs.settings["hash-of-acs"] = {{"stages.student.model.name", model}};
    return comparison_table(runs, {.metrics = {Metric::cost}}).rows[0][5];
  };
  EXPECT_EQ(int8("sensor-cnn"), "266.3") << "a byte a weight, eight an output and a class";
  EXPECT_EQ(int8("fused"), "\u2013") << "cannot be exported";
}

/// Two versions of kd in one sweep, and label.
RunSet edited_sweep() {
  RunSet runs{{record_of("label", 1, 10), record_of("kd", 1, 12), record_of("kd", 1, 14)}};
  runs.records[1].config_hash = "aaaaaaaaaaaa";
  runs.records[2].config_hash = "bbbbbbbbbbbb";
  runs.settings = {{"hash-of-label", {{"stages.student.epochs", "100"}}},
                   {"aaaaaaaaaaaa", {{"stages.student.epochs", "100"}}},
                   {"bbbbbbbbbbbb", {{"stages.student.epochs", "150"}}}};
  return runs;
}

std::vector<std::string> first_cells(const Table& table) {
  std::vector<std::string> cells;
  for (const auto& row : table.rows) cells.push_back(row.front());
  return cells;
}

TEST(Comparison, NamesRunsOfSeveralConfigsByWhatDiffers) {
  EXPECT_THAT(first_cells(comparison_table(edited_sweep(), {})),
              ElementsAre("label", "kd (epochs 100)", "kd (epochs 150)"));
}

TEST(Comparison, NamesRunsByTheHashWhereConfigsAreMissingOrManyKeysDiffer) {
  RunSet runs = edited_sweep();
  runs.settings.erase("aaaaaaaaaaaa");
  EXPECT_THAT(first_cells(comparison_table(runs, {})), ElementsAre("label", "kd (aaaaaaaaaaaa)", "kd (bbbbbbbbbbbb)"));
  runs = edited_sweep();
  for (const char* key : {"a", "b", "c"}) runs.settings["bbbbbbbbbbbb"][key] = "2";
  EXPECT_THAT(first_cells(comparison_table(runs, {})), ElementsAre("label", "kd (aaaaaaaaaaaa)", "kd (bbbbbbbbbbbb)"));
}

TEST(Comparison, ARunOnOtherDataIsNamedByTheSameKeys) {
  RunSet runs = edited_sweep();
  runs.records.push_back(record_of("kd", 1, 16));
  runs.records.back().dataset = "mmact";
  runs.records.back().config_hash = "aaaaaaaaaaaa";
  EXPECT_THAT(comparison_table(runs, {}).rows[1],
              ElementsAre("kd (epochs 100)", "60.0 \u00b1 \u2013", "1", "80.0 \u00b1 \u2013", "1"));
}

TEST(Comparison, AReferenceThatIsSeveralRowsIsRefusedWithNamesThatWork) {
  const std::string told =
      testing::refusal(ErrorKind::usage, [] { comparison_table(edited_sweep(), {.reference = "kd"}); });
  EXPECT_THAT(told, HasSubstr("'kd' is several rows, give one of 'kd (epochs 100)', 'kd (epochs 150)'"));
  EXPECT_EQ(comparison_table(edited_sweep(), {.reference = "kd (epochs 100)"}).rows[2][3], "+10.0");
}

TEST(Comparison, OfAGridHasAColumnForEachAxis) {
  RunSet runs;
  for (const char* batch : {"16", "8"}) {
    for (const char* lr : {"0.1", "0.05"}) {
      const std::string name = std::string("kd_batch-") + batch + "_lr-" + lr;
      runs.records.push_back(record_of(name, 1, 10 + static_cast<int>(runs.records.size())));
      runs.settings["hash-of-" + name] = {{"stages.student.batch", batch}, {"stages.student.optimizer.lr", lr}};
    }
  }
  Table table = comparison_table(runs, {.reference = "kd_batch-16_lr-0.1"});
  EXPECT_EQ(table.labels, 3U);
  EXPECT_EQ((std::vector<std::string>(table.header.begin(), table.header.begin() + 4)),
            (std::vector<std::string>{"method", "batch", "lr", "utd-mhad accuracy %"}));
  EXPECT_EQ((std::vector<std::string>(table.rows[3].begin(), table.rows[3].begin() + 3)),
            (std::vector<std::string>{"kd", "8", "0.05"}));
  table = comparison_table(runs, {.sort = Order::name});
  EXPECT_EQ(table.rows[0][1] + " " + table.rows[0][2], "8 0.05") << "numbers by value";
  for (eval::RunRecord& record : runs.records) record.experiment.erase(0, 3);
  EXPECT_EQ(comparison_table(runs, {}).header[0], "batch") << "no other name, no other column";
}

TEST(Comparison, KeysOfOneLastNameAreToldApartInTheHeader) {
  RunSet runs{{record_of("epochs-1_epochs-5", 1, 10), record_of("epochs-1_epochs-6", 1, 10),
               record_of("epochs-2_epochs-5", 1, 10)}};
  const auto set = [&](const char* name, const char* teacher, const char* student) {
    runs.settings[std::string("hash-of-") + name] = {{"stages.skeleton.epochs", teacher},
                                                     {"stages.student.epochs", student}};
  };
  set("epochs-1_epochs-5", "1", "5");
  set("epochs-1_epochs-6", "1", "6");
  set("epochs-2_epochs-5", "2", "5");
  const Table table = comparison_table(runs, {});
  EXPECT_EQ(table.header[0], "skeleton.epochs");
  EXPECT_EQ(table.header[1], "student.epochs");
  EXPECT_EQ(table.rows[1][1], "6");
}

TEST(Comparison, PutsMetricsSideBySideWithDifferencesForEach) {
  const Table table = comparison_table(
      {two_methods()}, {.metrics = {Metric::accuracy, Metric::balanced_accuracy}, .reference = "label"});
  EXPECT_THAT(table.header, ElementsAre("method", "utd-mhad accuracy %", "utd-mhad balanced accuracy %", "n",
                                        "accuracy difference", "95 % interval", "p", "p (Holm)",
                                        "balanced accuracy difference", "95 % interval", "p", "p (Holm)", "pairs"));
  EXPECT_THAT(table.rows[1], ElementsAre("acs", "66.7 \u00b1 7.6", "66.7 \u00b1 7.6", "3", "+11.7", "[-7.3, +30.6]",
                                         "0.250", "0.250", "+11.7", "[-7.3, +30.6]", "0.250", "0.250", "3"));
}

TEST(Comparison, FurtherScoresStandBesideWithoutDifferences) {
  const Table table = comparison_table({two_methods()}, {.beside = kBesideAccuracy, .reference = "label"});
  EXPECT_THAT(table.header,
              ElementsAre("method", "utd-mhad accuracy %", "utd-mhad balanced accuracy %", "utd-mhad macro F1 %", "n",
                          "difference", "95 % interval", "p", "p (Holm)", "pairs"));
  EXPECT_THAT(table.rows[0][2], "55.0 \u00b1 5.0");
}

TEST(Comparison, SortsByTheFirstScoreOrByName) {
  std::vector<eval::RunRecord> records = two_methods();
  records.push_back(record_of("zero", 1, 0));
  EXPECT_THAT(first_cells(comparison_table({records}, {})), ElementsAre("label", "acs", "zero"));
  EXPECT_THAT(first_cells(comparison_table({records}, {.sort = Order::score})), ElementsAre("acs", "label", "zero"));
  EXPECT_THAT(first_cells(comparison_table({records}, {.sort = Order::name})), ElementsAre("acs", "label", "zero"));
  EXPECT_THAT(testing::refusal(ErrorKind::usage,
                               [&] { comparison_table({records}, {.metrics = {Metric::cost}, .sort = Order::score}); }),
              HasSubstr("--sort score"));
}

/// Three methods of which acs is far ahead, in every seed.
std::vector<eval::RunRecord> clear_winner() {
  return {record_of("label", 1, 8), record_of("label", 2, 9), record_of("label", 3, 8),
          record_of("acs", 1, 18),  record_of("acs", 2, 19),  record_of("acs", 3, 19),
          record_of("kd", 1, 11),   record_of("kd", 2, 12),   record_of("kd", 3, 11)};
}

TEST(Comparison, MarksTheBestRowOnlyWhereItCanBeToldFromEveryOther) {
  std::vector<eval::RunRecord> records = clear_winner();
  const Table table = comparison_table({records}, {});
  EXPECT_THAT(table.best, ElementsAre(std::pair<std::size_t, std::size_t>{1, 1}));
  EXPECT_THAT(to_text(table), AllOf(HasSubstr("'acs' is the best, and marked"), HasSubstr("93.3 \u00b1 2.9*"),
                                    HasSubstr("t test, Holm's procedure over the rows, 5 %")));
  EXPECT_THAT(to_markdown(table), HasSubstr("| acs | **93.3 \u00b1 2.9** | 3 |"));
  EXPECT_THAT(to_latex(table), HasSubstr("acs & \\textbf{93.3 $\\pm$ 2.9} & 3"));
  records[6] = record_of("kd", 1, 18);
  const Table close = comparison_table({records}, {});
  EXPECT_THAT(close.best, ::testing::IsEmpty());
  EXPECT_THAT(to_text(close),
              HasSubstr("no row is marked as the best: the highest, 'acs', cannot be told from 'kd'\n"));
}

TEST(Comparison, OneSeedMarksNothing) {
  EXPECT_THAT(to_text(comparison_table({{record_of("label", 1, 0), record_of("acs", 1, 20)}}, {})),
              HasSubstr("the highest, 'acs', cannot be told from 'label'"));
}

TEST(Comparison, NamesWhatIsNotFinishedAndWhy) {
  RunSet runs{two_methods()};
  runs.unfinished = {
      {.sweep = "", .experiment = "kd", .config_hash = "k", .fold = "", .seed = 1, .why = "loss is nan"},
      {.sweep = "", .experiment = "acs", .config_hash = "hash-of-acs", .fold = "", .seed = 4, .why = "in training"},
      {.sweep = "", .experiment = "acs", .config_hash = "hash-of-acs", .fold = "", .seed = 5, .why = "stopped"}};
  EXPECT_THAT(to_text(comparison_table(runs, {})),
              AllOf(HasSubstr("not finished: kd (1 of 1 seeds: loss is nan)\n"),
                    HasSubstr("not finished: acs (2 of 5 seeds: seed 4: in training; seed 5: stopped)\n")));
}

TEST(Comparison, CountsPairsAndNotSeeds) {
  std::vector<eval::RunRecord> records = two_methods();
  records.push_back(record_of("acs", 4, 12));
  EXPECT_THAT(to_text(comparison_table({records}, {.reference = "label"})),
              AllOf(HasSubstr("the smallest p that 3 pairs can give"), HasSubstr("'label' lacks seed 4")));
}

TEST(Comparison, SaysOverWhichClassesMeansAre) {
  eval::RunRecord record = record_of("acs", 1, 20);
  record.stages[1].test =
      eval::score({{.clip = "a", .subject = 1, .label = 0, .predicted = 0, .probabilities = {}}}, {"wave", "clap"});
  EXPECT_THAT(to_text(comparison_table({{record}}, {.metrics = {Metric::macro_f1, Metric::balanced_accuracy}})),
              HasSubstr("macro F1 and balanced accuracy over 1 of 2 classes: no test clip of clap\n"));
  EXPECT_THAT(to_text(comparison_table({{record}}, {})), Not(HasSubstr("over 1 of 2")));
}

TEST(Comparison, SaysClassesChannelsTrainingClipsAndBestEpochs) {
  RunSet runs{{record_of("acs", 1, 20)}};
  runs.records[0].train_clips = 431;
  runs.records[0].stages[1].best_epoch = 2;
  runs.records[0].stages[1].tied_epochs = 3;
  runs.settings["hash-of-acs"] = {{"data.channels", "[ax, ay, az]"}};
  EXPECT_THAT(to_text(comparison_table(runs, {})),
              AllOf(HasSubstr("2 classes; channels ax, ay, az; 431 training clips; scores on the test part, 20 clips"),
                    HasSubstr("best epoch on the val part, by seed: acs 2 of 3 (3 are as accurate)")));
}

TEST(Comparison, OfTwoProtocolsNamesTheFoldersOfATableForEach) {
  std::vector<eval::RunRecord> records = {record_of("label", 1, 10), record_of("acs", 1, 12)};
  const auto here = std::filesystem::current_path();
  records[0].folder = here / "runs/a b/label/hash/seed-1";
  records[1].folder = here / "runs/a b/acs/hash/seed-1";
  records[1].protocol = "subject-specific";
  EXPECT_THAT(refused(records), HasSubstr("make one table for each: pskd table 'runs/a b/label/hash'; "
                                          "pskd table 'runs/a b/acs/hash'"));
}

TEST(Comparison, OfStagesThatSawDifferentClipsAsksForATableOfEach) {
  eval::RunRecord record = record_of("acs", 1, 12);
  record.folder = std::filesystem::current_path() / "runs/acs/hash/seed-1";
  record.stages[0].test =
      eval::score({{.clip = "a", .subject = 2, .label = 0, .predicted = 0, .probabilities = {}}}, {"wave", "clap"});
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { comparison_table({{record}}, {.rows = Axis::stage}); }),
              AllOf(HasSubstr("different scores"), HasSubstr("one table for each stage, with --stage; the report of")));
}

eval::RunRecord fold_of(const std::string& method, const std::string& fold, std::uint64_t seed, int right) {
  eval::RunRecord record = record_of(method, seed, right);
  record.fold = fold;
  record.protocol = "leave-one-subject-out, train subjects others, test subjects " + fold;
  return record;
}

/// Two folds of two seeds for each of two methods.
std::vector<eval::RunRecord> folds_of_two_methods() {
  return {fold_of("label", "2", 1, 10), fold_of("label", "2", 2, 12), fold_of("label", "10", 1, 8),
          fold_of("label", "10", 2, 8), fold_of("acs", "2", 1, 12),   fold_of("acs", "2", 2, 16),
          fold_of("acs", "10", 1, 10),  fold_of("acs", "10", 2, 12)};
}

TEST(Comparison, OfFoldsPairsByFoldAndSeedWithTheFoldAsTheUnit) {
  const Table table = comparison_table({folds_of_two_methods()}, {.reference = "label"});
  // label: 55 and 40, acs: 70 and 55; by fold +15 (10 and 20) and +15 (10 and 20): equal, so that t is not defined.
  EXPECT_THAT(table.rows[0],
              ElementsAre("label", "47.5 \u00b1 10.6", "2", "\u2013", "\u2013", "\u2013", "\u2013", "\u2013"));
  EXPECT_THAT(table.rows[1], ElementsAre("acs", "62.5 \u00b1 10.6", "2", "+15.0", "\u2013", "0.500", "0.500", "2"));
  EXPECT_THAT(to_text(table),
              AllOf(HasSubstr("protocol: leave-one-subject-out, 2 folds: 2 10;"), HasSubstr("40 clips in 2 folds"),
                    HasSubstr("over n folds, each the mean over its seeds"), HasSubstr("seeds 1 2"),
                    HasSubstr("paired by fold and seed, then averaged over the seeds of each fold"),
                    HasSubstr("the smallest p that 2 pairs can give is 0.500")));
}

TEST(Comparison, OfIncompleteFoldsSaysWhatIsMissingAndPairsWhatBothHave) {
  std::vector<eval::RunRecord> records = folds_of_two_methods();
  records.erase(records.begin() + 5);  // acs, fold 2, seed 2
  const Table table = comparison_table({records}, {.reference = "label"});
  EXPECT_EQ(table.rows[1][3], "+12.5") << "+10 of seed 1 in fold 2, +15 in fold 10";
  EXPECT_THAT(to_text(table), HasSubstr("'acs' lacks fold 2 seed 2\n"));
}

TEST(Comparison, ChecksFoldByFold) {
  std::vector<eval::RunRecord> records = folds_of_two_methods();
  records[6].protocol += " 11";
  EXPECT_THAT(refused(records), AllOf(HasSubstr("different protocol"), HasSubstr("test subjects 10'"),
                                      HasSubstr("test subjects 10 11'")));
  records = folds_of_two_methods();
  for (std::size_t i = 4; i < 8; ++i) records[i].fold.clear();
  records.resize(5);
  EXPECT_THAT(refused(records), HasSubstr("one split with runs of folds: 'acs' and 'label'"));
}

TEST(McNemarTable, HoldsCountsAndP) {
  EXPECT_THAT(mcnemar_table("a", "b", "student", eval::mcnemar(10, 5, 1, 4)).rows[0],
              ElementsAre("20", "10", "5", "1", "4", "0.2188", "\u2013", "\u2013"));
}

TEST(Latex, IsATabularWhoseCellsCannotBreakIt) {
  const Table table{
      .notes = {"50 % & more"}, .header = {"a_b", "x"}, .rows = {{"arm_cross", "1 \u00b1 \u2013"}, {"[c]", "{\\}"}}};
  EXPECT_EQ(to_latex(table),
            "\\begin{tabular}{lr}\n\\toprule\n{}a\\_b & x \\\\\n\\midrule\n"
            "{}arm\\_cross & 1 $\\pm$ -- \\\\\n{}[c] & \\{\\textbackslash{}\\} \\\\\n"
            "\\bottomrule\n\\end{tabular}\n\n\\par\\smallskip{\\footnotesize\n50 \\% \\& more.\n\\par}\n");
}

TEST(Csv, QuotesWhatMustBeQuoted) {
  const Table table{
      .notes = {"one", "two, three"}, .header = {"name", "x"}, .rows = {{"a,b", "say \"hi\""}, {"c", "1"}}};
  EXPECT_EQ(to_csv(table),
            "name,x,notes\r\n"
            "\"a,b\",\"say \"\"hi\"\"\",\"one; two, three\"\r\n"
            "c,1,\"one; two, three\"\r\n");
}

TEST(CollectRunRecords, FindsSeedsInSweepsAndRunsOnce) {
  const testing::TemporaryFolder folder;
  for (const std::uint64_t seed : {10, 9}) {
    const auto run = folder / "acs" / "hash" / ("seed-" + std::to_string(seed));
    eval::write_run_record(run / "result.json", record_of("acs", seed, 12));
  }
  const auto records = collect_runs({folder.path(), folder / "acs" / "hash" / "seed-9"}).records;
  ASSERT_EQ(records.size(), 2);
  EXPECT_EQ(records[0].seed, 9) << "by number, not by name";
  EXPECT_EQ(records[0].dataset, "utd-mhad");
  EXPECT_EQ(sweep_of(records[0]), folder.path().filename().string());
  EXPECT_THROW(collect_runs({folder / "nowhere"}), Error);
}

TEST(CollectRuns, FindsWhatIsNotFinishedAndWhy) {
  const testing::TemporaryFolder folder;
  const auto seeds = folder / "kd" / "hash";
  std::filesystem::create_directories(seeds / "seed-1");
  write_file_atomically(seeds / "seed-2" / "error.txt", "stage student: the loss is not finite\nmore\n");
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { collect_runs({folder.path()}); }),
              AllOf(HasSubstr("no result.json"), HasSubstr("not finished: kd (2 of 2 seeds: seed 1: stopped before its "
                                                           "end; seed 2: stage student: the loss is not finite)")));
  eval::write_run_record(seeds / "seed-3" / "result.json", record_of("kd", 3, 12));
  std::filesystem::create_directories(seeds / ".seed-4.overwritten" / "seed-5");
  const RunSet runs = collect_runs({folder.path(), seeds, seeds / "seed-3"});
  EXPECT_EQ(runs.records.size(), 1U);
  ASSERT_EQ(runs.unfinished.size(), 2U) << "each once";
  const FileLock held(RunLayout{seeds / "seed-1"}.lock(), [] {});
  EXPECT_EQ(unfinished_run({seeds / "seed-1"}).why, "in training");
}

}  // namespace
}  // namespace pskd::report
