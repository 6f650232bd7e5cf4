// `pskd predict`: what is asked for, and what becomes of decisions, whichever program makes them.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "deploy/model_file.hpp"
#include "deploy/npy_file.hpp"
#include "deploy/predict.hpp"
#include "prediction_output.hpp"

struct PredictOptions {
  std::string model, format = "table", labels, probabilities, embeddings, description, unit;
  std::vector<std::string> files;
  pskd::deploy::WindowOptions windows;
  pskd::deploy::ReadOptions reading;
  std::optional<double> threshold;
  int top = 3;
  bool quiet = false;
};

/// Whether the recordings of a folder are asked for, about which a network of any kind decides, with LibTorch; and not
/// files of the sensor. Throws Error(usage) where there is a folder beside other paths.
bool asks_about_folder(const PredictOptions& options);

/// The model in a file, with the threshold that was asked for.
pskd::deploy::ModelFile model_of(const std::string& file, const std::optional<double>& threshold);

/// Prints each decision, counts those with a label and writes arrays for numpy.
class DecisionOutput {
 public:
  /// Prints what comes before the first decision.
  DecisionOutput(const PredictOptions& options, PredictionForm form, std::size_t embedding_size);
  ~DecisionOutput();

  void add(const pskd::deploy::FileDecision& decision, const std::optional<int>& label);
  /// Prints the score, where there are labels.
  void finish();

 private:
  class Score;
  PredictionForm form_;
  bool is_table_;
  PrintDecision print_;
  std::unique_ptr<Score> score_;
  std::optional<pskd::deploy::NpyFile> probabilities_, embeddings_;
};

/// Says what is doubtful about `files`, or "recordings", and what was put right.
void warn_of(const pskd::deploy::PredictionNotes& notes, const std::string& files);

/// `run` is given what was asked for.
void add_predict(CLI::App& app, const std::function<void(const PredictOptions&)>& run);

/// Decides about files of the sensor.
void predict_files(const PredictOptions& options);
