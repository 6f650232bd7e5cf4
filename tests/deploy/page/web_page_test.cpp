// The page of a model: its folder, and what a real browser makes of it.
#include "deploy/page/web_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include <array>
#include <cmath>
#include <fstream>
#include <memory>
#include <numbers>
#include <set>
#include <tuple>

#include "base/file.hpp"
#include "deploy/onnx/onnx_model.hpp"
#include "deploy/predict.hpp"
#include "deploy/recognizer.hpp"
#include "deploy/sample_stream.hpp"
#include "deploy/small_model.hpp"
#include "support/browser.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"
#include "support/web_server.hpp"

namespace pskd::deploy {
namespace {

namespace fs = std::filesystem;
using testing::Browser;
using ::testing::HasSubstr;
using testing::refusal;
using Json = nlohmann::json;

/// The small model with larger weights in the end, so that windows of walk() differ, and a rule by which one is none.
ModelFile careful_model() {
  Json manifest = testing::small_manifest();
  manifest["none"] = {{"temperature", 1.5}, {"threshold", 0.55}, {"clips", 20}};
  std::map<std::string, StoredTensor> weights = testing::small_weights();
  RandomStream stream(5);
  weights["head.classifier.weight"] = testing::drawn(stream, {3, 10}, -8, 8);
  return checked_model(manifest, weights, "it");
}

PageFiles small_page(const std::string& runtime) {
  const ModelFile model = careful_model();
  return web_page(model, onnx_model(model), runtime);
}

// ---- the folder ------------------------------------------------------------------------------------------

TEST(WebPageTest, IsAFolderOfFiles) {
  const testing::TemporaryFolder folder;
  write_web_page(folder / "page", small_page("const ONNXRUNTIME = {};"));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder / "page")) names.push_back(entry.path().filename().string());
  EXPECT_THAT(names,
              ::testing::UnorderedElementsAre("index.html", "model.js", "onnxruntime.js", "page.css", "page.js"));
  EXPECT_EQ(read_file(folder / "page/onnxruntime.js"), "const ONNXRUNTIME = {};");
}

TEST(WebPageTest, ReplacesAPageAndNothingElse) {
  const testing::TemporaryFolder folder;
  write_web_page(folder / "page", small_page("old"));
  std::ofstream(folder / "page/walk.csv") << "the only copy\n";
  write_web_page(folder / "page", small_page("new"));
  EXPECT_EQ(read_file(folder / "page/onnxruntime.js"), "new");
  EXPECT_EQ(read_file(folder / "page/walk.csv"), "the only copy\n");

  fs::create_directories(folder / "thesis");
  std::ofstream(folder / "thesis/index.html") << "<p>the only copy</p>\n";
  EXPECT_THAT(refusal(ErrorKind::usage, [&] { write_web_page(folder / "thesis", small_page("new")); }),
              HasSubstr("thesis: expected an empty folder or a page that `pskd export --web` wrote, found index.html"));
  EXPECT_FALSE(fs::exists(folder / "thesis/page.js"));
  EXPECT_THAT(refusal(ErrorKind::usage, [&] { write_web_page(folder / "page/walk.csv", small_page("new")); }),
              HasSubstr("walk.csv is a file; --web names a folder"));
}

TEST(WebPageTest, LeavesNothingBehindWhereItCannotBeWritten) {
  const testing::TemporaryFolder folder;
  PageFiles files = small_page("runtime");
  files["x" + std::string(300, 'x')] = "a name that is too long for a file, and comes last";
  EXPECT_THROW(write_web_page(folder / "page", files), Error);
  EXPECT_FALSE(fs::exists(folder / "page"));
  write_web_page(folder / "page", small_page("old"));
  EXPECT_THROW(write_web_page(folder / "page", files), Error);
  EXPECT_EQ(read_file(folder / "page/onnxruntime.js"), "old");
  EXPECT_FALSE(fs::exists(folder / "page/.pskd-unfinished"));
}

