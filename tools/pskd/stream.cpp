#include <poll.h>
#include <spdlog/fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "base/pace.hpp"
#include "base/stop_signal.hpp"
#include "data/finite.hpp"
#include "deploy/doubts.hpp"
#include "deploy/recognizer.hpp"
#include "deploy/sample_input.hpp"
#include "deploy/sample_stream.hpp"
#include "predict.hpp"
#include "pskd/base/error.hpp"
#include "verbs.hpp"

namespace {

namespace deploy = pskd::deploy;

struct Options {
  std::string model, input = "text";
  deploy::StreamOptions stream;
  std::optional<double> threshold;
  bool quiet = false;
};

/// Prints a decision at once, also into a pipe. What has the keys of `pskd predict` is about the window alone.
void print(const deploy::StreamDecision& made, const std::vector<std::string>& classes) {
  const auto label = static_cast<std::size_t>(made.decision.label);
  const nlohmann::ordered_json line = {
      {"start", made.start},
      {"end", made.end},
      {"answer", made.label < 0 ? pskd::eval::kNone : classes[static_cast<std::size_t>(made.label)]},
      {"answer_confidence", made.confidence},
      {"changed", made.changed},
      {"class", classes[label]},
      {"probability", made.decision.probabilities[label]},
      {"confidence", made.decision.confidence},
      {"ms", 1000 * made.seconds}};
  std::cout << line.dump() << std::endl;
}

/// What a window says against itself, and none said before.
void warn_of_doubts(const deploy::StreamDecision& made, const deploy::SensorInput& sensor,
                    std::set<std::string>& said) {
  const auto channels = static_cast<Eigen::Index>(sensor.channels.size());
  const deploy::SensorRecording recording{
      Eigen::Map<const pskd::data::Frames>(made.window.data(), static_cast<Eigen::Index>(made.window.size()) / channels,
                                           channels),
      0, false};
  for (const deploy::Doubt& doubt : deploy::doubts_about(recording, sensor)) {
    if (!said.insert(doubt.kind).second) continue;
    spdlog::warn("the window from {:.2f} s: {} ({})", made.start, doubt.kind, doubt.detail);
  }
}

/// Says what was wrong with the input, when it is asked for and there is something new, but not more often than every
/// ten seconds.
class Troubles {
 public:
  void say(const deploy::SampleInput& input, const deploy::SampleStream& stream, bool now = false) {
    const auto [gaps, backward, impossible] = stream.troubles();
    const std::int64_t all = input.refused() + gaps + backward + impossible;
    if (all == said_ || !(pace_.is_due() || now)) return;
    said_ = all;
    if (input.refused() > 0)
      spdlog::warn("{} lines are no samples; the first is {}", input.refused(), input.first_refused());
    if (impossible > 0) {
      spdlog::warn("{} samples with NaN, infinity or an acceleration of more than {:g} g were dropped", impossible,
                   pskd::data::kMaxAcceleration);
    }
    if (backward > 0) spdlog::warn("{} samples whose time is not after the one before were dropped", backward);
    if (gaps > 0) spdlog::warn("{} gaps between the times of samples, which are in seconds; windows began anew", gaps);
  }

 private:
  std::int64_t said_ = 0;
  pskd::Pace pace_{std::chrono::seconds(10)};
};

/// The next bytes of standard input; none at its end, when a signal asks to stop, or when nobody reads the decisions.
std::string_view next_piece(std::array<char, 1 << 16>& piece) {
  constexpr int kLookUp = 500;  // ms: for a signal that came just before
  while (pskd::stop_signal() == 0 && std::cout) {
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    if (::poll(&waiting, 1, kLookUp) <= 0) continue;
    const ssize_t got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got >= 0) return {piece.data(), static_cast<std::size_t>(got)};
    if (errno != EINTR && errno != EAGAIN) {
      throw pskd::Error(pskd::ErrorKind::io, "standard input: " + std::generic_category().message(errno));
    }
  }
  return {};
}

/// Completes what was not said: the model's rate, and windows as long as a training clip.
deploy::StreamOptions stream_options(const Options& options, const deploy::ModelFile& model) {
  const deploy::SensorInput& sensor = *model.sensor;
  constexpr Eigen::Index kMostSamples = 1'000'000;
  deploy::StreamOptions stream = options.stream;
  stream.none_threshold = model.none.value_or(pskd::eval::NoneRule{}).threshold;
  for (const std::string& unit : sensor.units) {
    stream.limits.push_back(unit == "g" ? static_cast<float>(pskd::data::kMaxAcceleration) : HUGE_VALF);
  }
  if (stream.rate <= 0) stream.rate = sensor.rate;
  if (stream.rate <= 0) throw pskd::Error(pskd::ErrorKind::usage, "give --rate: the model does not know its rate");
  if (stream.windows.length <= 0) stream.windows.length = deploy::seconds_of_clip(sensor);
  if (deploy::window_size(stream.rate, stream.windows).samples > kMostSamples) {
    throw pskd::Error(pskd::ErrorKind::usage,
                      fmt::format("--window: expected a window of at most {} samples", kMostSamples));
  }
  return stream;
}

