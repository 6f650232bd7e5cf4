// How accurate the surest answers are, in report.md.
#include "report/coverage_table.hpp"

#include <gmock/gmock.h>

#include "base/file.hpp"
#include "report/markdown_report.hpp"
#include "report/run_search.hpp"
#include "report/wording.hpp"
#include "support/example_run.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::report {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::ExampleRun;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CoverageTable : public ::testing::Test {
 protected:
  fs::path experiment() const { return folder_ / "trial" / "0123456789ab"; }
  Table table() const { return coverage_table(find_run_records(experiment())); }
  std::string report() const { return read_file(write_report(experiment())); }

  testing::TemporaryFolder folder_;
};

// Of 12 clips, the student errs in the four of which it is least sure, the teacher in the one of which it is surest. So
// of the 12, 12, 11, 10, 9 and 6 surest clips it is right about all but 4, 4, 3, 2, 1 and 0, the teacher about all
// but 1.
TEST_F(CoverageTable, ShowsTheAccuracyOnTheSurestClips) {
  ExampleRun().write(folder_.path());
  EXPECT_THAT(report(), HasSubstr("## Accuracy against coverage, %\n"));
  EXPECT_THAT(report(), HasSubstr("| clips answered % | skeleton | student |\n"
                                  "|---|---:|---:|\n"
                                  "| 100 | 91.7 \u00b1 \u2013 | 66.7 \u00b1 \u2013 |\n"
                                  "| 95 | 91.7 \u00b1 \u2013 | 66.7 \u00b1 \u2013 |\n"
                                  "| 90 | 90.9 \u00b1 \u2013 | 72.7 \u00b1 \u2013 |\n"
                                  "| 80 | 90.0 \u00b1 \u2013 | 80.0 \u00b1 \u2013 |\n"
                                  "| 70 | 88.9 \u00b1 \u2013 | 88.9 \u00b1 \u2013 |\n"
                                  "| 50 | 83.3 \u00b1 \u2013 | 100.0 \u00b1 \u2013 |\n\n"));
}

TEST_F(CoverageTable, IsOverSeeds) {
  ExampleRun second;
  second.seed = 2;
  second.wrong = 2;
  ExampleRun().write(folder_.path());
  second.write(folder_.path());
  // 8 and 10 of 12; 8 of 10 and 10 of 10
  EXPECT_THAT(table().rows[0], ElementsAre("100", "91.7 \u00b1 0.0", "75.0 \u00b1 11.8"));
  EXPECT_THAT(table().rows[3], ElementsAre("80", "90.0 \u00b1 0.0", "90.0 \u00b1 14.1"));
}

// Twenty validation clips that are all right: so the temperature is 1, and the threshold the second lowest of their
// confidences, 0.65. Of the test clips, the 7 surest are above it.
TEST_F(CoverageTable, ShowsWhatTheRuleForNoneLeaves) {
  const ExampleRun run;
  const fs::path written = run.write(folder_.path());
  std::vector<eval::Prediction> validated;
  for (int i = 0; i < 20; ++i) {
    const float sure = 0.64F + 0.01F * static_cast<float>(i), rest = (1 - sure) / 2;
    validated.push_back({"val_" + std::to_string(i), 6, 0, 0, {sure, rest, rest}});
  }
  eval::RunRecord record = run.record();
  for (eval::StageResult& stage : record.stages) {
    stage.val = eval::score(validated, run.classes);
    eval::write_predictions(written / "stages" / stage.name / "predictions-val.csv", validated, run.classes);
  }
  eval::write_run_record(written / "result.json", record);
  EXPECT_THAT(table().rows.back(),
              ElementsAre("rule for none", "85.7 \u00b1 \u2013 of 58.3", "100.0 \u00b1 \u2013 of 58.3"));
  fs::remove(written / "stages/skeleton/predictions-val.csv");
  EXPECT_THAT(table().rows.back(), ElementsAre("rule for none", kEnDash, "100.0 \u00b1 \u2013 of 58.3"));
}

TEST_F(CoverageTable, HasADashWhereAFileIsMissingAndIsLeftOutWhereAllAre) {
  const fs::path written = ExampleRun().write(folder_.path());
  fs::remove(written / "stages/student/predictions.csv");
  EXPECT_THAT(table().rows[0], ElementsAre("100", "91.7 \u00b1 \u2013", kEnDash));
  fs::remove(written / "stages/skeleton/predictions.csv");
  EXPECT_THAT(table().rows, IsEmpty());
  EXPECT_THAT(report(), Not(HasSubstr("coverage")));
}

}  // namespace
}  // namespace pskd::report