TEST(WebPageTest, ReplacesNothingWhereAFolderIsInTheWay) {
  const testing::TemporaryFolder folder;
  write_web_page(folder / "page", small_page("old"));
  fs::remove(folder / "page/page.js");
  fs::create_directories(folder / "page/page.js");
  EXPECT_THAT(refusal(ErrorKind::io, [&] { write_web_page(folder / "page", small_page("new")); }),
              HasSubstr("page.js: expected a file of the page, found a folder"));
  EXPECT_EQ(read_file(folder / "page/onnxruntime.js"), "old");
  EXPECT_FALSE(fs::exists(folder / "page/.pskd-unfinished"));
}

TEST(WebPageTest, NeedsTheRateOfTheSensor) {
  Json manifest = testing::small_manifest();
  manifest["model"]["sensor"].erase("rate");
  const ModelFile model = checked_model(manifest, testing::small_weights(), "it");
  EXPECT_THAT(refusal(ErrorKind::usage, [&] { web_page(model, "", ""); }), HasSubstr("say it with --rate"));
}

TEST(WebPageTest, NeedsANetworkThatSeesTheSensorAlone) {
  Json manifest = testing::small_manifest();
  manifest["model"]["skeleton"] = Json::object();
  const auto refused = [&] {
    return refusal(ErrorKind::checkpoint, [&] { web_page(checked_model(manifest, {}, "it"), "", ""); });
  };
  EXPECT_THAT(refused(), HasSubstr("its network sees the skeleton, which no browser can record"));
  manifest["model"].erase("sensor");
  EXPECT_THAT(refused(), HasSubstr("its network sees the skeleton, which no browser can record"));
}

// ---- in a browser ----------------------------------------------------------------------------------------

/// A recording of 50 samples a second, ax, ay, az in g: every three seconds somebody does something else.
std::vector<std::array<double, 3>> walk(double seconds) {
  std::vector<std::array<double, 3>> samples;
  for (int i = 0; i < 50 * seconds; ++i) {
    const double time = i / 50.0;
    const std::array<std::array<double, 3>, 4> done = {{{0, 1, 0.1 * std::cos(5 * time)},
                                                        {3 * std::sin(7 * time), 1 + std::sin(14 * time), 0.3},
                                                        {0.2, -1, 2 * std::cos(20 * time)},
                                                        {std::cos(3 * time), 0, std::sin(3 * time)}}};
    samples.push_back(done[static_cast<std::size_t>(time / 3) % 4]);
  }
  return samples;
}

/// The same as text. `form` is a format of fmt for a line, of the time and the three values.
std::string as_text(const std::vector<std::array<double, 3>>& samples, const std::string& header, const char* form,
                    double time_unit = 1, double unit = 1) {
  std::string text = header;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto& [x, y, z] = samples[i];
    text += fmt::format(fmt::runtime(form), 0.02 * static_cast<double>(i) / time_unit, x / unit, y / unit, z / unit);
  }
  return text;
}

constexpr const char* kLine = "{0:.3f},{1:.5f},{2:.5f},{3:.5f}\n";

/// A promise that waits until a condition of the page holds.
std::string until(const std::string& condition) {
  return "new Promise((done) => { const look = () => (" + condition +
         ") ? done(true) : setTimeout(look, 10); look(); })";
}

std::string dropped(const std::string& name, const std::string& text) {
  return "{ const data = new DataTransfer(); data.items.add(new File([" + Json(text).dump() + "], " +
         Json(name).dump() + ")); document.dispatchEvent(new DragEvent('drop', {dataTransfer: data})); }";
}

constexpr const char* kStatus = "document.getElementById('status').textContent";
constexpr const char* kAnswer = "document.getElementById('answer').textContent";

