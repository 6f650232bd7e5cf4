#include "report/comparison.hpp"

#include <gmock/gmock.h>

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

/// `right` of twenty clips of two classes are recognised.
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
  return testing::refusal(kind, [&] { comparison_table(records, {}); });
}

TEST(Comparison, HasARowAMethodWithMeanAndDeviationOverSeeds) {
  const Table table = comparison_table(two_methods(), {});
  EXPECT_THAT(table.header, ElementsAre("method", "utd-mhad accuracy %", "n"));
  EXPECT_THAT(table.rows,
              ElementsAre(ElementsAre("label", "55.0 \u00b1 5.0", "3"), ElementsAre("acs", "66.7 \u00b1 7.6", "3")));
}

TEST(Comparison, PairsDifferencesToTheReferenceBySeed) {
  std::vector<eval::RunRecord> records = two_methods();
  std::swap(records[3], records[5]);  // the order of seeds says nothing
  const Table table = comparison_table(records, {.reference = "label"});
  // By seed: 10, 5 and 20 points; t(0.975, 2) = 4.303. All signs equal: 2 of 8 assignments.
  EXPECT_THAT(table.rows[1],
              ElementsAre("acs", "66.7 \u00b1 7.6", "3", "+11.7", "[-7.3, +30.6]", "0.250", "0.250", "3"));
  EXPECT_THAT(table.rows[0],
              ElementsAre("label", "55.0 \u00b1 5.0", "3", "\u2013", "\u2013", "\u2013", "\u2013", "\u2013"));
  EXPECT_THAT(to_text(table), HasSubstr("the smallest p that 3 seeds can give is 0.250"));
  EXPECT_THAT(to_text(table), HasSubstr("95 % interval of its mean by Student's t"));
}

TEST(Comparison, PairsOnlySeedsThatBothHave) {
  std::vector<eval::RunRecord> records = two_methods();
  records.erase(records.begin());  // seed 1 of the reference
  EXPECT_EQ(comparison_table(records, {.reference = "label"}).rows[1].back(), "2");
  EXPECT_THAT(comparison_table({record_of("label", 1, 10), record_of("acs", 2, 12)}, {.reference = "label"}).rows[1],
              ElementsAre("acs", "60.0 \u00b1 \u2013", "1", "\u2013", "\u2013", "\u2013", "\u2013", "0"));
}

TEST(Comparison, AdjustsForTheNumberOfRows) {
  std::vector<eval::RunRecord> records;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    records.push_back(record_of("label", seed, 10));
    records.push_back(record_of("kd", seed, 11));
    records.push_back(record_of("acs", seed, 12));
  }
  const Table table = comparison_table(records, {.reference = "label"});
  EXPECT_EQ(table.rows[1][4], "\u2013") << "the differences are equal, so t is not defined";
  EXPECT_EQ(table.rows[1][5], "0.062");
  EXPECT_EQ(table.rows[1][6], "0.125");
}

