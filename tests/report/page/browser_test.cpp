// report.html as a real browser shows it.
#include "support/browser.hpp"

#include <gmock/gmock.h>

#include <set>

#include "report/run_search.hpp"
#include "support/example_run.hpp"

namespace pskd::report {
namespace {

namespace fs = std::filesystem;
using testing::Browser;
using testing::ExampleRun;

// Charts on the page, and those without anything drawn: a canvas is blank when all of its pixels are transparent.
constexpr const char* kCharts = R"(
  (() => {
    const charts = [...document.querySelectorAll("article:not([hidden]) canvas")];
    const blank = charts.filter((canvas) =>
      canvas.width === 0 || canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.every((v) => v === 0));
    const figures = [...document.querySelectorAll("article:not([hidden]) svg")];
    return {
      charts: charts.length,
      blank: blank.map((canvas) => canvas.getAttribute("aria-label")),
      unnamed: charts.filter((canvas) => !canvas.ariaLabel && canvas.getAttribute("aria-hidden") !== "true").length,
      figures: figures.length,
      empty_figures: figures.filter((svg) => svg.getBBox().width === 0).length,
      matrix: document.querySelectorAll("article:not([hidden]) .matrix tbody tr").length,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    };
  })())";

class BrowserPage : public ::testing::Test {
 protected:
  /// Writes the page of all runs in the folder.
  fs::path write_page() const {
    const ReportPage page =
        report_page(collect_runs({folder / "runs"}), "", [](const fs::path&) { return ExampleRun::material(); });
    fs::path file = folder / "report.html";
    write_file_atomically(file, page.html);
    return file;
  }

  /// Nothing but the page itself was asked for.
  void expect_quiet(const Browser& browser) const {
    browser.expect_quiet("file://" + (folder / "report.html").string());
  }

  static void expect_drawn(Browser& browser, int charts) {
    const auto found = browser.evaluate(kCharts);
    EXPECT_EQ(found["charts"], charts);
    EXPECT_EQ(found["blank"].size(), 0) << found["blank"];
    EXPECT_EQ(found["unnamed"], 0) << "every chart has words for those who do not see it";
    EXPECT_EQ(found["figures"], 4);
    EXPECT_EQ(found["empty_figures"], 0);
    EXPECT_EQ(found["matrix"], 3);
    EXPECT_LE(found["overflow"], 0) << "nothing is wider than the screen";
  }

