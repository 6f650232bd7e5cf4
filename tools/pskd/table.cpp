#include <spdlog/fmt/ranges.h>

#include <iostream>

#include "base/run_layout.hpp"
#include "eval/finished_run.hpp"
#include "installation.hpp"
#include "pskd/base/error.hpp"
#include "pskd/eval/predictions.hpp"
#include "report/comparison.hpp"
#include "report/records.hpp"
#include "report/run_search.hpp"
#include "report/wording.hpp"
#include "runs_of_file.hpp"
#include "table_layout.hpp"
#include "verbs.hpp"

namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> runs, compare, overrides;
  std::string experiment;  ///< the file of an experiment or a sweep
  TableLayout layout;
};

/// The predictions of a run's stage; class names come from its record.
std::vector<pskd::eval::Prediction> predictions_of(const fs::path& folder, const pskd::eval::RunRecord& record,
                                                   const std::string& name) {
  for (const pskd::eval::StageResult& stage : record.stages) {
    if (stage.name != name || !stage.test) continue;
    std::vector<std::string> classes;
    for (const pskd::eval::ClassScore& one : stage.test->per_class) classes.push_back(one.name);
    return pskd::eval::read_predictions(pskd::RunLayout{folder}.stage(name).test_predictions(), classes);
  }
  throw pskd::Error(pskd::ErrorKind::usage, folder.string() + ": has no stage '" + name + "' with test scores");
}

pskd::report::Table mcnemar_of(const std::vector<std::string>& runs, const std::string& stage) {
  const std::vector<pskd::eval::RunRecord> records = {pskd::eval::read_finished_run({runs[0]}),
                                                      pskd::eval::read_finished_run({runs[1]})};
  pskd::report::check_comparable(records[0], records[1]);
  pskd::report::Table table = pskd::report::mcnemar_table(
      runs[0], runs[1], stage,
      pskd::eval::mcnemar(predictions_of(runs[0], records[0], stage), predictions_of(runs[1], records[1], stage)));
  if (!pskd::report::all_say_recordings(pskd::report::pointers_to(records))) {
    table.notes.emplace_back(pskd::report::kUnknownRecordings);
  }
  return table;
}

pskd::report::Table make_table(const Options& options) {
  const TableLayout& layout = options.layout;
  if (!options.compare.empty()) return mcnemar_of(options.compare, layout.options.stage);
  if (!options.experiment.empty()) {
    return pskd::report::comparison_table(runs_of_file(options.experiment, options.overrides), layout.options);
  }
  const std::vector<fs::path> folders =
      options.runs.empty() ? existing_folders(layout) : std::vector<fs::path>(options.runs.begin(), options.runs.end());
  return pskd::report::comparison_table(pskd::report::collect_runs(folders), layout.options);
}

void run(const Options& options) {
  const bool has_folders = !options.runs.empty() || !options.layout.runs.empty();
  const int given = (has_folders ? 1 : 0) + (options.experiment.empty() ? 0 : 1) + (options.compare.empty() ? 0 : 1);
  if (given != 1) {
    throw pskd::Error(pskd::ErrorKind::usage,
                      "give folders of runs or sweeps, or --config and the file of an experiment, a sweep or a table, "
                      "or --compare and two runs");
  }
  if (!options.overrides.empty() && options.experiment.empty()) {
    throw pskd::Error(pskd::ErrorKind::usage, "--set: needs --config and the file of an experiment or a sweep");
  }
  std::cout << kFormats.at(options.layout.format)(make_table(options)) << std::flush;
}

/// What a help text says of an option that takes one of the names of a map: "{a,b}".
template <class Value>
std::string choices(const std::map<std::string, Value>& values) {
  return fmt::format("{{{}}}", fmt::join(names_of(values), ","));
}

/// Which runs the table is about.
void add_sources(CLI::App* verb, const std::shared_ptr<Options>& options) {
  // Before the options that it has values for, which so win over it.
  verb->add_option_function<std::string>(
          "-c,--config",
          [options](const std::string& file) {
            if (is_experiment_or_sweep(file)) {
              options->experiment = file;
            } else {
              options->layout = read_table_layout(file);
            }
          },
          "an experiment or a sweep: exactly its runs; or a table in config form, see configs/tables: other options "
          "win over it; a file, or the name of a shipped one")
      ->transform(file_or_shipped_config, "")
      ->check(CLI::Validator(config_problem, "FILE"))
      ->type_name("FILE");
  verb->add_option("--set", options->overrides, "override a key of the experiment or sweep (repeatable)")
      ->allow_extra_args(false)
      ->type_name("KEY.PATH=VALUE");
  verb->add_option("runs", options->runs, "folders of sweeps, experiments or runs; all finished seeds in them");
}

/// What it shows of them.
void add_view(CLI::App* verb, const std::shared_ptr<Options>& options) {
  verb->add_option("--rows", options->layout.options.rows,
                   "method (the run's name; default), run (with its sweep's), dataset or stage")
      ->transform(CLI::CheckedTransformer(kAxes).description(""))
      ->type_name(choices(kAxes));
  verb->add_option("--columns", options->layout.options.columns, "default: dataset")
      ->transform(CLI::CheckedTransformer(kAxes).description(""))
      ->type_name(choices(kAxes));
  verb->add_option_function<std::string>(
          "--metric",
          [options](const std::string& names) {
            options->layout.options.metrics = metrics_of(names);
            options->layout.options.beside.clear();
          },
          "one or several, with commas between them: accuracy (default, with the next two beside it); "
          "balanced_accuracy, the mean recall of the classes; macro_f1, their mean F1; weighted_f1, weighted by their "
          "clips; cost: parameters (also of layers that only training needs), MACs, size (also in int8), latency")
      ->type_name(choices(kMetrics) + ",...");
  verb->add_option("--sort", options->layout.options.sort,
                   "rows: as the runs come (given, default), by the first score, or by name")
      ->transform(CLI::CheckedTransformer(kOrders).description(""))
      ->type_name(choices(kOrders));
  verb->add_option("--stage", options->layout.options.stage, "whose scores")->capture_default_str();
  verb->add_option("--reference", options->layout.options.reference,
                   "row that the others are compared with, paired by seed");
}

}  // namespace

void add_table(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("table", "Compare runs: means over seeds, paired differences, tests");
  add_sources(verb, options);
  add_view(verb, options);
  verb->add_option("--format", options->layout.format, "how to print it")
      ->check(CLI::IsMember(names_of(kFormats)))
      ->capture_default_str();
  verb->add_option("--compare", options->compare, "two runs, .../seed-<n>: McNemar's test on their test clips")
      ->expected(2)
      ->check(CLI::ExistingDirectory);
  verb->footer(
      "A column never mixes protocols, selection rules or the sharing of subjects: that is refused.\n"
      "Examples:\n"
      "  pskd table runs/methods --reference label\n"
      "  pskd table --config configs/sweeps/methods.yaml --reference label --metric accuracy,macro_f1\n"
      "  pskd table runs/methods --metric macro_f1 --sort score --format latex\n"
      "  pskd table runs/methods --rows stage --columns method\n"
      "  pskd table --config configs/tables/methods.yaml --metric macro_f1\n"
      "  pskd table --compare runs/methods/kd/0123456789ab/seed-1 runs/methods/acs/ba9876543210/seed-1");
  verb->callback([options] { run(*options); });
}