/// One browser opens the page anew for each test.
class WebPageInABrowser : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const fs::path chromium = testing::find_chromium(),
                   runtime = PSKD_SOURCE_DIR "/build/onnxruntime-web/onnxruntime.js";
    if (chromium.empty() || !fs::exists(runtime)) return;
    folder_ = std::make_unique<testing::TemporaryFolder>();
    runtime_ = read_file(runtime);
    write_web_page(page(), small_page(runtime_));
    browser_ = std::make_unique<Browser>(chromium);
  }
  static void TearDownTestSuite() {
    browser_.reset();
    folder_.reset();
  }
  void SetUp() override {
    PSKD_CHROMIUM_OR_SKIP(chromium);
    if (!browser_) GTEST_SKIP() << "onnxruntime-web is absent: tools/setup.sh --web";
    seen_ = browser_->events().size();
    open(address());
  }

  static fs::path page() { return *folder_ / "page"; }
  static std::string address() { return "file://" + page().string() + "/"; }
  static Json evaluate(const std::string& expression) { return browser_->evaluate(expression); }
  static void wait_until(const std::string& condition) { evaluate(until(condition)); }

  /// Opens the page at that address, and waits until the network is loaded.
  static void open(const std::string& address) {
    browser_->open_address(address + "index.html");
    wait_until(std::string(kStatus) + " !== 'Loading the network …'");
    ASSERT_EQ(evaluate(kStatus), "Ready.");
  }

  /// Drops a file on the page, and waits until it is played.
  static void drop(const std::string& name, const std::string& text) {
    evaluate(dropped(name, text));
    wait_until("shown !== null");
  }

  void TearDown() override {
    if (browser_ && !IsSkipped()) browser_->expect_quiet(address_, seen_);
  }

  /// What `pskd predict --window` says of a file of that text, a window of a training clip after the other.
  static std::vector<FileDecision> predicted(const std::string& text) {
    const ModelFile model = careful_model();
    Recognizer recognizer = recognizer_of(model, "it");
    std::ofstream(*folder_ / "asked.csv") << text;
    std::vector<FileDecision> decisions;
    predict_files(model, recognizer, {*folder_ / "asked.csv"}, {}, {seconds_of_clip(*model.sensor), 0},
                  {[&](const FileDecision& one) { decisions.push_back(one); },
                   [](const Error& error) { ADD_FAILURE() << error.what(); }});
    return decisions;
  }

  static inline std::unique_ptr<testing::TemporaryFolder> folder_;
  static inline std::unique_ptr<Browser> browser_;
  static inline std::string runtime_;
  std::string address_ = browser_ ? address() : "";  ///< where all files of the test lie
  std::size_t seen_ = 0;                             ///< events before the test
};

std::string answer_of(const Decision& decision, const std::vector<std::string>& classes) {
  return decision.is_none ? "none of these" : classes[static_cast<std::size_t>(decision.label)];
}

void expect_same(const Json& found, const Decision& expected) {
  EXPECT_EQ(found["answer"], answer_of(expected, careful_model().classes));
  EXPECT_NEAR(found["confidence"].get<double>(), expected.confidence, 1e-4);
  ASSERT_EQ(found["probabilities"].size(), expected.probabilities.size());
  for (std::size_t k = 0; k < expected.probabilities.size(); ++k) {
    EXPECT_NEAR(found["probabilities"][k].get<double>(), expected.probabilities[k], 1e-4);
  }
}

TEST_F(WebPageInABrowser, SaysOfARecordingWhatPredictSays) {
  const std::string text = as_text(walk(12), "t,ax,ay,az\n", kLine);
  const std::vector<FileDecision> expected = predicted(text);
  ASSERT_EQ(expected.size(), 5U);
  std::set<std::string> answers;
  drop("walk.csv", text);
  EXPECT_EQ(evaluate(kStatus), "walk.csv: 600 samples at 50 Hz, 12.0\u00a0s");
  const Json found = evaluate("Promise.all(shown.windows.map((window) => decide(shown.samples, window)))");
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expect_same(found[i], expected[i].decision);
    const std::string answer = answer_of(expected[i].decision, careful_model().classes);
    answers.insert(answer);
    // The answer stands on the page once the window's last sample was played.
    evaluate("{ const bar = document.getElementById('position'); bar.value = " + fmt::format("{}", expected[i].end) +
             "; bar.dispatchEvent(new Event('input')); }");
    wait_until("shown.window !== null && Math.abs(shown.window.end - " + fmt::format("{}", expected[i].end) +
               ") < 1e-6");
    EXPECT_EQ(evaluate(kAnswer), answer) << "at " << expected[i].end << " s";
  }
  EXPECT_THAT(answers, ::testing::Contains("none of these"));
  EXPECT_EQ(answers.size(), 3U) << "windows differ, so that a page that is stuck is found";
  EXPECT_THAT(evaluate("document.getElementById('facts').textContent").get<std::string>(),
              ::testing::ContainsRegex("[0-9.]+ ms for this window"));
}

