// A clip: one recording of one person doing one action, seen by the skeleton camera and the sensor over the same time
// span.
#pragma once

#include <Eigen/Core>
#include <map>
#include <string>
#include <vector>

namespace pskd {

/// Rows are frames in time, columns are features. float32, row-major.
using Frames = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Clip {
  std::string id;    ///< unique in its data set, e.g. "a1_s2_t3"
  int subject = 0;   ///< as the data set numbers them, from 1
  int trial = 0;     ///< from 1
  int label = 0;     ///< class index, from 0
  Frames skeleton;   ///< [T_s, V * 3], metres, y up; columns x, y, z of joint 0, then of joint 1, ...
  Frames sensor;     ///< [T_a, channels of the data set], acceleration in g, angular rate in deg/s
  std::string hash;  ///< content hash of both modalities' values
};

/// What a data set is, whatever files are present.
struct DatasetInfo {
  std::string name;
  std::vector<std::string> classes;                      ///< names, by label
  std::map<std::string, std::vector<int>> class_groups;  ///< named subsets of labels, e.g. "wrist"
  std::vector<std::string> channels;                     ///< sensor channels, by column
  std::string topology;                                  ///< of the skeleton, see signal/topology.hpp
  int joints = 0;
  std::vector<int> subjects;
  std::vector<int> trials;
  std::vector<int> cross_subject_train;     ///< training subjects of the cross-subject protocol; the others test
  std::vector<int> subject_specific_train;  ///< training trials of the subject-specific protocol; the others test
};

struct Dataset {
  DatasetInfo info;
  std::vector<Clip> clips;  ///< sorted by label, subject, trial
  std::string hash;         ///< content hash of all clips
};

/// Hash of the shapes and values of both modalities: equal for equal recordings, whatever they are called.
std::string clip_hash(const Clip& clip);

/// Hash of the clips in their order: names, subjects, trials, labels and contents (Clip::hash must be set).
std::string dataset_hash(const std::vector<Clip>& clips);

}  // namespace pskd
