#include "report/page/run_facts.hpp"

#include <cmath>

#include "base/run_layout.hpp"
#include "report/row_names.hpp"

namespace pskd::report {

std::set<std::uint64_t> seeds_of(const FinishedRun& run) {
  std::set<std::uint64_t> seeds;
  for (const eval::RunRecord& record : run.records) seeds.insert(record.seed);
  return seeds;
}

std::vector<FinishedRun> by_experiment(const RunSet& runs) {
  const std::vector<std::string> names = run_names(runs, false);
  std::vector<FinishedRun> found;
  std::filesystem::path last;
  for (std::size_t index = 0; index < names.size(); ++index) {
    const eval::RunRecord& record = runs.records[index];
    const std::filesystem::path experiment = RunLayout{record.folder}.experiment();
    if (found.empty() || experiment != last) found.push_back({names[index], {}, {}});
    last = experiment;
    found.back().folders.push_back(record.folder);
    found.back().records.push_back(record);
  }
  return found;
}

double rounded(double value, int digits) {
  const double scale = std::pow(10, digits);
  return std::round(value * scale) / scale;
}

}  // namespace pskd::report
