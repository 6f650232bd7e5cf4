#include <spdlog/fmt/fmt.h>

#include <filesystem>
#include <iostream>

#include "base/file.hpp"
#include "deploy/c/c_source.hpp"
#include "deploy/export_model.hpp"
#include "deploy/model_file.hpp"
#include "deploy/onnx/onnx_model.hpp"
#include "deploy/page/web_page.hpp"
#include "installation.hpp"
#include "pskd/base/error.hpp"
#include "quantize.hpp"
#include "verbs.hpp"

namespace {

namespace deploy = pskd::deploy;
namespace fs = std::filesystem;

struct Options {
  std::string from, stage, out, web, format = "model", quantize;
  std::optional<double> rate;
};

/// "sensor-cnn, 27 classes, 3 channels at 50 Hz"
std::string summary(const deploy::ModelFile& model) {
  std::string text = fmt::format("{}, {} classes", model.network, model.classes.size());
  if (model.sensor) text += fmt::format(", {} channels", model.sensor->channels.size());
  if (model.sensor && model.sensor->rate > 0) text += fmt::format(" at {} Hz", model.sensor->rate);
  if (model.sees_skeleton) text += model.sensor ? ", and the skeleton" : ", the skeleton";
  return text;
}

/// What is exported: a stage of a run, or a model file that is written in another form.
deploy::ExportedModel exported(const Options& options) {
  if (fs::is_directory(options.from)) {
    const auto [run, stage] = deploy::stage_of_run(options.from, options.stage);
    return deploy::export_stage(run, stage, options.rate);
  }
  if (!options.stage.empty() || options.rate) {
    throw pskd::Error(pskd::ErrorKind::usage, "--stage and --rate go with a run; " + options.from + " is a file");
  }
  deploy::ModelFile model = deploy::read_model_file(options.from);
  return {std::move(model.manifest), std::move(model.weights)};
}

void say(const fs::path& file, const std::string& what) {
  std::cout << fmt::format("{}: {}; {} bytes\n", file.string(), what, fs::file_size(file));
}

/// Refuses a file that would be replaced and is not of the same kind.
void require_own(const fs::path& file, const std::string& format) {
  const std::string mark = deploy::kWrittenBy + (" --format " + format);
  if (!fs::exists(file) || pskd::read_file(file).find(mark) != std::string::npos) return;
  throw pskd::Error(pskd::ErrorKind::usage, file.string() + ": there is another file of that name, which is no " +
                                                format + " that pskd wrote; give another name, or remove it");
}

/// <name>.h and <name>.c beside each other, of `out` with or without an extension.
void write_c_files(const fs::path& out, const deploy::CSource& written, const std::string& what) {
  const fs::path header = fs::path(out).replace_extension(".h"), source = fs::path(out).replace_extension(".c");
  for (const fs::path& file : {header, source}) require_own(file, "c");
  // The larger one first: a full disk refuses it, and neither is written.
  pskd::write_file_atomically(source, written.source);
  pskd::write_file_atomically(header, written.header);
  say(header, what);
  say(source, what);
}

void say_quantized(const QuantizedStudent& student) {
  std::cout << fmt::format("weights: {} bytes in floats, {} in 8-bit integers ({:.1f} %)\n", student.float_bytes,
                           student.int8_bytes,
                           100 * static_cast<double>(student.int8_bytes) / static_cast<double>(student.float_bytes))
            << fmt::format("calibrated on {} training clips\n", student.calibrated_on);
  if (student.tested == 0) return;
  const auto percent = [&](std::size_t right) {
    return 100 * static_cast<double>(right) / static_cast<double>(student.tested);
  };
  std::cout << fmt::format(
      "accuracy on {} test clips: {:.2f} % in floats, {:.2f} % in 8-bit integers; the same class for {}\n",
      student.tested, percent(student.float_right), percent(student.int8_right), student.same);
}

/// The functions in <name>.c begin with its name.
std::string name_in_c(const Options& options) { return fs::path(options.out).stem().string(); }

void write_c(const deploy::ModelFile& model, const Options& options) {
  if (options.quantize.empty()) {
    write_c_files(options.out, deploy::c_source(model, name_in_c(options)), "C99, " + summary(model));
    return;
  }
  const QuantizedStudent student = quantize_student(deploy::stage_of_run(options.from, options.stage).run, model);
  write_c_files(options.out, deploy::c_source(model, student.cnn, name_in_c(options)),
                "C99 in 8-bit integers, " + summary(model));
  say_quantized(student);
}

void write_onnx(const deploy::ModelFile& model, const fs::path& out) {
  const std::string written = deploy::onnx_model(model);
  require_own(out, "onnx");
  pskd::write_file_atomically(out, written);
  say(out, "ONNX, " + summary(model));
}

/// onnxruntime-web, which lies beside the program where it was fetched.
std::string web_runtime() {
  const fs::path file = installation_folder() / "share" / "pskd" / "onnxruntime-web" / "onnxruntime.js";
  if (fs::exists(file)) return pskd::read_file(file);
  throw pskd::Error(pskd::ErrorKind::io, file.string() +
                                             ": is missing: onnxruntime-web was not fetched when pskd was built; run "
                                             "tools/setup.sh --web in pskd's source folder, and install pskd again");
}

void write_web(const deploy::ModelFile& model, const fs::path& folder) {
  const deploy::PageFiles files = deploy::web_page(model, deploy::onnx_model(model), web_runtime());
  deploy::write_web_page(folder, files);
  std::size_t bytes = 0;
  for (const auto& [name, content] : files) bytes += content.size();
  std::cout << fmt::format("{}: page for a browser, {}; {} bytes\n", (folder / "index.html").string(), summary(model),
                           bytes);
}

void write_model(const deploy::ExportedModel& model, const fs::path& out) {
  deploy::write_model_file(out, model.manifest, model.weights);
  const deploy::ModelFile written = deploy::read_model_file(out);
  std::string what = "stage " + written.stage + ", " + summary(written);
  if (written.none) what += fmt::format(", none below a confidence of {:.3f}", written.none->threshold);
  say(out, what);
}

void require_quantizable(const Options& options) {
  if (options.format != "c") {
    throw pskd::Error(pskd::ErrorKind::usage, "--quantize goes with --format c, found --format " + options.format);
  }
  if (!fs::is_directory(options.from)) {
    throw pskd::Error(
        pskd::ErrorKind::usage,
        "--quantize needs a run, whose training clips say how large numbers get; " + options.from + " is a model file");
  }
  start_console_log(false);  // of the recordings
}

/// What is wrong with the network is said of the file or the run that holds it.
void write_other_form(const deploy::ModelFile& model, const Options& options) {
  try {
    if (!options.web.empty()) return write_web(model, options.web);
    options.format == "c" ? write_c(model, options) : write_onnx(model, options.out);
  } catch (const pskd::Error& error) {
    if (error.kind() != pskd::ErrorKind::checkpoint) throw;
    throw pskd::Error(error.kind(), options.from + ": " + error.what());
  }
}

void run(const Options& options) {
  if (options.out.empty() == options.web.empty()) {
    throw pskd::Error(pskd::ErrorKind::usage, "export: give --out FILE, or --web FOLDER");
  }
  if (fs::is_directory(options.out)) {
    throw pskd::Error(pskd::ErrorKind::usage, options.out + " is a folder; --out names a file");
  }
  if (!options.quantize.empty()) require_quantizable(options);
  const deploy::ExportedModel model = exported(options);
  if (model.lacks_rate) complain("the rate of the sensor is not known; --rate says it");
  if (options.web.empty() && options.format == "model") return write_model(model, options.out);
  write_other_form(deploy::checked_model(model.manifest, model.weights, options.from), options);
}

}  // namespace

