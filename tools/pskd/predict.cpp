#include "deploy/predict.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <iostream>

#include "base/pace.hpp"
#include "deploy/label_file.hpp"
#include "deploy/npy_file.hpp"
#include "deploy/recognizer.hpp"
#include "prediction_output.hpp"
#include "pskd/base/error.hpp"
#include "pskd/eval/scores.hpp"
#include "verbs.hpp"

namespace {

namespace deploy = pskd::deploy;
namespace fs = std::filesystem;
using pskd::data::readers::ChannelUnit;

const std::map<std::string, ChannelUnit> kUnits = {
    {"g", ChannelUnit::g}, {"mg", ChannelUnit::milli_g}, {"m/s2", ChannelUnit::m_per_s2}};

/// A file that is written for numpy. The ending keeps a recording from being overwritten where a name was forgotten.
const CLI::Validator kArrayFile(
    [](const std::string& file) {
      return fs::path(file).extension() == ".npy" ? "" : "expected a name that ends in .npy, found " + file;
    },
    "FILE.npy");

struct Options {
  std::string model, format = "table", labels, probabilities, embeddings, description, unit;
  std::vector<std::string> files;
  deploy::WindowOptions windows;
  deploy::ReadOptions reading;
  std::optional<double> threshold;
  int top = 3;
  bool quiet = false;
};

/// Counts decisions about files whose label is known.
class Score {
 public:
  Score(const std::string& file, const std::vector<std::string>& classes)
      : labels_(file, classes), classes_(classes), confusion_(classes.size(), std::vector<int>(classes.size())) {}

  std::optional<int> count(const deploy::FileDecision& one) {
    const std::optional<int> label = labels_.label_of(one.file);
    ++decisions_;
    if (label && one.decision.is_none) ++none_;
    if (label && !one.decision.is_none && *label == one.decision.label) ++right_answers_;
    if (label) ++confusion_[static_cast<std::size_t>(*label)][static_cast<std::size_t>(one.decision.label)];
    return label;
  }

  std::string text() const {
    const pskd::eval::Scores scores = pskd::eval::scores_of(confusion_, classes_);
    if (scores.clips == 0) return "no decision is about a file of the table of labels";
    std::string text = fmt::format("accuracy {:.2f} %, macro F1 {:.2f} % on the {} of {} decisions with a label",
                                   100 * scores.accuracy, 100 * scores.macro_f1, scores.clips, decisions_);
    const std::int64_t answered = scores.clips - none_;
    if (answered == 0) text += "; all of them are none";
    if (none_ > 0 && answered > 0) {
      text += fmt::format("; {} are none, and of the other {} ({:.2f} %) {:.2f} % are right", none_, answered,
                          100.0 * static_cast<double>(answered) / static_cast<double>(scores.clips),
                          100.0 * static_cast<double>(right_answers_) / static_cast<double>(answered));
    }
    return text;
  }

