#include "predict.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <utility>

#include "pskd/base/error.hpp"
#include "pskd/eval/scores.hpp"
#include "verbs.hpp"

namespace {

namespace deploy = pskd::deploy;
namespace fs = std::filesystem;
using pskd::data::readers::ChannelUnit;

const std::map<std::string, ChannelUnit> kUnits = {
    {"g", ChannelUnit::g}, {"mg", ChannelUnit::milli_g}, {"m/s2", ChannelUnit::m_per_s2}};

/// A file that is written for numpy. No recording is overwritten where a name was forgotten: recordings may be .npy,
/// too.
const CLI::Validator kArrayFile(
    [](const std::string& file) -> std::string {
      if (fs::path(file).extension() != ".npy") return "expected a name that ends in .npy, found " + file;
      if (!fs::exists(file) || (fs::is_regular_file(file) && fs::file_size(file) == 0)) return "";
      return file + ": there is a file of that name; give another name, or remove it";
    },
    "FILE.npy");

void add_reading(CLI::App* verb, PredictOptions& options) {
  verb->add_option("--reader", options.reading.format,
                   "how files are read (default: by their extension, as the model's data set where it fits)")
      ->check(CLI::IsMember(deploy::sensor_formats()));
  verb->add_option("--description", options.description,
                   "the description of your own recordings, which says what their files hold (of a folder default: its "
                   "dataset.yaml)")
      ->check(CLI::ExistingFile)
      ->type_name("FILE");
  verb->add_option("--rate", options.reading.rate,
                   "Hz, of files without time stamps (default: that of the file, of the data set or of the model)")
      ->check(kPositiveNumber)
      ->check(kFiniteNumber);
  verb->add_option("--unit", options.unit, "of accelerations in plain files (default: as the file says, else g)")
      ->check(CLI::IsMember({"g", "mg", "m/s2"}));
}

void add_writing(CLI::App* verb, PredictOptions& options) {
  verb->add_option("--format", options.format, "how decisions are printed")
      ->check(CLI::IsMember({"table", "csv", "jsonl"}))
      ->capture_default_str();
  verb->add_option("--top", options.top, "number of classes to print, the most probable first")
      ->check(kPositiveNumber)
      ->capture_default_str();
  verb->add_option("--threshold", options.threshold,
                   "of the confidence, 0 .. 1; the answer is `none` below (default: the model's; 0: never)")
      ->check(CLI::Range(0.0, 1.0))
      ->check(kFiniteNumber)
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

/// Counts decisions, and those that are right.
class DecisionOutput::Score {
 public:
  explicit Score(const std::vector<std::string>& classes)
      : classes_(classes), confusion_(classes.size(), std::vector<int>(classes.size())) {}

  void count(const pskd::Decision& decision, const std::optional<int>& label) {
    ++decisions_;
    if (!label) return;
    if (decision.is_none) ++none_;
    if (!decision.is_none && *label == decision.label) ++right_answers_;
    ++confusion_[static_cast<std::size_t>(*label)][static_cast<std::size_t>(decision.label)];
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
  const std::vector<std::string>& classes_;
  std::vector<std::vector<int>> confusion_;
  std::int64_t decisions_ = 0, none_ = 0, right_answers_ = 0;
};

DecisionOutput::DecisionOutput(const PredictOptions& options, PredictionForm form, std::size_t embedding_size)
    : form_(std::move(form)),
      is_table_(options.format == "table"),
      print_(kPredictionFormats.at(options.format)(form_)) {
  if (form_.labels) score_ = std::make_unique<Score>(form_.classes);
  if (!options.probabilities.empty()) probabilities_.emplace(options.probabilities, form_.classes.size());
  if (!options.embeddings.empty()) embeddings_.emplace(options.embeddings, embedding_size);
}
DecisionOutput::~DecisionOutput() = default;

void DecisionOutput::add(const deploy::FileDecision& decision, const std::optional<int>& label) {
  print_(decision, label);
  if (score_) score_->count(decision.decision, label);
  if (probabilities_) probabilities_->add(decision.decision.probabilities);
  if (embeddings_) embeddings_->add(decision.decision.embedding);
}

void DecisionOutput::finish() {
  if (probabilities_) probabilities_->finish();
  if (embeddings_) embeddings_->finish();
  if (score_) (is_table_ ? std::cout << '\n' : std::cerr) << score_->text() << '\n';
}

bool asks_about_folder(const PredictOptions& options) {
  const std::vector<std::string>& files = options.files;
  const auto folder = std::find_if(files.begin(), files.end(), [](const auto& file) { return fs::is_directory(file); });
  if (folder == files.end()) return false;
  if (files.size() == 1) return true;
  throw pskd::Error(pskd::ErrorKind::usage,
                    "expected files, or one folder of recordings; found the folder " + *folder + " beside others");
}

deploy::ModelFile model_of(const std::string& file, const std::optional<double>& threshold) {
  deploy::ModelFile model = deploy::read_model_file(file);
  if (threshold) model.none = {model.none.value_or(pskd::eval::NoneRule{}).temperature, *threshold};
  if (model.none && model.none->threshold > 0 && pskd::eval::has_class_called_none(model.classes)) {
    throw pskd::Error(pskd::ErrorKind::usage,
                      file +
                          ": has a class called none, which could not be told from the answer \"none of these\"; "
                          "--threshold 0 leaves that answer out");
  }
  return model;
}

void warn_of(const deploy::PredictionNotes& notes, const std::string& files) {
  for (const auto& [kind, doubtful] : notes.doubts) {
    spdlog::warn("{} of {} {}: {}; the first is {}", doubtful.files, notes.files, files, kind, doubtful.first);
  }
  for (const auto& [rule, repair] : notes.repairs) {
    spdlog::info("{} of {} {}: {} ({} values)", repair.clips.size(), notes.files, files, rule, repair.count);
  }
}

void add_predict(CLI::App& app, const std::function<void(const PredictOptions&)>& run) {
  auto options = std::make_shared<PredictOptions>();
  CLI::App* verb = app.add_subcommand("predict", "Classify recordings with a model file");
  verb->add_option("model", options->model, "a model file, see `pskd export`")->required()->check(CLI::ExistingFile);
  verb->add_option("files", options->files,
                   "recordings of the sensor: .mat of UTD-MHAD, .txt of Berkeley-MHAD, .csv, .npy; or a folder of "
                   "recordings of "
                   "sensor and camera, with its description")
      ->required();
  verb->add_option("--window", options->windows.length,
                   "seconds; decides about windows that slide over each file (default: one decision a file)")
      ->check(kPositiveNumber)
      ->check(kFiniteNumber);
  verb->add_option("--step", options->windows.step, "seconds from a window to the next (default: half a window)")
      ->check(kPositiveNumber)
      ->check(kFiniteNumber);
  add_reading(verb, *options);
  add_writing(verb, *options);
  verb->footer(
      "A plain CSV file has a column for each channel, by the names in its first line (ax, ay, az) or in their order,\n"
      "and may have time stamps. Files that cannot be used are named, and the others decided about;\n"
      "in a folder, all must be sound.\n"
      "Networks that see the skeleton are asked about a folder, as `pskd adapt` takes it; labels in it add the score.\n"
      "Examples:\n"
      "  pskd predict student.pskd walk.csv\n"
      "  pskd predict student.pskd Inertial/a1_s2_*.mat --format csv --top 1\n"
      "  pskd predict fused.pskd anna\n"
      "  pskd predict student.pskd day.csv --window 3 --step 1 --format jsonl --probabilities day.npy");
  verb->callback([options, run] {
    if (!options->probabilities.empty() && options->probabilities == options->embeddings) {
      throw pskd::Error(pskd::ErrorKind::usage, "--probabilities and --embeddings name one file");
    }
    if (!options->unit.empty()) options->reading.unit = kUnits.at(options->unit);
    options->reading.description = options->description;
    run(*options);
  });
}