TEST_F(WebPageInABrowser, PlaysAShortRecordingToItsEnd) {
  const std::string text = as_text(walk(0.6), "", kLine);
  std::ofstream(*folder_ / "short.csv") << text;
  const Json document = browser_->call("DOM.getDocument", Json::object())["root"]["nodeId"];
  const Json input = browser_->call("DOM.querySelector", {{"nodeId", document}, {"selector", "#file"}})["nodeId"];
  browser_->call("DOM.setFileInputFiles", {{"nodeId", input}, {"files", {(*folder_ / "short.csv").string()}}});
  wait_until("shown !== null && shown.window !== null");
  EXPECT_EQ(evaluate("document.getElementById('time').textContent"), "0.6 of 0.6\u00a0s");
  EXPECT_EQ(evaluate("document.getElementById('play').textContent"), "Play");
  const std::vector<FileDecision> expected = predicted(text);
  ASSERT_EQ(expected.size(), 1U) << "all of it is one window";
  expect_same(evaluate("shown.decisions[0]"), expected[0].decision);
}

TEST_F(WebPageInABrowser, ReadsFilesAsPredictDoes) {
  const auto samples = walk(4);
  const std::vector<std::string> texts = {
      as_text(samples, "t,ax,ay,az\n", kLine),
      as_text(samples, "\xef\xbb\xbftime;az;ay;ax\n", "{0:.3f};{3:.5f};{2:.5f};{1:.5f}\n"),
      as_text(samples, "time;ax;ay;az\n", "{0:.0f};{1:.0f},5;{2:.0f},25;{3:.0f},0\n", 1e-6),
      as_text(samples, "ax,ay,az\nm/s^2,m/s\u00b2,m s-2\n", "{1:.5f},{2:.5f},{3:.5f}\r\n", 1, 1 / 9.80665),
      as_text(samples, "\taz\tay\tax\n", "{0:.0f}\t{3:.5f}\t{2:.5f}\t{1:.5f}\n", 0.02),  // as pandas writes it
      as_text(samples, "# a logger, 32 Hz\n", "{1:.5f} {2:.5f} {3:.5f}\n"),
      as_text(samples, "timestamp\tax\tay\taz\tnote\nms\tmg\tmg\tmg\tnone\n", "{0:.0f}\t{1:.2f}\t{2:.2f}\t{3:.2f}\t7\n",
              1e-3, 1e-3) +
          "\n\n",
  };
  const ModelFile model = careful_model();
  for (const std::string& text : texts) {
    std::ofstream(*folder_ / "asked.csv") << text;
    data::Repairs repairs;
    const SensorRecording expected = SensorFiles(model, {}).read(*folder_ / "asked.csv", repairs);
    const Json found = evaluate("(() => { const {rate, values} = readRecording(" + Json(text).dump() +
                                ", MODEL); return {rate, values: [...values]}; })()");
    EXPECT_NEAR(found["rate"].get<double>(), expected.rate, 1e-6) << text.substr(0, 60);
    ASSERT_EQ(found["values"].size(), static_cast<std::size_t>(expected.samples.size())) << text.substr(0, 60);
    double furthest = 0;
    for (Eigen::Index i = 0; i < expected.samples.size(); ++i) {
      furthest = std::max(furthest, std::abs(found["values"][static_cast<std::size_t>(i)].get<double>() -
                                             static_cast<double>(expected.samples.data()[i])));
    }
    EXPECT_LT(furthest, 1e-5) << text.substr(0, 60);
  }
}

