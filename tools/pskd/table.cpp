#include <iostream>
#include <map>

#include "pskd/base/error.hpp"
#include "pskd/data/predictions.hpp"
#include "pskd/report/comparison.hpp"
#include "verbs.hpp"

namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> runs, compare;
  pskd::ComparisonOptions table;
  std::string format = "text";
};

/// The predictions of a run's stage; class names come from its record.
std::vector<pskd::Prediction> predictions_of(const fs::path& run, const std::string& name) {
  const pskd::RunRecord record = pskd::read_run_record(run / "result.json");
  for (const pskd::StageRecord& stage : record.stages) {
    if (stage.name != name || !stage.test) continue;
    std::vector<std::string> classes;
    for (const pskd::ClassScore& one : stage.test->per_class) classes.push_back(one.name);
    return pskd::read_predictions(run / "stages" / name / "predictions.csv", classes);
  }
  throw pskd::Error(pskd::ErrorKind::usage, run.string() + ": has no stage '" + name + "' with test scores");
}

pskd::Table make_table(const Options& options) {
  if (options.compare.empty()) {
    return pskd::comparison_table(pskd::collect_run_records({options.runs.begin(), options.runs.end()}), options.table);
  }
  const auto first = predictions_of(options.compare[0], options.table.stage);
  const auto second = predictions_of(options.compare[1], options.table.stage);
  pskd::Table table = pskd::mcnemar_table(options.compare[0], options.compare[1], pskd::mcnemar(first, second));
  table.notes.insert(table.notes.begin() + 1, "stage: " + options.table.stage);
  return table;
}

void run(const Options& options) {
  if (options.runs.empty() == options.compare.empty()) {
    throw pskd::Error(pskd::ErrorKind::usage, "give folders of runs or sweeps, or --compare and two runs");
  }
  const std::map<std::string, std::string (*)(const pskd::Table&)> formats = {
      {"text", pskd::to_text}, {"markdown", pskd::to_markdown}, {"latex", pskd::to_latex}, {"csv", pskd::to_csv}};
  std::cout << formats.at(options.format)(make_table(options)) << std::flush;
}

}  // namespace

void add_table(CLI::App& app) {
  auto options = std::make_shared<Options>();
  const std::map<std::string, pskd::Axis> axes = {
      {"method", pskd::Axis::method}, {"dataset", pskd::Axis::dataset}, {"stage", pskd::Axis::stage}};
  const std::map<std::string, pskd::Metric> metrics = {
      {"accuracy", pskd::Metric::accuracy}, {"macro_f1", pskd::Metric::macro_f1}, {"cost", pskd::Metric::cost}};
  CLI::App* verb = app.add_subcommand("table", "Compare runs: means over seeds, paired differences, tests");
  verb->add_option("runs", options->runs, "folders of sweeps, experiments or runs; all finished seeds in them");
  verb->add_option("--rows", options->table.rows, "method (the run's name), dataset or stage; default: method")
      ->transform(CLI::CheckedTransformer(axes))
      ->type_name("AXIS");
  verb->add_option("--columns", options->table.columns, "default: dataset")
      ->transform(CLI::CheckedTransformer(axes))
      ->type_name("AXIS");
  verb->add_option("--metric", options->table.metric, "accuracy (default), macro_f1, or cost: parameters")
      ->transform(CLI::CheckedTransformer(metrics))
      ->type_name("METRIC");
  verb->add_option("--stage", options->table.stage, "whose scores")->capture_default_str();
  verb->add_option("--reference", options->table.reference, "row that the others are compared with, paired by seed");
  verb->add_option("--format", options->format, "how to print it")
      ->check(CLI::IsMember({"text", "markdown", "latex", "csv"}))
      ->capture_default_str();
  verb->add_option("--compare", options->compare, "two runs, .../seed-<n>: McNemar's test on their test clips")
      ->expected(2)
      ->check(CLI::ExistingDirectory);
  verb->footer(
      "A column never mixes protocols, selection rules or the sharing of subjects: that is refused.\n"
      "Examples:\n"
      "  pskd table runs/methods --reference label\n"
      "  pskd table runs/methods --metric macro_f1 --format latex\n"
      "  pskd table runs/methods --rows stage --columns method\n"
      "  pskd table --compare runs/methods/kd/0123456789ab/seed-1 runs/methods/acs/ba9876543210/seed-1");
  verb->callback([options] { run(*options); });
}
