// What report.html holds, and what it says of what it does not hold.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "report/page/run_facts.hpp"
#include "report/run_search.hpp"
#include "support/example_run.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace pskd::report {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::ExampleRun;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  if (from == std::string::npos) return "";
  return text.substr(from + begin.size(), text.find(end, from + begin.size()) - from - begin.size());
}

nlohmann::json data_of(const ReportPage& page) {
  return nlohmann::json::parse(between(page.html, R"(<script type="application/json" id="data">)", "</script>"));
}

/// The static part of the page.
std::string body_of(const ReportPage& page) { return between(page.html, "<main>", "</main>"); }

class Page : public ::testing::Test {
 protected:
  ReportPage page(const std::string& reference = "") const {
    return report_page(collect_runs({folder.path()}), reference,
                       [](const fs::path&) { return ExampleRun::material(); });
  }
  testing::TemporaryFolder folder;
};

TEST_F(Page, SaysWhatItsNumbersAre) {
  ExampleRun().write(folder.path());
  EXPECT_THAT(body_of(page()),
              AllOf(HasSubstr("cross-subject, train subjects 1 3, test subjects 2 4"), HasSubstr("last epoch"),
                    HasSubstr("1 (n = 1)"), HasSubstr("our reconstruction of PSKD"), HasSubstr("66.7 ± –"),
                    HasSubstr("abc1234"), HasSubstr("stages:"), HasSubstr("<dt>data_hash</dt><dd>77</dd>")));
  EXPECT_THAT(page().missing, IsEmpty());
}

TEST_F(Page, SaysInCapitalsWhenSubjectsAreShared) {
  ExampleRun().write(folder.path());
  EXPECT_THAT(body_of(page()), Not(HasSubstr("SHARED")));
  const auto run = by_experiment(collect_runs({folder.path()})).front();
  eval::RunRecord record = run.records.front();
  record.shared_subjects = true;
  eval::write_run_record(run.folders.front() / "result.json", record);
  EXPECT_THAT(body_of(page()), HasSubstr("SUBJECTS ARE SHARED BETWEEN TRAIN AND TEST"));
}