  testing::TemporaryFolder folder;
};

// Loss and accuracy of two stages, one stage's teachers, classes, subjects, coverage, the map and its three marks, four
// traces.
constexpr int kChartsOfARun = 2 * 2 + 1 + 3 + 1 + 3 + 4;

TEST_F(BrowserPage, DrawsEveryChartWithoutAnErrorOrARequestOnDesktopAndPhoneInLightAndDark) {
  PSKD_CHROMIUM_OR_SKIP(chromium);
  ExampleRun().write(folder / "runs");
  const fs::path file = write_page();
  for (const bool phone : {false, true}) {
    Browser browser(chromium);
    browser.set_screen(phone ? 390 : 1280, phone ? 844 : 900, phone, phone);
    browser.open(file);
    EXPECT_EQ(browser.evaluate("innerWidth"), phone ? 390 : 1280);
    expect_drawn(browser, kChartsOfARun);
    expect_quiet(browser);
  }
}

TEST_F(BrowserPage, ShowsTheRunOfASweepThatIsChosen) {
  PSKD_CHROMIUM_OR_SKIP(chromium);
  ExampleRun first, second;
  first.experiment = "acs";
  second.experiment = "label";
  first.write(folder / "runs", "acs");
  second.write(folder / "runs", "label");
  Browser browser(chromium);
  browser.open(write_page());
  const std::string shown = "document.querySelector('article:not([hidden]) h2').textContent";
  EXPECT_EQ(browser.evaluate(shown), "acs");
  browser.evaluate(
      "new Promise((done) => { addEventListener('hashchange', () => setTimeout(done)); "
      "document.querySelector('a[href=\"#run-1\"]').click(); })");
  EXPECT_EQ(browser.evaluate(shown), "label");
  EXPECT_EQ(browser.evaluate("document.querySelectorAll('article:not([hidden])').length"), 1);
  expect_drawn(browser, kChartsOfARun);
  expect_quiet(browser);
}

TEST_F(BrowserPage, ChangesStageAndPicksOutAClass) {
  PSKD_CHROMIUM_OR_SKIP(chromium);
  ExampleRun().write(folder / "runs");
  Browser browser(chromium);
  browser.open(write_page());
  const std::string caption = "document.querySelector('.matrix caption').textContent";
  EXPECT_EQ(browser.evaluate(caption), "student: number of clips");
  browser.evaluate("document.querySelector('.confusion .choice button').click()");
  EXPECT_EQ(browser.evaluate(caption), "skeleton: number of clips");
  const std::string map = "document.querySelector('.map .plot canvas').toDataURL()";
  const auto of_student = browser.evaluate(map);
  browser.evaluate("document.querySelector('.map .choice button').click()");
  const auto of_teacher = browser.evaluate(map);
  EXPECT_TRUE(of_teacher != of_student) << "the teacher gets other clips wrong";
  browser.evaluate("document.querySelector('.map .legend button').click()");
  EXPECT_TRUE(browser.evaluate(map) != of_teacher);
  EXPECT_EQ(browser.evaluate("document.querySelector('.map .legend button').ariaPressed"), "true");
  expect_quiet(browser);
}

TEST_F(BrowserPage, ShowsHostileNamesAsTheyAre) {
  PSKD_CHROMIUM_OR_SKIP(chromium);
  ExampleRun run;
  run.experiment = "</title><script>window.pwned = 1</script>";
  run.classes = {"</script><script>window.pwned = 1</script>", "<!--<script>", "<img src=x onerror=window.pwned=1>"};
  run.write(folder / "runs");
  Browser browser(chromium);
  browser.open(write_page());
  EXPECT_EQ(browser.evaluate("typeof window.pwned"), "undefined");
  EXPECT_EQ(browser.evaluate("document.images.length"), 0);
  EXPECT_EQ(browser.evaluate("document.title"), run.experiment);
  EXPECT_EQ(browser.evaluate("[...document.querySelectorAll('.matrix tbody th')].map((one) => one.textContent)"),
            run.classes);
  expect_drawn(browser, kChartsOfARun);
  expect_quiet(browser);
}

TEST_F(BrowserPage, SaysSoWhereTheCameraFoundNobodyOrAPartIsMissing) {
  PSKD_CHROMIUM_OR_SKIP(chromium);
  const fs::path run = ExampleRun().write(folder / "runs");
  fs::remove(run / "stages/student/metrics.jsonl");
  const ReportPage page = report_page(collect_runs({folder / "runs"}), "", [](const fs::path&) {
    RunMaterial material = ExampleRun::material();
    material.topology = data::topology("coco-17");
    material.embeddings.clear();
    for (data::Clip& clip : material.clips) clip.skeleton = data::Frames::Zero(9, 3 * 17);
    return material;
  });
  write_file_atomically(folder / "report.html", page.html);
  Browser browser(chromium);
  browser.open(folder / "report.html");
  const auto shown = browser.evaluate("document.querySelector('article').innerText").get<std::string>();
  EXPECT_THAT(shown, ::testing::HasSubstr("The camera found no joint"));
  EXPECT_THAT(shown, ::testing::HasSubstr("learning curves of student"));
  EXPECT_EQ(browser.evaluate("document.querySelector('section.map')"), nullptr);
  const auto found = browser.evaluate(kCharts);
  EXPECT_EQ(found["charts"], 2 + 3 + 4) << "curves of one stage, classes, subjects and coverage, four traces";
  EXPECT_EQ(found["blank"].size(), 0) << found["blank"];
  expect_quiet(browser);
}

TEST_F(BrowserPage, IsPrintedInLightColorsWithEveryChart) {
  PSKD_CHROMIUM_OR_SKIP(chromium);
  ExampleRun().write(folder / "runs");
  Browser browser(chromium);
  browser.set_screen(390, 844, true, true);
  browser.open(write_page());
  browser.evaluate(
      "addEventListener('beforeprint', () => { window.printedText = color('text'); window.printedPage = "
      "color('page'); })");
  EXPECT_GT(browser.call("Page.printToPDF", nlohmann::json::object())["data"].get<std::string>().size(), 10'000);
  EXPECT_EQ(browser.evaluate("window.printedPage"), "#ffffff");
  EXPECT_NE(browser.evaluate("color('page')"), "#ffffff") << "afterwards the screen is dark again";
  expect_drawn(browser, kChartsOfARun);
  expect_quiet(browser);
}

}  // namespace
}  // namespace pskd::report