TEST_F(WebPageInABrowser, FindsAllLinesAndTheRightColumns) {
  const std::string three = "channels: ['ax', 'ay', 'az'], units: ['g', 'g', 'g']",
                    turned = "channels: ['gx'], units: ['deg/s']", own = "channels: ['acc_x'], units: ['g']";
  const std::vector<std::tuple<std::string, std::string, std::vector<double>>> read = {
      {"ax,ay,az,note\n1,2,3,sit\n4,5,6,\n", three, {1, 2, 3, 4, 5, 6}},
      {"# ax,ay,az,note\n1,2,3,sit\n4,5,6,\n", three, {1, 2, 3, 4, 5, 6}},
      {"ax,ay,az,note\n1,2,3\n4,5,6,sit\n", three, {1, 2, 3, 4, 5, 6}},
      {"ax,ay,az,note\nmg,mg,mg,\n1000,2000,3000,sit\n4000,5000,6000,\n", three, {1, 2, 3, 4, 5, 6}},
      {"\"place, side\",az,ay,ax\n7,3,2,1\n7,6,5,4\n", three, {1, 2, 3, 4, 5, 6}},
      {"x,y,z,ax,ay,az\n9,9,9,1,2,3\n9,9,9,4,5,6\n", three, {1, 2, 3, 4, 5, 6}},
      {"Z,Y,X\n3,2,1\n6,5,4\n,,\n,,\n", three, {1, 2, 3, 4, 5, 6}},
      {"u,gx\nnone,rad.s-1\n0,0\n0,1\n", turned, {0, 180 / std::numbers::pi}},
      {"u,gx\nnone,Degrees/s\n0,0\n0,1\n", turned, {0, 1}},
      {"u,acc_x\nnone,mg\n0,0\n0,1000\n", own, {0, 1}},
  };
  for (const auto& [text, model, expected] : read) {
    const Json found = evaluate("[...readRecording(" + Json(text).dump() + ", {...MODEL, " + model + "}).values]");
    EXPECT_THAT(found.get<std::vector<double>>(), ::testing::Pointwise(::testing::DoubleNear(1e-5), expected)) << text;
  }
}

TEST_F(WebPageInABrowser, DoubtsAccelerationsByTheirUnit) {
  const auto doubt = [](const std::string& channels, const std::string& units) {
    return evaluate("doubtAbout({values: new Float32Array(8).fill(9), channels: 4}, {channels: " + channels +
                    ", units: " + units + "})");
  };
  const std::string one = "['t', 'acc_x', 'acc_y', 'acc_z']";
  EXPECT_THAT(doubt(one, "['none', 'g', 'g', 'g']").get<std::string>(), HasSubstr("15.6 g in the median"));
  EXPECT_EQ(doubt(one, "['none', 'none', 'g', 'g']"), "");
  EXPECT_EQ(doubt("['watch_az', 'phone_ax', 'phone_ay', 'chest_ax']", "['g', 'g', 'g', 'g']"), "");
}

TEST_F(WebPageInABrowser, SaysWhoseRateIsTaken) {
  const std::vector<std::pair<std::string, std::string>> taken = {
      {"ax,ay,az\n", "a.csv: 100 samples, no time stamps, taken at 50 Hz, 2.0\u00a0s"},
      {"# 0 Hz\nax,ay,az\n", "a.csv: 100 samples, no time stamps, taken at 50 Hz, 2.0\u00a0s"},
      {"# 25 Hz\nax,ay,az\n", "a.csv: 100 samples at 25 Hz, 4.0\u00a0s"}};
  for (const auto& [header, status] : taken) {
    evaluate("shown = null; 0");
    drop("a.csv", as_text(walk(2), header, "{1:.5f},{2:.5f},{3:.5f}\n"));
    EXPECT_EQ(evaluate(kStatus), status);
  }
}