TEST_F(Page, HoldsTheCurvesAndWhoTaught) {
  ExampleRun().write(folder.path());
  const auto stages = data_of(page())["runs"][0]["stages"];
  ASSERT_EQ(stages.size(), 2);
  EXPECT_EQ(stages[1]["name"], "student");
  const auto& curves = stages[1]["curves"];
  EXPECT_EQ(curves["epochs"], (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(curves["loss"], (std::vector<double>{1.5, 1.5, 1.5}));
  EXPECT_TRUE(curves["val"].is_null()) << "no epoch was validated";
  EXPECT_EQ(curves["teachers"]["names"], (std::vector<std::string>{"skeleton", "label"}));
  EXPECT_EQ(curves["teachers"]["shares"][0], (std::vector<double>{0.75, 0.75, 0.75}));
  EXPECT_TRUE(stages[0]["curves"]["teachers"].is_null()) << "the skeleton stage has no teacher";
}

TEST_F(Page, CountsATeacherThatPausesAsZeroAndPutsTheLabelLast) {
  const fs::path run = ExampleRun().write(folder.path());
  write_file_atomically(
      run / "stages/student/metrics.jsonl",
      R"({"epoch": 1, "loss": 2, "train_accuracy": 0.25, "shares": {"a": 0.5, "label": 0.5}})"
      "\n"
      R"({"epoch": 2, "loss": 1, "train_accuracy": 0.5, "shares": {"b": 1}, "val": {"accuracy": 0.75}})"
      "\n");
  const auto curves = data_of(page())["runs"][0]["stages"][1]["curves"];
  EXPECT_EQ(curves["teachers"]["names"], (std::vector<std::string>{"a", "b", "label"}));
  EXPECT_EQ(curves["teachers"]["shares"], nlohmann::json::parse("[[0.5, 0], [0, 1], [0.5, 0]]"));
  EXPECT_EQ(curves["val"], nlohmann::json::parse("[null, 0.75]"));
}

TEST_F(Page, AveragesScoresOverSeedsAndSumsConfusions) {
  ExampleRun first, second;
  second.seed = 2;
  second.wrong = 0;
  first.write(folder.path());
  second.write(folder.path());
  const auto run = data_of(page())["runs"][0];
  EXPECT_EQ(run["seeds"], (std::vector<int>{1, 2}));
  const auto& student = run["stages"][1];
  EXPECT_EQ(student["confusion"], nlohmann::json::parse("[[6, 2, 0], [0, 7, 1], [1, 0, 7]]"));
  // Of subject 2's six clips two are right with seed 1 and all with seed 2.
  EXPECT_EQ(run["subjects"], (std::vector<Name>{2, 4}));
  EXPECT_NEAR(student["subjects"][0], (2.0 / 6 + 1) / 2, 1e-4);
  EXPECT_EQ(student["subjects"][1], 1);
}

TEST_F(Page, HoldsTheAccuracyOnTheSurestClips) {
  ExampleRun().write(folder.path());
  const auto run = data_of(page())["runs"][0];
  EXPECT_EQ(run["coverages"], (std::vector<int>{100, 95, 90, 85, 80, 75, 70, 65, 60, 55, 50}));
  // The student errs in the four of twelve clips of which it is least sure.
  const std::vector<int> surest = {12, 12, 11, 11, 10, 9, 9, 8, 8, 7, 6};
  for (std::size_t i = 0; i < surest.size(); ++i) {
    EXPECT_NEAR(run["stages"][1]["coverage"][i], std::min(1.0, 8.0 / surest[i]), 1e-4) << i;
  }
  EXPECT_THAT(body_of(page()), HasSubstr("<summary>Accuracy against coverage as a table</summary>"));
}

TEST_F(Page, MapsTheEmbeddingsOfEveryStage) {
  ExampleRun().write(folder.path());
  const auto map = data_of(page())["runs"][0]["map"];
  EXPECT_EQ(map["labels"].size(), ExampleRun::kClips);
  ASSERT_EQ(map["stages"].size(), 2);
  const auto& student = map["stages"][1];
  EXPECT_EQ(student["stage"], "student");
  EXPECT_EQ(student["x"].size(), ExampleRun::kClips);
  EXPECT_EQ(student["predicted"][0], 1) << "clip 0 is of class 0 and was taken for 1";
  EXPECT_GT(student["explained"][0].get<double>(), student["explained"][1].get<double>());
  EXPECT_LE(student["explained"][0].get<double>() + student["explained"][1].get<double>(), 1);
}

TEST_F(Page, ShowsClipsThatTheStudentMissedAndATeacherSawTheSurestFirstOneOfEachClass) {
  ExampleRun().write(folder.path());
  const auto examples = data_of(page())["runs"][0]["examples"];
  std::vector<std::string> clips;
  for (const auto& one : examples["clips"]) clips.push_back(one["clip"]);
  EXPECT_THAT(clips, ElementsAre("clip_3", "clip_2", "clip_1", "clip_0")) << "clip_0 is of the class of clip_3";
  const auto& first = examples["clips"][0];
  EXPECT_EQ(first["truth"], 0);
  EXPECT_EQ(first["answers"][0]["stage"], "student");
  EXPECT_EQ(first["answers"][0]["predicted"], 1);
  EXPECT_EQ(first["answers"][1]["stage"], "skeleton");
  EXPECT_EQ(first["answers"][1]["predicted"], 0);
  EXPECT_EQ(first["frames"].size(), 5);
  EXPECT_EQ(first["frames"][0].size(), 20);
  EXPECT_EQ(first["trace"].size(), 3);
  EXPECT_EQ(first["trace"][0].size(), 40);
}

TEST_F(Page, ShowsNoClipThatTheTeachersMissedToo) {
  ExampleRun run;
  run.wrong = ExampleRun::kClips;
  run.write(folder.path());
  const auto clips = data_of(page())["runs"][0]["examples"]["clips"];
  ASSERT_EQ(clips.size(), 6);
  for (const auto& one : clips) EXPECT_NE(one["clip"], "clip_11") << "of which the student is surest";
}

TEST_F(Page, LeavesOutJointsThatTheCameraDidNotFind) {
  ExampleRun().write(folder.path());
  const ReportPage found = report_page(collect_runs({folder.path()}), "", [](const fs::path&) {
    RunMaterial material = ExampleRun::material();
    material.topology = data::topology("coco-17");
    for (data::Clip& clip : material.clips) {
      clip.skeleton = data::Frames::Ones(9, 3 * 17);
      for (int frame = 0; frame < 9; ++frame) clip.skeleton.row(frame) *= static_cast<float>(frame + 1);
      clip.skeleton.col(5) = 0;                       // the confidence of joint 1
      clip.skeleton.col(6).array() += 2;              // x of joint 2
      clip.skeleton(8, 0) = clip.skeleton(8, 2) = 0;  // the center, joint 0, is lost in the last frame
    }
    return material;
  });
  const auto frames = data_of(found)["runs"][0]["examples"]["clips"][0]["frames"];
  EXPECT_EQ(frames.front()[0], (std::vector<int>{0, 1000})) << "mm, x relative to the frame's own center";
  EXPECT_TRUE(frames.front()[1].is_null());
  EXPECT_EQ(frames.front()[2], (std::vector<int>{2000, 1000}));
  EXPECT_TRUE(frames.back()[0].is_null());
  EXPECT_EQ(frames.back()[2], (std::vector<int>{0, 9000})) << "of the first joint that was found";
  EXPECT_EQ(frames.back()[3], (std::vector<int>{-2000, 9000}));
}

TEST_F(Page, SaysHowOftenTeachersAreRightAboutUnlabeledRecordings) {
  ExampleRun().write(folder.path());
  EXPECT_THAT(body_of(page()), Not(HasSubstr("Unlabeled recordings"))) << "of a run without them";
  const ReportPage found = report_page(collect_runs({folder.path()}), "", [](const fs::path&) {
    RunMaterial material = ExampleRun::material();
    material.pseudo_labels = {{"student", "skeleton", 0.9625, 216}};
    return material;
  });
  EXPECT_THAT(body_of(found), AllOf(HasSubstr("Unlabeled recordings"), HasSubstr("<td>96.2</td>"), HasSubstr("216")));
}

TEST_F(Page, OfRunsThatCannotBeComparedSaysSoAndShowsEach) {
  for (const char* name : {"one", "two"}) {
    const fs::path run = ExampleRun().write(folder.path() / name);
    eval::RunRecord record = ExampleRun().record();
    record.experiment = name;
    record.protocol += name;  // tables refuse to mix protocols
    eval::write_run_record(run / "result.json", record);
  }
  EXPECT_THAT(page().missing, Contains(HasSubstr("would mix runs of different protocol")));
  EXPECT_THAT(body_of(page()), HasSubstr("would mix runs of different protocol"));
  EXPECT_EQ(data_of(page())["runs"].size(), 2U);
}

TEST_F(Page, ShowsTheValidationPartOfAProtocolWithoutATestPart) {
  const fs::path run = ExampleRun().write(folder.path());
  eval::RunRecord record = ExampleRun().record();
  for (eval::StageResult& stage : record.stages) {
    std::swap(stage.test, stage.val);
    fs::rename(run / "stages" / stage.name / "predictions.csv", run / "stages" / stage.name / "predictions-val.csv");
  }
  eval::write_run_record(run / "result.json", record);
  EXPECT_THAT(page().missing, IsEmpty());
  EXPECT_THAT(body_of(page()), AllOf(HasSubstr("on the val part"), HasSubstr("66.7 ± –")));
  EXPECT_EQ(data_of(page())["runs"][0]["stages"][1]["subjects"].size(), 2);
}

TEST_F(Page, ComparesRunsWithTheFirstOrTheReferenceAndLinksToEach) {
  ExampleRun first, second;
  first.experiment = "acs";
  second.experiment = "label";
  second.wrong = 6;
  first.write(folder.path(), "acs");
  second.write(folder.path(), "label");
  const std::string body = body_of(page());
  EXPECT_THAT(body, AllOf(HasSubstr("<a href=\"#run-1\">label</a>"), HasSubstr("<article id=\"run-1\""),
                          HasSubstr("difference to &#39;acs&#39;"), HasSubstr("<td>-16.7</td>")));
  EXPECT_THAT(body_of(page("label")), AllOf(HasSubstr("difference to &#39;label&#39;"), HasSubstr("<td>+16.7</td>")));
  EXPECT_THAT(testing::refusal(ErrorKind::usage, [&] { page("nobody"); }), HasSubstr("--reference"));
  EXPECT_EQ(data_of(page())["runs"].size(), 2);
}

TEST_F(Page, RefusesAFolderWithoutAFinishedRun) {
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { collect_runs({folder.path()}); }), HasSubstr("no result.json"));
  EXPECT_THAT(testing::refusal(ErrorKind::data, [&] { collect_runs({folder / "nowhere"}); }), HasSubstr("nowhere"));
}

