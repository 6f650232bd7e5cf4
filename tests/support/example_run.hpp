// A finished run on disk as training leaves it, without the training: a skeleton teacher and its student, three
// classes, two test subjects, two recordings of each class by each.
#pragma once

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "pskd/config/load.hpp"
#include "pskd/eval/predictions.hpp"
#include "report/page/page.hpp"
#include "support/teacher_and_student.hpp"

namespace pskd::testing {

struct ExampleRun {
  std::string experiment = "trial";
  std::vector<std::string> classes = {"wave", "clap", "jog"};
  std::uint64_t seed = 1;
  int wrong = 4;  ///< clips that the student gets wrong, the first ones; the teacher errs in the last clip only

  static constexpr int kClips = 12;
  static int label_of(int clip) { return clip % 3; }
  static int subject_of(int clip) { return clip < kClips / 2 ? 2 : 4; }
  static std::string name_of(int clip) { return "clip_" + std::to_string(clip); }

  std::vector<eval::Prediction> predictions(bool student) const {
    std::vector<eval::Prediction> answers;
    for (int clip = 0; clip < kClips; ++clip) {
      const int label = label_of(clip);
      const bool right = student ? clip >= wrong : clip + 1 < kClips;
      const int predicted = right ? label : (label + 1) % 3;
      const float sure = 0.5F + 0.03125F * static_cast<float>(clip);
      std::vector<float> probabilities(classes.size(), (1 - sure) / static_cast<float>(classes.size() - 1));
      probabilities[static_cast<std::size_t>(predicted)] = sure;
      answers.push_back({name_of(clip), subject_of(clip), label, predicted, probabilities});
    }
    return answers;
  }

  eval::RunRecord record() const {
    eval::RunRecord found;
    found.experiment = experiment;
    found.config_hash = "0123456789ab";
    found.dataset = "utd-mhad";
    found.protocol = "cross-subject, train subjects 1 3, test subjects 2 4";
    found.selection = "last";
    found.seed = seed;
    for (const bool student : {false, true}) {
      eval::StageResult stage;
      stage.name = student ? "student" : "skeleton";
      stage.test = eval::score(predictions(student), classes);
      stage.parameters = 1000;
      stage.epochs = 3;
      stage.seconds = 1;
      found.stages.push_back(stage);
    }
    return found;
  }

  /// Writes <sweep>/<experiment>/<hash>/seed-<n> and returns it.
  std::filesystem::path write(const std::filesystem::path& sweep, const std::string& folder = "trial") const {
    auto run = sweep / folder / "0123456789ab" / ("seed-" + std::to_string(seed));
    eval::write_run_record(run / "result.json", record());
    write_file_atomically(run / "config.resolved.yaml", config::to_yaml(teacher_and_student()));
    write_file_atomically(
        run / "manifest.json",
        R"({"version": "0.1.0", "git_revision": "abc1234", "cpu": "a <b>fast</b> one", "data_hash": "77"})");
    for (const bool student : {false, true}) {
      const auto stage = run / "stages" / (student ? "student" : "skeleton");
      eval::write_predictions(stage / "predictions.csv", predictions(student), classes);
      const std::string shares = student ? R"(, "shares": {"skeleton": 0.75, "label": 0.25})" : "";
      std::string lines;
      for (int epoch = 1; epoch <= 3; ++epoch) {
        lines += R"({"epoch": )" + std::to_string(epoch) + R"(, "loss": 1.5, "train_accuracy": 0.5)" + shares + "}\n";
      }
      write_file_atomically(stage / "metrics.jsonl", lines);
    }
    return run;
  }

  static report::RunMaterial material() {
    report::RunMaterial made;
    made.topology = data::topology("kinect-20");
    made.channels = {"ax", "ay", "az"};
    for (int clip = 0; clip < kClips; ++clip) {
      data::Clip one;
      one.id = name_of(clip);
      one.subject = subject_of(clip);
      one.label = label_of(clip);
      one.skeleton = waves(9, 60);
      one.sensor = waves(40, 3);
      made.clips.push_back(one);
    }
    for (const char* stage : {"skeleton", "student"}) made.embeddings.push_back({stage, points()});
    return made;
  }

  static data::Frames waves(Eigen::Index frames, Eigen::Index columns) {
    data::Frames values(frames, columns);
    for (Eigen::Index i = 0; i < values.size(); ++i) values.data()[i] = std::sin(0.37F * static_cast<float>(i));
    return values;
  }

  /// Three clouds in five dimensions.
  static Eigen::MatrixXd points() {
    Eigen::MatrixXd rows(kClips, 5);
    for (int clip = 0; clip < kClips; ++clip) {
      for (int column = 0; column < 5; ++column) {
        rows(clip, column) = (column == label_of(clip) ? 5.0 : 0.0) + std::sin(7.0 * clip + column);
      }
    }
    return rows;
  }
};

}  // namespace pskd::testing