TEST_F(WebPageInABrowser, RefusesWhatIsNoRecordingWithTheLine) {
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"", "found less than two lines"},
      {"hello\nworld\n", "expected at least two lines of numbers"},
      {"ax,ay\n1,2\n3,4\n", "expected columns called ax, ay, az, found ax, ay"},
      {"1,2\n3,4\n", "expected columns for ax, ay, az"},
      {"ax,ay,az\n1,2,3\n1,2,3,4\n1,2,3\n", "line 3: expected 3 columns, found 4"},
      {"ax,ay,az\n1,2,3\n1,nan,3\n1,2,3\n", "line 3: expected a number for ay"},
      {"ax,ay,az\n1,2,3\n1,2,1e39\n1,2,3\n", "line 3: expected a number for az"},
      {"ax,ay,az,note\n1,2,3,a\n1,2,,a\n1,2,3,\n", "line 3: expected a number for az"},
      {"ax,ay,az,note\n1,2,3,\n1,2,\n1,2,3,\n", "line 3: expected a number for az"},
      {"1,2,3,4\n1,2,3,\n1,2,3,\n", "line 1: expected the names of 3 columns, as many as the last line has, found 4"},
      {"\"az\"\t\"ay\"\t\"ax\"\n1\t1\t2\t3\n2\t1\t2\t3\n", "line 1: expected the names of 4 columns"},
      {"#az,ay,ax\n1 2 3\n1 2 3\n", "line 1: expected the names of 3 columns"},
      {"t,x,y,z,ax,ay\n0,1,2,3,4,5\n1,1,2,3,4,5\n", "expected columns called ax, ay, az, found t, x, y, z, ax, ay"},
      {"ax,ay,az\ng,g,deg/s\n1,2,3\n1,2,3\n", "line 2: expected az in g, mg, m/s2, found deg/s"},
      {"t,ax,ay,az\nmm,g,g,g\n1,1,2,3\n2,1,2,3\n", "line 2: expected t in s, ms, us, ns, found mm"},
      {"date,ax,ay,az\n2024-01-01 10:00:00.00,1,2,3\n2024-01-01 10:00:00.02,1,2,3\n",
       "line 2: expected a time that is a number in date, found \"2024-01-01 10:00:00.00\""},
      {"t,ax,ay,az\n0,1,2,3\n,1,2,3\n0.04,1,2,3\n", "line 3: expected a time that is a number in t"},
      {"t,ax,ay,az\n254,1,2,3\n255,1,2,3\n0,1,2,3\n", "line 4: expected a time after that of the first line in t"},
      {"t,ax,ay,az\n0,1,2,3\n0.02,1,2,3\n0.01,1,2,3\n0.04,1,2,3\n", "line 4: expected a time after the one before"},
      {as_text(walk(2), "t,ax,ay,az\n", kLine) + "9.98,0,1,0\n", "line 102: a gap of 8.00 s"},
  };
  for (const auto& [text, problem] : refused) {
    evaluate("say('')");
    evaluate(dropped("bad.csv", text));
    wait_until(std::string(kStatus) + " !== ''");
    EXPECT_THAT(evaluate(kStatus).get<std::string>(), HasSubstr("bad.csv: ")) << text;
    EXPECT_THAT(evaluate(kStatus).get<std::string>(), HasSubstr(problem)) << text;
    EXPECT_EQ(evaluate("shown"), nullptr);
  }
}

TEST_F(WebPageInABrowser, RefusesAVeryLargeFile) {
  evaluate("openFile({name: 'year.csv', size: 100e6 + 1})");
  EXPECT_EQ(evaluate(kStatus), "year.csv: larger than 100 MB; pskd predict reads it");
}

TEST_F(WebPageInABrowser, SaysThatTheNetworkFailedAndTriesAgain) {
  evaluate("window.works = decide; decide = async () => { throw new Error('out of memory'); }; 0");
  drop("walk.csv", as_text(walk(0.6), "", kLine));
  wait_until(std::string(kStatus) + ".includes('The network failed from 0.0\u00a0s to 0.6\u00a0s: out of memory')");
  EXPECT_EQ(evaluate(kAnswer), "–");
  evaluate("decide = works; document.getElementById('play').click()");
  wait_until("shown.window !== null");
  EXPECT_NE(evaluate(kAnswer), "–");
}

/// A runtime whose network takes a while, fails at its second window, and counts how many windows it has at once.
constexpr const char* kSlowRuntime = R"(
  (async () => {
    const packed = async (text) => {
      const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
      return btoa(String.fromCharCode(...new Uint8Array(await new Response(zipped).arrayBuffer())));
    };
    Object.assign(window, {runs: 0, running: 0, most: 0});
    const module = await packed(`
      export const env = {wasm: {}};
      export class Tensor {}
      const run = async () => {
        const number = ++window.runs;
        window.most = Math.max(window.most, ++window.running);
        await new Promise((done) => setTimeout(done, 20));
        --window.running;
        if (number === 2) throw new Error("no");
        return {probabilities: {data: [0.2, 0.5, 0.3]}, logits: {data: [1, 3, 2]}};
      };
      export const InferenceSession = {create: async () => ({run})};`);
    const decide = await loadRecognizer(MODEL, {module, wasm: await packed("")});
    const samples = {first: 0, channels: 3, values: new Float32Array(6)};
    const made = await Promise.allSettled([1, 2, 3].map(() => decide(samples, {first: 0, count: 2})));
    return {most: window.most, made: made.map(({status}) => status)};
  })())";

