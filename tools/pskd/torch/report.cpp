#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/checksum.hpp"
#include "base/file.hpp"
#include "distill/teacher_schedule.hpp"
#include "opened_run.hpp"
#include "pskd/base/error.hpp"
#include "pskd/eval/scores.hpp"
#include "pskd/train/evaluation.hpp"
#include "report/page/page.hpp"
#include "report/run_search.hpp"
#include "torch_verbs.hpp"
#include "train/stage_clips.hpp"
#include "train/stage_setup.hpp"

namespace {

namespace fs = std::filesystem;

struct ReportOptions {
  std::string folder, out, reference;
};

/// One, whatever the machine has: other threads change the last bits of the embeddings.
constexpr int kThreads = 1;

/// The content hash of the stage's checkpoint; empty where the manifest does not say.
std::string checkpoint_hash(const nlohmann::json& manifest, const std::string& stage) {
  const nlohmann::json::json_pointer place = nlohmann::json::json_pointer("/checkpoints") / stage;
  return manifest.contains(place) && manifest[place].is_string() ? manifest[place].get<std::string>() : "";
}

/// Which network is asked about which clips: runs that share a stage may test others.
std::string question(const std::string& checkpoint, const std::vector<pskd::data::Clip>& clips) {
  pskd::ContentHasher hasher;
  hasher.add(checkpoint);
  for (const pskd::data::Clip& clip : clips) hasher.add(clip.hash);
  return hasher.hex();
}

/// Opens runs again for what their folders do not hold. A stage that runs of a sweep share is asked once.
class MaterialCollector {
 public:
  pskd::report::RunMaterial collect(const pskd::RunLayout& run) {
    pskd::report::RunMaterial material;
    try {
      const auto manifest = nlohmann::json::parse(pskd::read_file(run.manifest()), nullptr, false);
      const pskd::train::TrainingSetup setup = setup_of(run);
      if (!manifest.is_object() || !manifest.contains("data_hash")) {
        throw pskd::Error(pskd::ErrorKind::data, "manifest.json of the run does not say which recordings it saw");
      }
      material.clips = setup.split.test.empty() ? setup.split.val : setup.split.test;
      material.topology = setup.info.topology;
      material.channels = setup.experiment.data.channels;
      for (pskd::data::Clip& clip : material.clips) {
        clip.sensor = pskd::data::Frames(clip.sensor(Eigen::all, setup.renderer.sensor_columns));
      }
      add_embeddings(material, setup, run.seed(), manifest);
      add_pseudo_labels(material, setup, run.seed());
    } catch (const pskd::Error& error) {
      material.missing.push_back(
          std::string("map of the embeddings, example clips, what teachers say of unlabeled recordings: ") +
          error.what());
    }
    return material;
  }

 private:
  /// What each teacher says of the unlabeled recordings as they are.
  static void add_pseudo_labels(pskd::report::RunMaterial& material, const pskd::train::TrainingSetup& setup,
                                std::uint64_t seed) {
    const std::vector<pskd::data::Clip> clips = revealed_unlabeled(setup);
    for (const pskd::config::StageConfig& stage : setup.experiment.stages) {
      if (clips.empty() || !pskd::train::sees_unlabeled(setup, stage)) continue;
      for (const pskd::config::TeacherRef& teacher : stage.teachers) {
        const std::string snapshot = pskd::config::word(teacher.snapshot);
        const std::string name = pskd::distill::teacher_name(stage, teacher);
        const pskd::train::Snapshot asked =
            pskd::train::load_snapshot(setup, seed, pskd::config::StageRef{teacher.stage, teacher.run}, snapshot);
        const auto said = pskd::train::predict(asked, clips);  // of those that it sees
        if (said.empty()) continue;
        material.pseudo_labels.push_back({stage.name, name + (snapshot == "last" ? "" : "/" + snapshot),
                                          pskd::eval::score(said, setup.split.classes).accuracy,
                                          static_cast<int>(said.size())});
      }
    }
  }

