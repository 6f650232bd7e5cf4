// What the parts of report.html are made from. Pictures are drawn by the page's script from JSON, text is HTML.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "pskd/base/error.hpp"
#include "pskd/eval/predictions.hpp"
#include "report/page/page.hpp"

namespace pskd::report {

using Json = nlohmann::ordered_json;

/// The finished runs of one experiment, by fold and seed.
struct FinishedRun {
  std::string name;                            ///< see run_names
  std::vector<std::filesystem::path> folders;  ///< runs/<experiment>/<config hash>/[fold-<name>/]seed-<n>
  std::vector<eval::RunRecord> records;        ///< of each folder
};
/// Each once, sorted.
std::set<std::uint64_t> seeds_of(const FinishedRun& run);
std::vector<FinishedRun> by_experiment(const RunSet& runs);

/// What the parts of one run's section are made from.
struct RunFacts {
  const FinishedRun* run = nullptr;
  std::size_t student = 0;            ///< the stage looked at closely, see student_stage
  std::vector<std::string> teachers;  ///< of the student, in the order of the config; none when it cannot be read
  std::vector<std::vector<std::vector<eval::Prediction>>>
      predictions;  ///< [seeds][stages]; empty where there is no file
  RunMaterial material;
  std::vector<std::string> missing;

  const eval::RunRecord& record() const { return run->records.front(); }
  const std::filesystem::path& folder() const { return run->folders.front(); }
};

/// What `make` gives, or null and a line in `missing` when it throws an Error.
template <class Make>
Json part_or_note(std::vector<std::string>& missing, const std::string& part, Make make) {
  try {
    return make();
  } catch (const Error& error) {
    missing.push_back(part + ": " + error.what());
    return nullptr;
  }
}

/// So many digits after the point are enough for a picture.
double rounded(double value, int digits);

}  // namespace pskd::report
