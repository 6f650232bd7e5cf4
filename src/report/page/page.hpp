// report.html: one self-contained page about a run, an experiment or a sweep.
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "pskd/data/clip.hpp"
#include "report/run_search.hpp"

namespace pskd::report {

/// In every page (web/page.html): by it, a file is known to be ours.
inline constexpr const char* kPageMark = "Written by <code>pskd report</code>";

struct StageEmbeddings {
  std::string stage;
  Eigen::MatrixXd rows;  ///< [N, D], one for each of RunMaterial::clips
};

/// How often a teacher is right about the recordings that nobody labeled, as far as the data set has their labels.
struct PseudoLabels {
  std::string stage;    ///< that learns from them
  std::string teacher;  ///< and its snapshot
  double accuracy = 0;
  int clips = 0;
};

/// What a run directory does not hold itself: the recordings that were classified, and what its networks make of them.
struct RunMaterial {
  std::vector<data::Clip>
      clips;  ///< [N], of the part whose scores are shown; of the sensor, the columns that models see
  data::Topology topology;
  std::vector<std::string> channels;  ///< of the clips' sensor, by column
  std::vector<StageEmbeddings> embeddings;
  std::vector<std::string> missing;  ///< what could not be had, and why: a line each
  std::vector<PseudoLabels> pseudo_labels = {};
};
/// Collects the material of a run directory.
using MaterialSource = std::function<RunMaterial(const std::filesystem::path& run)>;

struct ReportPage {
  std::string html;
  std::vector<std::string> missing;  ///< what the page could not show, and why; it says so itself, too
};

/// Tables over all seeds of every run, and pictures of each run's smallest seed: learning curves, who taught,
/// confusion, F1 and accuracy by class and subject, a map of the embeddings, clips that the student gets wrong and a
/// teacher right. Several experiments are compared with `reference`,
/// the name of one of them as run_names gives it (empty: the first). The page
/// needs no network; the same inputs give the same bytes. Text from configs and records is escaped. Throws as
/// results_table and comparison_table do; whatever else is missing or broken is left out of the page and named in
/// `missing`.
ReportPage report_page(const RunSet& runs, const std::string& reference, const MaterialSource& material);

}  // namespace pskd::report
