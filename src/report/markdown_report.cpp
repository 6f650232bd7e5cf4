#include "report/markdown_report.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iomanip>
#include <numeric>
#include <sstream>

#include "base/file.hpp"
#include "base/markdown.hpp"
#include "base/run_layout.hpp"
#include "report/coverage_table.hpp"
#include "report/records.hpp"
#include "report/results_table.hpp"
#include "report/run_search.hpp"
#include "report/wording.hpp"

namespace pskd::report {

namespace {

constexpr std::size_t kConfusionsShown = 10;

std::string per_cent(double share) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << 100 * share;
  return text.str();
}

struct Confusion {
  std::size_t truth, predicted;
  std::int64_t count, clips;  ///< clips predicted so, and all clips of the true class, over all seeds
};

/// The largest off-diagonal cells of the confusion matrix summed over seeds; equal ones in class order.
std::vector<Confusion> largest_confusions(const std::vector<eval::RunRecord>& records, std::size_t stage) {
  const auto confusion = summed_confusion(records, stage);
  std::vector<Confusion> found;
  for (std::size_t truth = 0; truth < confusion.size(); ++truth) {
    const auto clips = std::accumulate(confusion[truth].begin(), confusion[truth].end(), std::int64_t{0});
    for (std::size_t predicted = 0; predicted < confusion.size(); ++predicted) {
      const std::int64_t count = confusion[truth][predicted];
      if (truth != predicted && count > 0) found.push_back({truth, predicted, count, clips});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
  found.resize(std::min(found.size(), kConfusionsShown));
  return found;
}

std::string confusions_section(const std::vector<eval::RunRecord>& records) {
  const std::size_t stage = student_stage(records.front().stages);
  const eval::StageResult& record = records.front().stages[stage];
  std::string text = "## Largest confusions of " + markdown_code(record.name) + ", all seeds together\n\n";
  const std::vector<Confusion> confusions = largest_confusions(records, stage);
  if (confusions.empty()) return text + "No clip was confused.\n";
  Table table;
  table.header = {"truth", "predicted", "clips", "of the class's", "%"};
  for (const Confusion& one : confusions) {
    const std::vector<eval::ClassScore>& classes = shown_scores(record).per_class;
    table.rows.push_back({classes[one.truth].name, classes[one.predicted].name, std::to_string(one.count),
                          std::to_string(one.clips),
                          per_cent(static_cast<double>(one.count) / static_cast<double>(one.clips))});
  }
  return text + to_markdown(table);
}

std::string reproduction_section(const eval::RunRecord& record) {
  const std::string config = ExperimentLayout{}.run(record.seed, record.fold).config().string();
  return "## How to reproduce\n\n`" + config +
         "`, beside this file, holds every setting and seed of this experiment (config hash " +
         markdown_text(record.config_hash) + "):\n\n```\npskd train --config " + config +
         "\n```\n\n`manifest.json` beside it names the versions, the data and the machine; " +
         "`stages/<stage>/predictions.csv` holds every prediction.\n";
}

}  // namespace

std::filesystem::path write_report(const std::filesystem::path& folder) {
  const std::vector<eval::RunRecord> records = find_run_records(folder);
  const Table results = results_table(records);  // refuses what cannot be summarized, an empty list too
  const eval::RunRecord& first = records.front();
  std::string text = "# " + markdown_text(first.experiment) + "\n\n" + to_markdown(results);
  if (const Table folds = folds_table(records); !folds.rows.empty()) {
    text.append("\n## Accuracy of each fold, %, mean over seeds\n\n").append(to_markdown(folds));
  }
  if (const Table coverage = coverage_table(records); !coverage.rows.empty()) {
    text.append("\n## Accuracy against coverage, %\n\n").append(to_markdown(coverage));
  }
  text.append("\n## F1 of each class, %, mean over seeds\n\n").append(to_markdown(per_class_table(records)));
  text.append("\n").append(confusions_section(records));
  text.append("\n").append(reproduction_section(first));
  std::filesystem::path file = ExperimentLayout{folder}.report();
  // One that is there and the same stays: the folder of finished runs may be read-only.
  if (!std::filesystem::exists(file) || read_file(file) != text) write_file_atomically(file, text);
  return file;
}

}  // namespace pskd::report
