// report.html as a user gets it.
#include <gmock/gmock.h>

#include <fstream>

#include "support/tiny_sweep.hpp"

namespace pskd::sweep {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Finished;
using ::testing::HasSubstr;
using testing::kTwoMethods;
using ::testing::Not;
using testing::TinySweep;

class ReportVerb : public TinySweep {
 protected:
  Finished report(const std::string& arguments) const { return testing::run_program("report " + arguments); }
  std::string page(const std::string& name) const { return contents_of(folder_ / name); }
};

TEST_F(ReportVerb, WritesOnePageOfASweepAndOfARunWithWhateverIsStillThere) {
  write_sweep("[1, 2]", "1", kTwoMethods);
  const Finished trained = sweep("--quiet");
  ASSERT_EQ(trained.code, 0) << trained.output;

  const Finished written = report(path("runs/trial") + " --reference label");
  ASSERT_EQ(written.code, 0) << written.output;
  EXPECT_EQ(written.output, path("runs/trial/report.html") + "\n") << "nothing is missing";
  const std::string of_sweep = page("runs/trial/report.html");
  EXPECT_THAT(of_sweep, AllOf(HasSubstr("<title>trial</title>"), HasSubstr("difference to &#39;label&#39;"),
                              HasSubstr("\"map\":{\"clips\""), Not(HasSubstr("\"map\":null"))));
  EXPECT_LT(of_sweep.size(), 3'000'000);
  ASSERT_EQ(report(path("runs/trial") + " --reference label --out " + path("again.html")).code, 0);
  EXPECT_TRUE(page("again.html") == of_sweep) << "the same inputs, the same bytes";

  const fs::path run = files("result.json").front().parent_path();
  ASSERT_EQ(report(run.string()).code, 0);
  EXPECT_TRUE(fs::exists(run / "report.html"));

  std::ofstream(folder_ / "notes.html") << "<p>the only copy</p>\n";
  const Finished refused = report(run.string() + " --out " + path("notes.html"));
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("notes.html: there is another file of that name, which is no page"));
  EXPECT_EQ(page("notes.html"), "<p>the only copy</p>\n");

  fs::remove(run / "stages/skeleton/last.ckpt");
  const Finished without_checkpoint = report(run.string() + " --out " + path("less.html"));
  EXPECT_EQ(without_checkpoint.code, 0) << without_checkpoint.output;
  EXPECT_THAT(without_checkpoint.output, HasSubstr("not on the page: map of the embeddings, stage skeleton"));

  fs::remove_all(folder_ / "data");
  fs::remove_all(folder_ / "cache");
  const Finished without_data = report(run.string() + " --out " + path("less.html"));
  EXPECT_EQ(without_data.code, 0) << without_data.output;
  EXPECT_THAT(without_data.output, HasSubstr("not on the page: map of the embeddings, example clips"));
  EXPECT_THAT(page("less.html"), AllOf(HasSubstr("Not on this page"), HasSubstr("\"map\":null")));
}

TEST_F(ReportVerb, RefusesWhatIsNoRun) {
  EXPECT_EQ(report(path("nowhere")).code, 2);
  const Finished empty = report(path("data"));
  EXPECT_EQ(empty.code, 3);
  EXPECT_THAT(empty.output, HasSubstr("found no result.json"));
  EXPECT_FALSE(fs::exists(folder_ / "data/report.html"));
}

}  // namespace
}  // namespace pskd::sweep