TEST_F(Page, IsWrittenWithoutWhatIsMissingAndNamesIt) {
  const fs::path run = ExampleRun().write(folder.path());
  fs::remove(run / "stages/student/metrics.jsonl");
  fs::remove(run / "stages/student/predictions.csv");
  fs::remove(run / "config.resolved.yaml");
  write_file_atomically(run / "stages/skeleton/metrics.jsonl", "{\"epoch\": 1}\n");
  write_file_atomically(run / "manifest.json", "broken");
  const ReportPage found = report_page(collect_runs({folder.path()}), "", [](const fs::path&) {
    return RunMaterial{{}, {}, {}, {}, {"map of the embeddings: the <recordings> are elsewhere"}};
  });
  for (const char* part :
       {"learning curves of student", "accuracy by subject, answers to single clips, stage student", "resolved config",
        "manifest", "the teachers of the student", "skeleton/metrics.jsonl:1: expected", "map of the embeddings"}) {
    EXPECT_THAT(found.missing, ::testing::Contains(HasSubstr(part)));
    EXPECT_THAT(body_of(found), HasSubstr(part));
  }
  EXPECT_THAT(body_of(found), AllOf(HasSubstr("Not on this page"), HasSubstr("the &lt;recordings&gt; are elsewhere"),
                                    HasSubstr("66.7 ± –")));
  const auto data = data_of(found)["runs"][0];
  EXPECT_TRUE(data["map"].is_null());
  EXPECT_TRUE(data["examples"].is_null());
  EXPECT_TRUE(data["stages"][1]["curves"].is_null());
  EXPECT_TRUE(data["stages"][1]["subjects"].is_null());
  EXPECT_TRUE(data["stages"][1]["coverage"].is_null());
}

