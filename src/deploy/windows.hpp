// The windows that a model decides about: so many samples, and so many from one to the next.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "deploy/model_file.hpp"

namespace pskd::deploy {

struct WindowOptions {
  double length = 0;  ///< seconds; 0: the whole recording is one window
  double step = 0;    ///< seconds from one window to the next; 0: half a window
};

/// The length of a training clip, seconds. Throws Error(usage) where the model does not know its rate.
double seconds_of_clip(const SensorInput& sensor);

struct WindowSize {
  Eigen::Index samples = 0, step = 0;
};
/// Of windows of some seconds (options.length > 0) at `rate` Hz: at least 2 samples, and a step of at least 1.
WindowSize window_size(double rate, const WindowOptions& options);

/// Where a window lies in a recording, in samples.
struct SampleRange {
  Eigen::Index first = 0, count = 0;
};
/// The windows that lie in `samples` samples at `rate` Hz (> 0 where windows are asked for); the whole of a recording
/// that is shorter than one.
std::vector<SampleRange> windows_in(Eigen::Index samples, double rate, const WindowOptions& options);

}  // namespace pskd::deploy
