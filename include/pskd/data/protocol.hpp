// Which clips train, validate and test.
#pragma once

#include <string>
#include <vector>

#include "pskd/config/experiment.hpp"
#include "pskd/data/clip.hpp"

namespace pskd {

/// The protocol with train, val, test and classes spelled out: named protocols filled in for this data set, class
/// groups replaced by class names. Throws Error(config) naming the key: unknown protocol without lists, unknown class,
/// a subject or trial that does not exist, leave-one-subject-out without its one test subject.
ProtocolConfig resolve_protocol(const ProtocolConfig& protocol, const DatasetInfo& info);

struct Split {
  std::vector<std::string> classes;  ///< names of the kept classes; clips' labels index this list
  std::vector<Clip> train, val, test;
};

/// Splits the clips by a resolved protocol and relabels them when classes are left out. Throws Error(data) when a part
/// that is asked for is empty, when parts share a subject (unless allow_shared_subjects) or a clip's content.
Split make_split(Dataset dataset, const ProtocolConfig& protocol);

/// One line for tables: "cross-subject, train subjects 1 3 5 7, test subjects 2 4 6 8" and, when so, "SUBJECTS SHARED".
std::string describe(const ProtocolConfig& protocol);

}  // namespace pskd