TEST(Comparison, SaysWhatItIs) {
  EXPECT_THAT(
      to_text(comparison_table(two_methods(), {})),
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
  EXPECT_THAT(to_text(comparison_table(records, {})), HasSubstr("which recordings it saw"));
  records[4].data_hash = "bb";
  EXPECT_THAT(refused(records), AllOf(HasSubstr("different recordings"), HasSubstr("'label', seed 2"),
                                      HasSubstr("'acs', seed 2"), HasSubstr("aa"), HasSubstr("bb")));
  for (eval::RunRecord& record : records) record.data_hash = "aa";
  EXPECT_THAT(to_text(comparison_table(records, {})), Not(HasSubstr("recordings")));
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
  EXPECT_THAT(to_text(comparison_table(records, {})), Not(HasSubstr("made by")));
  records[4].version = "0.7.0";
  EXPECT_THAT(to_text(comparison_table(records, {})), HasSubstr("made by pskd 0.6.0 and 0.7.0"));
  records[4].version.clear();
  EXPECT_THAT(to_text(comparison_table(records, {})), HasSubstr("records without a checksum"));
}

TEST(Comparison, KeepsOtherDataSetsInColumnsOfTheirOwn) {
  std::vector<eval::RunRecord> records = two_methods();
  eval::RunRecord other = record_of("acs", 1, 19);
  other.dataset = "mmact";
  other.protocol = "cross-session";
  other.shared_subjects = true;
  records.push_back(other);
  const Table table = comparison_table(records, {});
  EXPECT_THAT(table.rows[0], ElementsAre("label", "55.0 \u00b1 5.0", "3", "\u2013", "0"));
  EXPECT_EQ(table.rows[1][3], "95.0 \u00b1 \u2013");
  EXPECT_THAT(to_text(table), HasSubstr("mmact: SUBJECTS ARE SHARED"));
}

TEST(Comparison, RefusesOneSeedTwiceAndTwoConfigsInOneCell) {
  std::vector<eval::RunRecord> records = two_methods();
  records.push_back(records.back());
  EXPECT_THAT(refused(records), HasSubstr("row 'acs', column 'utd-mhad' has seed 3 twice"));
  records = two_methods();
  records[5].config_hash = "ffff";
  EXPECT_THAT(refused(records), AllOf(HasSubstr("different configs"), HasSubstr("ffff")));
}

TEST(Comparison, RefusesUnknownNames) {
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [] { comparison_table(two_methods(), {.reference = "kd"}); }),
              HasSubstr("expected one of label acs, found 'kd'"));
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [] { comparison_table(two_methods(), {.stage = "pupil"}); }),
              HasSubstr("skeleton student"));
  EXPECT_THAT(refused({}), HasSubstr("no finished run"));
}

TEST(Comparison, HasStagesAsRowsOrColumns) {
  const Table table = comparison_table(two_methods(), {.rows = Axis::stage, .columns = Axis::method});
  EXPECT_THAT(table.rows[0], ElementsAre("skeleton", "100.0 \u00b1 0.0", "3", "100.0 \u00b1 0.0", "3"));
}

TEST(Comparison, KeepsRunsOfOneNameApartByTheirSweeps) {
  std::vector<eval::RunRecord> records = {record_of("none", 1, 10), record_of("none", 1, 12)};
  records[1].config_hash = "another";
  EXPECT_THAT(refused(records), HasSubstr("different configs"));
  records[0].sweep = "teachers";
  records[1].sweep = "progress";
  const Table table = comparison_table(records, {.rows = Axis::run});
  EXPECT_EQ(table.header[0], "run");
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre("teachers/none", "50.0 \u00b1 \u2013", "1"),
                                      ElementsAre("progress/none", "60.0 \u00b1 \u2013", "1")));
}

TEST(Comparison, ShowsWhatANetworkCostsInUse) {
  std::vector<eval::RunRecord> records = two_methods();
  for (eval::RunRecord& record : records) {
    if (record.experiment != "acs") continue;
    record.stages[1].cost = {
        .macs = 54321, .bytes = 1234, .latency = 0.001 * static_cast<double>(record.seed), .adapters = 30};
  }
  const Table table = comparison_table(records, {.metric = Metric::cost});
  EXPECT_THAT(table.header, ElementsAre("method", "utd-mhad parameters", "utd-mhad trained beside", "utd-mhad MACs",
                                        "utd-mhad size kB", "utd-mhad latency ms"));
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre("label", "250", "\u2013", "\u2013", "\u2013", "\u2013"),
                                      ElementsAre("acs", "250", "30", "54321", "1.2", "2.00")));
}

TEST(McNemarTable, HoldsCountsAndP) {
  EXPECT_THAT(mcnemar_table("a", "b", eval::mcnemar(10, 5, 1, 4)).rows[0],
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
  const auto records = collect_run_records({folder.path(), folder / "acs" / "hash" / "seed-9"});
  ASSERT_EQ(records.size(), 2);
  EXPECT_EQ(records[0].seed, 9) << "by number, not by name";
  EXPECT_EQ(records[0].dataset, "utd-mhad");
  EXPECT_EQ(records[0].sweep, folder.path().filename().string());
  EXPECT_THROW(collect_run_records({folder / "nowhere"}), Error);
}

}  // namespace
}  // namespace pskd::report