TEST_F(WebPageInABrowser, GivesTheNetworkOneWindowAfterTheOther) {
  const Json expected = {{"most", 1}, {"made", {"rejected", "fulfilled", "fulfilled"}}};
  EXPECT_EQ(evaluate(kSlowRuntime), expected);
}

TEST_F(WebPageInABrowser, SaysWhatIsMissingBesideIt) {
  write_web_page(*folder_ / "torn", small_page("// nothing"));
  address_ = "file://" + (*folder_ / "torn/").string();
  seen_ = browser_->events().size();
  browser_->open_address(address_ + "index.html");
  EXPECT_THAT(evaluate(kStatus).get<std::string>(), HasSubstr("model.js or onnxruntime.js is missing"));
}

// ---- a phone ---------------------------------------------------------------------------------------------

/// Sends motion events of [time, x, y, z] in seconds and m/s^2, once the button was pressed.
std::string motion(const std::vector<std::array<double, 4>>& samples) {
  return R"(
    (async () => {
      window.made = [];
      const inner = decide;
      decide = async (...of) => { const decision = await inner(...of); made.push(decision); return decision; };
      document.getElementById("phone").click();
      await )" +
         until("stopPhone !== null") + R"(;
      for (const [time, x, y, z] of )" +
         Json(samples).dump() + R"() {
        const event = new DeviceMotionEvent("devicemotion", {accelerationIncludingGravity: {x, y, z}});
        Object.defineProperty(event, "timeStamp", {value: 1000 * time});
        dispatchEvent(event);
      }
      decide = inner;
    })())";
}

/// A phone that is shaken: some 60 samples a second, which do not come evenly, and a gap.
std::vector<std::array<double, 4>> shaken() {
  std::vector<std::array<double, 4>> samples;
  for (int i = 0; i < 900; ++i) {
    const double time = 100 + i / 60.0 + 0.004 * std::sin(i) + (i > 500 ? 2 : 0), waves = i > 200 ? 1 : 0;
    samples.push_back(
        {time, 8 * waves * std::sin(7 * time), 9.8 + 4 * waves * std::sin(14 * time), 3 * std::cos(5 * time)});
  }
  return samples;
}

TEST_F(WebPageInABrowser, SaysOfAPhoneWhatStreamSays) {
  const ModelFile model = careful_model();
  std::vector<Decision> expected;
  SampleStream stream(recognizer_of(model, "it"), {model.sensor->rate, {seconds_of_clip(*model.sensor), 0}},
                      [&](const StreamDecision& made) { expected.push_back(made.decision); });
  for (const auto& [time, x, y, z] : shaken()) {
    stream.add(time, std::array{static_cast<float>(x / 9.80665), static_cast<float>(y / 9.80665),
                                static_cast<float>(z / 9.80665)});
  }
  evaluate(motion(shaken()));
  wait_until("made.length === " + std::to_string(expected.size()));
  const Json found = evaluate("made");
  ASSERT_GE(expected.size(), 5U);
  for (std::size_t i = 0; i < expected.size(); ++i) expect_same(found[i], expected[i]);
  wait_until("shown.window !== null");
  EXPECT_EQ(evaluate(kAnswer), answer_of(expected.back(), model.classes));
  evaluate("document.getElementById('phone').click()");
  EXPECT_EQ(evaluate("document.getElementById('phone').textContent"), "Use this phone");
}

