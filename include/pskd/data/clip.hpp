// A clip: one recording of one person doing one action, seen by the skeleton camera and the sensor over the same time
// span.
#pragma once

#include <Eigen/Core>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pskd/base/name.hpp"
#include "pskd/data/topology.hpp"

namespace pskd::data {

/// Rows are frames in time, columns are features. float32, row-major.
using Frames = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// What the camera and the sensor recorded, without saying what it shows.
struct Recording {
  std::string id;    ///< unique in its data set, e.g. "a1_s2_t3"
  Name subject = 0;  ///< as the data set calls them
  Name trial = 0;    ///< repetition; MMAct: session
  Name scene = 0;    ///< 0 where a data set has no scenes
  Name camera = 0;   ///< which one filmed the skeleton; 0 where a data set has no cameras to tell apart
  Frames skeleton;   ///< [T_s, V * 3], meters, y up; columns x, y, z (2-D: x, y, confidence) of joint 0, then of 1, ...
  Frames sensor;     ///< [T_a, channels], acceleration in g, angular rate in deg/s; T_a or T_s is 0: not recorded
  std::string hash;  ///< content hash of both modalities' values
  std::string source = {};    ///< the recording that it is cut out of; empty: it is a whole one
  double begin = 0, end = 0;  ///< s, of a window on the clock of that recording; both 0: it is no window
  bool overlaps = false;      ///< whether it is a window that shares samples with the one before
};

struct Clip : Recording {
  int label = 0;  ///< class index, from 0
};

/// What the names in a split are of.
enum class SplitAxis { subjects, trials, scenes, cameras };

/// A named protocol: who or what of `axis` trains; the others test.
struct ProtocolRule {
  SplitAxis axis = SplitAxis::subjects;
  std::vector<Name> train;
};

/// What a data set is, whatever files are present.
struct DatasetInfo {
  std::string name;
  std::vector<std::string> classes;                      ///< names, by label
  std::map<std::string, std::vector<int>> class_groups;  ///< named subsets of labels, e.g. "wrist"
  std::vector<std::string> channels;                     ///< sensor channels, by column; empty: no sensor
  std::vector<std::string> units;                        ///< that channels are read in: g, deg/s, uT, none; or empty
  Topology topology;                                     ///< of the skeleton; without joints: no skeleton
  double rail = 0;                                       ///< of the accelerometer, in g; 0: not known
  double skeleton_rate = 0, sensor_rate = 0;             ///< Hz, nominal; 0: not known, as with time stamps
  std::vector<Name> subjects;                            ///< sorted, as the following
  std::vector<Name> trials;
  std::vector<Name> scenes;                       ///< empty where there are none
  std::vector<Name> cameras;                      ///< empty where there are none
  std::map<std::string, ProtocolRule> protocols;  ///< by name; leave-one-subject-out needs no rule
};

struct Dataset {
  DatasetInfo info;
  std::vector<Clip> clips;  ///< sorted by label, subject, trial
  std::string hash;         ///< content hash of all clips
};

/// Hash of the shapes and values of both modalities: equal for equal recordings, whatever they are called.
std::string clip_hash(const Recording& recording);

/// Columns of a skeleton: three for each joint.
inline Eigen::Index skeleton_columns(const DatasetInfo& info) {
  return 3 * static_cast<Eigen::Index>(info.topology.joints.size());
}

/// Where each of `wanted` is among `channels`. `refuse` is given a name that is not there, and throws.
std::vector<int> channel_columns(const std::vector<std::string>& wanted, const std::vector<std::string>& channels,
                                 const std::function<void(const std::string&)>& refuse);

/// Hash of the clips in their order: names, labels, subjects, trials, scenes, cameras and contents (Clip::hash must be
/// set).
std::string dataset_hash(const std::vector<Clip>& clips);

}  // namespace pskd::data
