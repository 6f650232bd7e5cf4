// Tables of sweeps that were edited and run again, as a user makes them.
#include <gmock/gmock.h>

#include <regex>

#include "support/tiny_sweep.hpp"

namespace pskd::sweep {
namespace {

using ::testing::AllOf;
using testing::Finished;
using ::testing::HasSubstr;
using testing::kTwoMethods;
using ::testing::Not;
using testing::TinySweep;

class EditedSweep : public TinySweep {
 protected:
  Finished table_of_file(const std::string& options = "") const {
    return testing::run_program("table --config " + path("sweep.yaml") + " " + options);
  }
  void train(const std::string& options = "") const {
    const Finished trained = sweep("--quiet " + options);
    ASSERT_EQ(trained.code, 0) << trained.output;
  }
};

/// Runs the command that follows `words` in the output, up to a semicolon or the line's end.
Finished followed(const std::string& output, const std::string& words) {
  const std::size_t at = output.find(words);
  EXPECT_NE(at, std::string::npos) << output;
  if (at == std::string::npos) return {};
  const std::size_t begin = at + words.size();
  std::string command = output.substr(begin, output.find_first_of(";\n", begin) - begin);
  return testing::run_command(
      std::regex_replace(command, std::regex("pskd"), "'" PSKD_PROGRAM "'", std::regex_constants::format_first_only));
}

TEST_F(EditedSweep, TablesAndReportsWorkAtEveryStep) {
  write_sweep("[1, 2]", "1", kTwoMethods);
  const Finished early = table_of_file();
  EXPECT_EQ(early.code, 3);
  EXPECT_THAT(early.output, HasSubstr("not finished: label (2 of 2 seeds: not begun)"));
  EXPECT_EQ(followed(early.output, "this trains them: ").code, 0) << early.output;
  EXPECT_EQ(table_of_file("--reference label").code, 0);

  write_sweep("[1, 2]", "2", kTwoMethods);
  EXPECT_EQ(table_of_file().code, 3) << "none of the edited runs is there";
  train("--only acs/1");
  EXPECT_THAT(table_of_file().output, AllOf(HasSubstr("not finished: label (2 of 2 seeds: not begun)"),
                                            HasSubstr("not finished: acs (1 of 2 seeds: not begun)")));
  train();
  const Finished second = table_of_file("--reference label --format csv");
  EXPECT_THAT(second.output, AllOf(HasSubstr("\nlabel,"), HasSubstr("\nacs,"), Not(HasSubstr("not finished"))));
  EXPECT_THAT(table_of_file("--set training.epochs=1 --format csv").output, Not(HasSubstr("epochs")));

  write_sweep("[1]", "2", kTwoMethods + "    kd: {stages.student.loss: !replace {kd: {}}}\n");
  train();
  EXPECT_EQ(table_of_file("--reference label --metric accuracy,macro_f1 --sort score").code, 0);
  const Finished all = table("--format csv");
  EXPECT_THAT(all.output, AllOf(HasSubstr("\nlabel (epochs 1),"), HasSubstr("\nlabel (epochs 2),"),
                                HasSubstr("\nacs (epochs 2),"), HasSubstr("\nkd,")));
  const Finished unclear = table("--reference label");
  EXPECT_EQ(unclear.code, 2);
  EXPECT_THAT(unclear.output, AllOf(HasSubstr("'label' is several rows"), HasSubstr("'label (epochs 1)'"),
                                    HasSubstr("'label (epochs 2)'")));
  EXPECT_EQ(table("--reference 'label (epochs 2)'").code, 0);

  const Finished page = testing::run_program("report " + path("runs/trial") + " --reference 'label (epochs 2)'");
  EXPECT_EQ(page.output, path("runs/trial/report.html") + "\n");
  EXPECT_THAT(contents_of(path("runs/trial/report.html")),
              AllOf(HasSubstr("<h2>label (epochs 1)</h2>"), HasSubstr(">acs (epochs 2)</a>")));
}

TEST_F(EditedSweep, EndsWithTheTableAndWhatItAnswers) {
  write_sweep("[1, 2]", "1", kTwoMethods);
  const Finished trained = sweep("--quiet");
  EXPECT_EQ(trained.code, 0);
  const std::size_t answer = trained.output.find("\nacs minus label: ");
  ASSERT_NE(answer, std::string::npos) << trained.output;
  EXPECT_EQ(trained.output.substr(0, answer), table_of_file("--reference label").output)
      << "the table, and a line of its own";
  EXPECT_THAT(trained.output.substr(answer),
              AllOf(HasSubstr("n = 2 seeds, which cannot give a p below 0.500"), HasSubstr("\nresults: pskd table ")));
}

TEST_F(EditedSweep, OfTwoProtocolsIsATableForEachByTheCommandsInTheError) {
  write_sweep("[1]", "1", kTwoMethods);
  train("--set run.name=one");
  train("--set run.name=two --set 'protocol.test={subjects: [2]}'");
  const Finished both = testing::run_program("table " + path("runs/one") + " " + path("runs/two"));
  EXPECT_EQ(both.code, 3);
  const Finished first = followed(both.output, "make one table for each: ");
  EXPECT_EQ(first.code, 0) << first.output;
  EXPECT_THAT(first.output, HasSubstr("test subjects 2 4"));
  const std::size_t second = both.output.rfind("pskd table ");
  const Finished other = followed(both.output.substr(second - 1), " ");
  EXPECT_EQ(other.code, 0) << other.output;
  EXPECT_THAT(other.output, HasSubstr("test subjects 2;"));
}

TEST_F(EditedSweep, ARunThatDivergedIsNamedByTableAndPage) {
  write_sweep("[1]", "1", kTwoMethods + "    wild: {stages.student.optimizer.lr: 1e30, stages.student.epochs: 20}\n");
  EXPECT_EQ(sweep("--quiet").code, 4);
  EXPECT_THAT(table().output, HasSubstr("not finished: wild (1 of 1 seeds: stage student, epoch 1"));
  EXPECT_THAT(testing::run_program("report " + path("runs/trial")).output,
              HasSubstr("not on the page: not finished: wild (1 of 1 seeds: "));
  EXPECT_THAT(contents_of(path("runs/trial/report.html")), HasSubstr("not finished: wild (1 of 1 seeds: "));
}

TEST_F(EditedSweep, ARunThatWasKilledOrCannotBeginIsNamed) {
  write_sweep("[1]", "1", kTwoMethods + "    lost: {protocol.test.subjects: [77]}\n");
  EXPECT_NE(sweep("--quiet").code, 0);
  EXPECT_THAT(table_of_file().output, HasSubstr("not finished: lost (1 of 1 seeds: "));
  std::filesystem::remove(files("result.json").at(0));
  EXPECT_THAT(table().output, HasSubstr(" (1 of 1 seeds: stopped before its end)"));
}

TEST_F(EditedSweep, OfAGridHasAColumnForEachAxis) {
  write_sweep(
      "[1]", "1",
      "    acs: {}\n  grid:\n    stages.student.batch: [4, 2]\n    stages.student.optimizer.lr: [1e-3, 0.010]\n");
  train();
  const Finished shown = table_of_file("--format csv");
  EXPECT_THAT(shown.output,
              AllOf(HasSubstr("method,batch,lr,"), HasSubstr("\nacs,4,0.001,"), HasSubstr("\nacs,2,0.01,")));
  EXPECT_EQ(table_of_file("--sort name --format csv").output, table("--sort name --format csv").output)
      << "the axes are known without the file, too";
}

TEST_F(EditedSweep, AnExperimentsFileTakesItsRunsAndNoOthers) {
  write_sweep("[1]", "1", kTwoMethods);
  train();
  const std::string config = files("config.resolved.yaml").at(0).string();
  const bool is_acs = config.find("/acs/") != std::string::npos;
  const Finished one = testing::run_program("table --format csv --config " + config);
  EXPECT_EQ(one.code, 0) << one.output;
  EXPECT_THAT(one.output,
              AllOf(HasSubstr(is_acs ? "\nacs," : "\nlabel,"), Not(HasSubstr(is_acs ? "\nlabel," : "\nacs,"))));
  EXPECT_EQ(testing::run_program("table --config " + config + " " + path("runs/trial")).code, 2);
  EXPECT_EQ(testing::run_program("table --set seeds=[1] " + path("runs/trial")).code, 2);
}

}  // namespace
}  // namespace pskd::sweep