TEST_F(Page, HasNoCurvesOfAStageWhoseMetricsAreEmpty) {
  const fs::path run = ExampleRun().write(folder.path());
  write_file_atomically(run / "stages/student/metrics.jsonl", "");
  EXPECT_THAT(page().missing, ElementsAre(HasSubstr("learning curves of student")));
  EXPECT_TRUE(data_of(page())["runs"][0]["stages"][1]["curves"].is_null());
}

TEST_F(Page, HasTheSameBytesForTheSameInputs) {
  ExampleRun().write(folder.path());
  EXPECT_EQ(page().html, page().html);
  testing::TemporaryFolder elsewhere;
  fs::copy(folder.path(), elsewhere.path(), fs::copy_options::recursive);
  const auto moved =
      report_page(collect_runs({elsewhere.path()}), "", [](const fs::path&) { return ExampleRun::material(); });
  EXPECT_EQ(moved.html, page().html) << "wherever the folder lies";
}

TEST_F(Page, EscapesNamesThatLookLikeMarkup) {
  ExampleRun run;
  run.experiment = "</title><script>alert('x')</script>{{data}}";
  run.classes = {"</script><script>alert(1)</script>", "<!--<script>", "a&b<img src=x onerror=alert(2)>"};
  run.write(folder.path());
  const ReportPage found = page();
  EXPECT_THAT(found.html,
              AllOf(Not(HasSubstr("<script>alert")), Not(HasSubstr("<img")), Not(HasSubstr("<!--<script>"))));
  EXPECT_THAT(found.html,
              HasSubstr("<title>&lt;/title&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;{{data}}</title>"));
  EXPECT_THAT(body_of(found), AllOf(HasSubstr("a&amp;b&lt;img src=x onerror=alert(2)&gt;"),
                                    HasSubstr("a &lt;b&gt;fast&lt;/b&gt; one")));
  EXPECT_EQ(data_of(found)["runs"][0]["classes"], run.classes) << "the script gets the very names";
}

TEST_F(Page, IsUtf8AlsoWhenItQuotesADamagedFile) {
  const fs::path run = ExampleRun().write(folder.path());
  write_file_atomically(run / "config.resolved.yaml", "stages: {l\xe9 ft: \x1b[2J\n");
  write_file_atomically(run / "stages/student/metrics.jsonl", "{\"epoch\": \"\xff\xfe\"}\n");
  write_file_atomically(run / "manifest.json", "{\"cpu\": \"fast \\u001b[31m one\"}");
  const ReportPage found = page();
  EXPECT_EQ(find_invalid_utf8(found.html), std::nullopt);
  EXPECT_THAT(body_of(found), AllOf(HasSubstr("l\\xe9"), HasSubstr("\\x1b[2J"), HasSubstr("\\x1b[31m")));
}

TEST_F(Page, IsOneFileThatNamesNoOther) {
  ExampleRun().write(folder.path());
  const std::string html = page().html;
  for (const char* reference : {" src=\"", "href=\"http", "url(", "@import"}) {
    EXPECT_THAT(between(html, "<head>", "</head>") + body_of(page()), Not(HasSubstr(reference)));
  }
  EXPECT_THAT(html, AllOf(HasSubstr("default-src 'none'"), HasSubstr("Chart.js v3"),
                          HasSubstr("Released under the MIT License"), HasSubstr("WITHOUT WARRANTY OF ANY KIND")));
  EXPECT_LT(html.size(), 1'000'000);
}

}  // namespace
}  // namespace pskd::report