 private:
  deploy::LabelFile labels_;
  const std::vector<std::string>& classes_;
  std::vector<std::vector<int>> confusion_;
  std::int64_t decisions_ = 0, none_ = 0, right_answers_ = 0;
};

/// Windows are as long as a training clip where only their step is given.
deploy::WindowOptions windows_of(const Options& options, const deploy::ModelFile& model) {
  deploy::WindowOptions windows = options.windows;
  if (windows.step > 0 && windows.length <= 0) windows.length = deploy::seconds_of_clip(*model.sensor);
  return windows;
}

PredictionForm form_of(const Options& options, const deploy::ModelFile& model, bool windows) {
  PredictionForm form{model.classes, options.top, windows, !options.labels.empty(), model.none.has_value()};
  for (const std::string& file : options.files) form.file_width = std::max(form.file_width, file.size());
  return form;
}

void warn(const deploy::PredictionNotes& notes) {
  for (const auto& [kind, doubtful] : notes.doubts) {
    spdlog::warn("{} of {} files: {}; the first is {}", doubtful.files, notes.files, kind, doubtful.first);
  }
  for (const auto& [rule, repair] : notes.repairs) {
    spdlog::info("{} of {} files: {} ({} values)", repair.clips.size(), notes.files, rule, repair.count);
  }
}

void run(const Options& options) {
  start_console_log(options.quiet);
  deploy::ModelFile model = deploy::read_model_file(options.model);
  if (options.threshold) model.none = {model.none.value_or(pskd::eval::NoneRule{}).temperature, *options.threshold};
  pskd::Recognizer recognizer = deploy::recognizer_of(model, options.model);
  const deploy::WindowOptions windows = windows_of(options, model);
  std::optional<Score> score;
  if (!options.labels.empty()) score.emplace(options.labels, model.classes);
  std::optional<deploy::NpyFile> probabilities, embeddings;
  if (!options.probabilities.empty()) probabilities.emplace(options.probabilities, model.classes.size());
  if (!options.embeddings.empty()) embeddings.emplace(options.embeddings, recognizer.embedding_size());

  const PrintDecision print = kPredictionFormats.at(options.format)(form_of(options, model, windows.length > 0));
  const auto decided = [&](const deploy::FileDecision& one) {
    print(one, score ? score->count(one) : std::nullopt);
    if (probabilities) probabilities->add(one.decision.probabilities);
    if (embeddings) embeddings->add(one.decision.embedding);
  };
  const std::vector<fs::path> files(options.files.begin(), options.files.end());
  const auto unusable = [](const pskd::Error& error) { complain(error.what()); };
  const auto progress = [pace = pskd::Pace(), all = files.size()](std::size_t done) mutable {
    if (done < all && pace.is_due()) spdlog::info("{} of {} files", done, all);
  };
  const deploy::PredictionNotes notes =
      deploy::predict_files(model, recognizer, files, options.reading, windows, {decided, unusable, progress});
  if (probabilities) probabilities->finish();
  if (embeddings) embeddings->finish();
  warn(notes);
  if (score) (options.format == "table" ? std::cout << '\n' : std::cerr) << score->text() << '\n';
  if (notes.unusable > 0) {
    throw pskd::Error(pskd::ErrorKind::data,
                      fmt::format("{} of {} files could not be used, see above", notes.unusable, notes.files));
  }
}

void add_reading(CLI::App* verb, Options& options) {
  verb->add_option("--reader", options.reading.format,
                   "how files are read (default: by their extension, as the model's data set where it fits)")
      ->check(CLI::IsMember(deploy::sensor_formats()));
  verb->add_option("--description", options.description,
                   "the description of your own recordings, which says what their files hold")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  verb->add_option("--rate", options.reading.rate,
                   "Hz, of files without time stamps (default: that of the file, of the data set or of the model)")
      ->check(CLI::PositiveNumber);
  verb->add_option("--unit", options.unit, "of accelerations in plain files (default: as the file says, else g)")
      ->check(CLI::IsMember({"g", "mg", "m/s2"}));
}

void add_writing(CLI::App* verb, Options& options) {
  verb->add_option("--format", options.format, "how decisions are printed")
      ->check(CLI::IsMember({"table", "csv", "jsonl"}))
      ->capture_default_str();
  verb->add_option("--top", options.top, "so many classes, the most probable first")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--threshold", options.threshold,
                   "of the confidence, 0 .. 1; the answer is `none` below (default: the model's; 0: never)")
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("FLOAT");
  verb->add_option("--labels", options.labels, "CSV file with the columns file and label; adds the score")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  verb->add_option("--probabilities", options.probabilities, "also write [decisions, classes] for numpy")
      ->check(kArrayFile)
      ->type_name("");
  verb->add_option("--embeddings", options.embeddings, "also write [decisions, size of the semantic layer] for numpy")
      ->check(kArrayFile)
      ->type_name("");
  verb->add_flag("--quiet", options.quiet, "no progress, only warnings");
}

}  // namespace

void add_predict(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("predict", "Say what sensor files show, with a model file");
  verb->add_option("model", options->model, "a model file, see `pskd export`")->required()->check(CLI::ExistingFile);
  verb->add_option("files", options->files, "recordings: .mat of UTD-MHAD, .txt of Berkeley-MHAD, .csv, .npy")
      ->required();
  verb->add_option("--window", options->windows.length,
                   "seconds; decides about windows that slide over each file (default: one decision a file)")
      ->check(CLI::PositiveNumber);
  verb->add_option("--step", options->windows.step, "seconds from a window to the next (default: half a window)")
      ->check(CLI::PositiveNumber);
  add_reading(verb, *options);
  add_writing(verb, *options);
  verb->footer(
      "A plain CSV file has a column for each channel, by the names in its first line (ax, ay, az) or in their order,\n"
      "and may have time stamps. Files that cannot be used are named, and the others decided about.\n"
      "Examples:\n"
      "  pskd predict student.pskd walk.csv\n"
      "  pskd predict student.pskd Inertial/a1_s2_*.mat --format csv --top 1\n"
      "  pskd predict student.pskd day.csv --window 3 --step 1 --format jsonl --probabilities day.npy");
  verb->callback([options] {
    if (!options->unit.empty()) options->reading.unit = kUnits.at(options->unit);
    options->reading.description = options->description;
    run(*options);
  });
}