TEST_F(WebPageInABrowser, AsksAnIPhoneAndTurnsItsSignsAround) {
  browser_->call("Emulation.setUserAgentOverride",
                 {{"userAgent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"}});
  open(address_);
  evaluate("DeviceMotionEvent.requestPermission = async () => 'denied'; 0");
  evaluate("document.getElementById('phone').click()");
  wait_until(std::string(kStatus) + ".includes('not allowed')");
  evaluate("window.asked = 0; DeviceMotionEvent.requestPermission = async () => (++asked, 'granted'); 0");
  evaluate("{ const button = document.getElementById('phone'); button.click(); button.click(); }");
  wait_until("stopPhone !== null");
  EXPECT_EQ(evaluate("asked"), 1) << "of two taps in a row";
  evaluate("stopPhone(); 0");
  evaluate(motion({{1, 0, 0, -9.80665}}));
  EXPECT_EQ(evaluate("shown.samples.values.map((value) => Number(value.toFixed(6)))"), Json({0, 0, 1}));
  browser_->call("Emulation.setUserAgentOverride", {{"userAgent", ""}});  // its own again
}

TEST_F(WebPageInABrowser, SaysThatAPhoneNeedsHttps) {
  evaluate(
      "Object.defineProperty(window, 'isSecureContext', {value: false}); document.getElementById('phone').click()");
  wait_until(std::string(kStatus) + ".includes('from https only')");
  EXPECT_EQ(evaluate("document.getElementById('phone').disabled"), false);
}

// ---- how it looks ----------------------------------------------------------------------------------------

TEST_F(WebPageInABrowser, FitsDesktopAndPhoneInLightAndDark) {
  for (const bool phone : {true, false}) {
    browser_->set_screen(phone ? 390 : 1280, phone ? 844 : 900, phone, phone);
    open(address_);
    drop("walk.csv", as_text(walk(0.6), "", kLine));
    wait_until("shown.window !== null");
    EXPECT_EQ(evaluate("innerWidth"), phone ? 390 : 1280);
    EXPECT_LE(evaluate("document.documentElement.scrollWidth - innerWidth"), 0);
    EXPECT_EQ(evaluate("[...document.querySelectorAll('canvas')].filter((canvas) => canvas.getContext('2d')"
                       ".getImageData(0, 0, canvas.width, canvas.height).data.every((v) => v === 0)).length"),
              0)
        << "nothing is blank";
    EXPECT_EQ(evaluate("color('page')"), phone ? "#14171c" : "#ffffff");
  }
}

TEST_F(WebPageInABrowser, IsUsedWithTheKeyboard) {
  drop("walk.csv", as_text(walk(4), "", kLine));
  std::vector<std::string> reached;
  for (int i = 0; i < 4; ++i) {
    for (const char* type : {"keyDown", "keyUp"}) {
      browser_->call("Input.dispatchKeyEvent",
                     {{"type", type}, {"key", "Tab"}, {"code", "Tab"}, {"windowsVirtualKeyCode", 9}});
    }
    reached.push_back(evaluate("document.activeElement.id").get<std::string>());
  }
  EXPECT_THAT(reached, ::testing::ElementsAre("file", "phone", "play", "position"));
}

TEST_F(WebPageInABrowser, ShowsHostileNamesAsTheyAre) {
  Json manifest = testing::small_manifest();
  const std::vector<std::string> names = {"</script><script>window.pwned = 1</script>",
                                          "<img src=x onerror=window.pwned=1>", "\"'\\`${window.pwned = 1}"};
  manifest["model"]["classes"] = names;
  manifest["stage"] = "</title><script>window.pwned = 1</script>";
  const ModelFile model = checked_model(manifest, testing::small_weights(), "it");
  write_web_page(*folder_ / "hostile", web_page(model, onnx_model(model), runtime_));
  address_ = "file://" + (*folder_ / "hostile/").string();
  seen_ = browser_->events().size();
  open(address_);
  EXPECT_EQ(evaluate("typeof window.pwned"), "undefined");
  EXPECT_EQ(evaluate("[...document.querySelectorAll('#bars .name')].map((one) => one.textContent)"), names);
}

TEST_F(WebPageInABrowser, ComesFromAnyStaticWebServer) {
  const testing::WebServer server(page());
  if (server.address().empty()) GTEST_SKIP() << "python3 is absent, whose http.server the page would come from";
  address_ = server.address();
  seen_ = browser_->events().size();
  open(address_);
  drop("walk.csv", as_text(walk(0.6), "", kLine));
  wait_until("shown.window !== null");
}

}  // namespace
}  // namespace pskd::deploy
