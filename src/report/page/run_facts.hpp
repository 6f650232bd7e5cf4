// The parts of report.html. Pictures are drawn by the page's script from JSON, text is HTML.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pskd/base/error.hpp"
#include "pskd/eval/predictions.hpp"
#include "report/page.hpp"
#include "report/table.hpp"

namespace pskd {

using Json = nlohmann::ordered_json;

/// What the parts of one run's section are made from.
struct RunFacts {
  const FinishedRun* run = nullptr;
  std::size_t student = 0;            ///< the stage looked at closely, see student_stage
  std::vector<std::string> teachers;  ///< of the student, in the order of the config; none when it cannot be read
  std::vector<std::vector<std::vector<Prediction>>> predictions;  ///< [seeds][stages]; empty where there is no file
  RunMaterial material;
  std::vector<std::string> missing;

  const RunRecord& record() const { return run->records.front(); }
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

/// {"epochs", "loss", "train", "val" (null where not measured), "teachers": {"names", "shares": [names][epochs]} or
/// null} of a metrics.jsonl. Throws Error(data) naming file and line, Error(io).
Json learning_curves(const std::filesystem::path& metrics);

/// {"confusion": [K][K] summed over seeds, "f1": [K] and "subjects": [subjects], means over seeds}; subjects is null
/// where a seed has no predictions.
Json stage_scores(const RunFacts& facts, std::size_t stage, const std::vector<int>& subjects);

/// Everyone whose clips were predicted, ascending.
std::vector<int> subjects_of(const RunFacts& facts);

/// {"clips", "labels", "subjects", "stages": [{"stage", "x", "y", "explained": [2], "predicted" or null}]}, or null
/// without embeddings.
Json embedding_map(const RunFacts& facts);

/// {"clips": [{"clip", "subject", "truth", "answers": [{"stage", "predicted", "probability"}], "frames": [F][V][2] in
/// mm, y up, the body at x = 0, "trace": [channels][samples]}], "skeleton": {"bones", "wrist", "head"}, "channels"}:
/// clips that the student gets wrong and one of its teachers right, those first of which the student was surest, at
/// most one a class while there are others. Null without teachers, predictions or recordings.
Json example_clips(const RunFacts& facts);

std::string escape_html(const std::string& text);

/// `links`: by the text of a row's first cell, what it links to.
std::string html_table(const Table& table, const std::string& caption,
                       const std::map<std::string, std::string>& links = {});
std::string html_list(const std::vector<std::string>& lines, const std::string& css_class);

/// Tables of all runs side by side, each run's name a link to its section.
std::string comparison_section(const std::vector<FinishedRun>& runs, const std::string& reference,
                               const std::string& stage);

/// The text of one run: protocol, results, what is missing, config, manifest. The script adds its pictures.
std::string run_section(RunFacts& facts, std::size_t index, bool alone);

}  // namespace pskd