void add_export(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "export", "Write a trained stage as a model file, ONNX, C or a web page, which need neither run nor data");
  verb->add_option("from", options->from,
                   "a finished run, .../seed-<n>, one of its stages, .../seed-<n>/stages/<stage>, or a model file")
      ->required()
      ->check(CLI::ExistingPath);
  verb->add_option("--stage", options->stage, "which stage of the run (default: student)");
  verb->add_option("--out", options->out, "the file; c: two files, <name>.h and <name>.c");
  CLI::Option* format =
      verb->add_option("--format", options->format,
                       "model: what `pskd predict` reads; onnx: what other runtimes read; c: C99 without heap")
          ->check(CLI::IsMember({"model", "onnx", "c"}))
          ->capture_default_str();
  verb->add_option("--web", options->web, "instead of a file, the folder of a page that runs the model in a browser")
      ->excludes(format)
      ->type_name("FOLDER");
  verb->add_option("--quantize", options->quantize,
                   "int8: C in 8-bit integers, calibrated on the run's training clips, which must be there; says the "
                   "accuracy on its test clips")
      ->check(CLI::IsMember({"int8"}));
  verb->add_option("--rate", options->rate, "Hz, of the sensor (default: what the checkpoint says)")
      ->check(kPositiveNumber)
      ->check(kFiniteNumber);
  verb->footer(
      "A model file holds the weights, classes, channels, statistics, and what they were trained on; docs/deploy.md\n"
      "reads it in ten lines of Python.\n"
      "Examples:\n"
      "  pskd export runs/utd-pskd/0123456789ab/seed-1 --out student.pskd\n"
      "  pskd export runs/utd-pskd/0123456789ab/seed-1/stages/fused --out fused.pskd\n"
      "  pskd export student.pskd --format onnx --out student.onnx\n"
      "  pskd export student.pskd --format c --out student.c\n"
      "  pskd export runs/utd-pskd/0123456789ab/seed-1 --format c --quantize int8 --out student.c\n"
      "  pskd export student.pskd --web page");
  verb->callback([options] { run(*options); });
}