  void add_embeddings(pskd::report::RunMaterial& material, const pskd::train::TrainingSetup& setup, std::uint64_t seed,
                      const nlohmann::json& manifest) {
    for (const pskd::config::StageConfig& stage : setup.experiment.stages) {
      try {
        material.embeddings.push_back(
            {stage.name, embeddings(setup, seed, stage, checkpoint_hash(manifest, stage.name), material.clips)});
      } catch (const pskd::Error& error) {
        material.missing.push_back("map of the embeddings, stage " + stage.name + ": " + error.what());
      }
    }
  }

  Eigen::MatrixXd embeddings(const pskd::train::TrainingSetup& setup, std::uint64_t seed,
                             const pskd::config::StageConfig& stage, const std::string& checkpoint,
                             const std::vector<pskd::data::Clip>& clips) {
    const std::string asked = question(checkpoint, clips);
    const auto known = known_.find(asked);
    if (!checkpoint.empty() && known != known_.end()) return known->second;
    const pskd::train::TrainedStage trained = pskd::train::load_stage(setup, seed, stage.name);
    const torch::Tensor found = pskd::train::output_of(trained, pskd::train::recordings(clips))
                                    .embedding.cpu()
                                    .to(torch::kFloat64)
                                    .contiguous();
    using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::MatrixXd rows = Eigen::Map<const Rows>(found.data_ptr<double>(), found.size(0), found.size(1));
    if (!checkpoint.empty()) known_[asked] = rows;
    return rows;
  }

  std::map<std::string, Eigen::MatrixXd> known_;  ///< by the question
};

/// Refuses a file that would be replaced and is no page of ours, unless it is empty.
void require_page(const fs::path& file) {
  const bool is_empty = fs::is_regular_file(file) && fs::file_size(file) == 0;
  if (!fs::exists(file) || is_empty || pskd::read_file(file).find(pskd::report::kPageMark) != std::string::npos) return;
  throw pskd::Error(pskd::ErrorKind::usage, file.string() +
                                                ": there is another file of that name, which is no page that "
                                                "pskd wrote; give another name, or remove it");
}

void run_report(const ReportOptions& options) {
  const fs::path file = options.out.empty() ? fs::path(options.folder) / pskd::kHtmlReport : fs::path(options.out);
  require_page(file);
  const pskd::report::RunSet runs = pskd::report::collect_runs({options.folder});
  prepare(kThreads);
  MaterialCollector collector;
  const pskd::report::ReportPage page =
      pskd::report::report_page(runs, options.reference, [&](const fs::path& one) { return collector.collect({one}); });
  pskd::write_file_atomically(file, page.html);
  for (const std::string& line : page.missing) complain("not on the page: " + line);
  std::cout << file.string() << '\n';
}

}  // namespace

void add_report(CLI::App& app) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* verb = add_torch_verb(app, "report");
  verb->add_option("folder", options->folder, "folder of a run (seed-<n>), an experiment or a sweep")
      ->required()
      ->check(CLI::ExistingDirectory);
  verb->add_option("--out", options->out, "file to write (default: report.html in that folder)")->type_name("FILE");
  verb->add_option("--reference", options->reference,
                   "of a sweep: the run that the others are compared with (default: the first)")
      ->type_name("ROW");
  verb->footer(
      "One file that needs no network: learning curves, who taught, confusion, F1 and accuracy by class and subject, "
      "a\n"
      "map of the embeddings, examples of what the student missed, how often teachers are right about unlabeled\n"
      "recordings, tables, the resolved config. Recordings and\n"
      "checkpoints are used where they are; the page says what it lacks.\n"
      "Examples:\n"
      "  pskd report runs/utd-pskd/0123456789ab\n"
      "  pskd report runs/methods --reference label --out methods.html");
  verb->callback([options] { run_report(*options); });
}