void run(const Options& options) {
  start_console_log(options.quiet);
  const deploy::ModelFile model = model_of(options.model, options.threshold);
  const pskd::Recognizer recognizer = deploy::recognizer_of(model, options.model);
  pskd::catch_stop_signals();
  std::set<std::string> doubts;
  deploy::SampleStream stream(recognizer, stream_options(options, model), [&](const deploy::StreamDecision& made) {
    warn_of_doubts(made, *model.sensor, doubts);
    print(made, model.classes);
  });
  deploy::SampleInput input(model.sensor->channels,
                            options.input == "text" ? deploy::SampleForm::text : deploy::SampleForm::f32);
  Troubles troubles;
  std::array<char, 1 << 16> piece;
  for (std::string_view bytes = next_piece(piece); !bytes.empty(); bytes = next_piece(piece)) {
    input.add(bytes, [&](const deploy::Sample& sample) { stream.add(sample.time, sample.values); });
    troubles.say(input, stream);
  }
  input.finish();
  troubles.say(input, stream, true);
  spdlog::info("{} samples, {} decisions", stream.samples(), stream.decisions());
  if (stream.samples() == 0 && input.refused() > 0) {
    throw pskd::Error(pskd::ErrorKind::data,
                      fmt::format("standard input: expected lines with {0}, or t,{0}, found none",
                                  fmt::join(model.sensor->channels, ",")));
  }
}

}  // namespace

void add_stream(CLI::App& app) {
  auto options = std::make_shared<Options>();
  deploy::StreamOptions& stream = options->stream;
  CLI::App* verb = app.add_subcommand(
      "stream", "Classify a live sensor: samples on standard input, a line of JSON for each decision");
  verb->add_option("model", options->model, "a model file, see `pskd export`")->required()->check(CLI::ExistingFile);
  verb->add_option("--input", options->input, "text: a line for each sample; f32: the channels as little-endian floats")
      ->check(CLI::IsMember({"text", "f32"}))
      ->capture_default_str();
  verb->add_option("--rate", stream.rate,
                   "Hz, of samples without a time; those with one are brought to it (default: the model's)")
      ->check(CLI::Range(0.01, 100'000.0))
      ->check(kFiniteNumber)
      ->type_name("FLOAT");
  verb->add_option("--window", stream.windows.length, "seconds (default: the length of a training clip)")
      ->check(kPositiveNumber)
      ->check(kFiniteNumber);
  verb->add_option("--step", stream.windows.step, "seconds from a window to the next (default: half a window)")
      ->check(kPositiveNumber)
      ->check(kFiniteNumber);
  verb->add_option("--smoothing", stream.smoothing, "share that the probabilities before keep, 0 .. 0.99 (default: 0)")
      ->check(CLI::Range(0.0, 0.99))
      ->check(kFiniteNumber)
      ->type_name("FLOAT");
  verb->add_option("--hysteresis", stream.hysteresis,
                   "by how much another class must be more probable to follow, 0 .. 1 (default: 0)")
      ->check(CLI::Range(0.0, 1.0))
      ->check(kFiniteNumber)
      ->type_name("FLOAT");
  verb->add_option("--threshold", options->threshold,
                   "of the confidence, 0 .. 1; the answer is `none` below (default: the model's; 0: never)")
      ->check(CLI::Range(0.0, 1.0))
      ->check(kFiniteNumber)
      ->type_name("FLOAT");
  verb->add_flag("--quiet", options->quiet, "only warnings");
  verb->footer(
      "A line is `t,x,y,z` or `x,y,z` with the model's channels and the time in seconds, or JSON: {\"t\": 0.02, "
      "\"ax\": 0.1,\n"
      "...}. Lines that are no samples are counted, reported and skipped. It ends at the end of its input, or on "
      "SIGTERM or\n"
      "SIGINT.\n"
      "Example:\n"
      "  your-sensor-program | pskd stream student.pskd --step 0.5 --smoothing 0.5 --hysteresis 0.1");
  verb->callback([options] { run(*options); });
}
