// A student of a run in 8-bit integers: calibrated on the run's training clips, and scored on its test clips.
#pragma once

#include <cstddef>

#include "base/run_layout.hpp"
#include "deploy/model_file.hpp"
#include "deploy/quantized_cnn.hpp"

struct QuantizedStudent {
  pskd::deploy::QuantizedCnn cnn;
  std::size_t calibrated_on = 0;                          ///< clips
  std::size_t float_bytes = 0, int8_bytes = 0;            ///< of the weights in C
  std::size_t tested = 0;                                 ///< clips of the test part that have the sensor; of them
  std::size_t float_right = 0, int8_right = 0, same = 0;  ///< same: get the same class, right or not
};

/// `model`: a stage of the finished run in `run`. Throws Error(data) where its recordings are not there or nothing is
/// left to calibrate on, Error(checkpoint) where they are others than it was trained on, and for what
/// deploy::fold_sensor_cnn and deploy::quantize refuse.
QuantizedStudent quantize_student(const pskd::RunLayout& run, const pskd::deploy::ModelFile& model);
