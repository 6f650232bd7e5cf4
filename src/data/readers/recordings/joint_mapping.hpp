// A skeleton as another one with fewer joints, so that one network can see both.
#pragma once

#include <string>
#include <vector>

#include "pskd/data/clip.hpp"
#include "pskd/data/topology.hpp"

namespace pskd::data::readers {

/// Of each joint of the target, the joints of the source whose mean it is.
using JointMapping = std::vector<std::vector<int>>;

/// "right_wrist" of WRIST_RIGHT, "Right Wrist", RightWrist, RWrist or R.Wrist: words in lower case, the side first.
std::string plain_joint_name(const std::string& joint);

/// For each joint of the target those of `joints` that it is, by names as joint_mapping says; none: there are none.
JointMapping find_mapping(const std::vector<std::string>& joints, const Topology& target);

/// By names: a joint of the same name, else one that is usually called otherwise, else a mean, as of both hips for the
/// middle of the hip. Case and the order of words do not count: WRIST_RIGHT is right_wrist. Throws Error(config), its
/// message beginning with `where`, naming the joints for which there is none.
JointMapping joint_mapping(const Topology& source, const Topology& target, const std::string& where);

/// [T, target joints * 3] from [T, source joints * 3].
Frames mapped_joints(const Frames& frames, const JointMapping& mapping);

}  // namespace pskd::data::readers
