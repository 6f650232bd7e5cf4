// Which clips train, validate and test.
#pragma once

#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data {

/// The protocol with train, val, test and classes spelled out: named protocols filled in for this data set (subjects
/// that validate are taken out of a named protocol's training subjects), class groups replaced by class names, in the
/// order of their labels.
///
///   cross-subject           the data set's training subjects against the others
///   subject-specific, cross-session, cross-scene, cross-view: trials, scenes or cameras that train against the others,
///                           where the data set has them; these need allow_shared_subjects
///   leave-one-subject-out   the one subject of test.subjects against the others
///   any other name          train and test must be given
///
/// Throws Error(config) naming the key: unknown protocol without lists, unknown class, a subject or trial that the data
/// set does not have, two parts with a subject (unless allow_shared_subjects) or a recording in common,
/// leave-one-subject-out without its one test subject, an empty train or test part, selection by val without one.
config::ProtocolConfig resolve_protocol(const config::ProtocolConfig& protocol, const DatasetInfo& info);

struct Split {
  std::vector<std::string> classes;  ///< names of the kept classes; clips' labels index this list
  std::vector<Clip> train, val, test;
};

/// Splits the clips by a resolved protocol and relabels them when classes are left out. Clips of no part are left out.
/// Throws Error(config) when a part names a subject or trial of which there is no clip, Error(data) when a part that is
/// asked for is empty, when a class has no training clip, or when two parts hold clips of the same content.
Split make_split(Dataset dataset, const config::ProtocolConfig& protocol);

/// One line for tables: "cross-subject, train subjects 1 3 5 7, test subjects 2 4 6 8" and, when so, "SUBJECTS SHARED".
std::string describe(const config::ProtocolConfig& protocol);

/// Such a line with the numbers of each list sorted: versions up to 0.5 wrote them in the order of the config.
std::string sorted_description(const std::string& line);

}  // namespace pskd::data
