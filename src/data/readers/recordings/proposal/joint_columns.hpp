// What a table of joints holds: which columns are the positions of which joint.
#pragma once

#include <string>
#include <vector>

#include "data/readers/recordings/table_look.hpp"
#include "pskd/data/topology.hpp"

namespace pskd::data::readers {

/// Joints and the columns of each: x, y and z in 3-D; x, y and perhaps the detection's confidence in 2-D.
struct JointColumns {
  std::vector<std::string> joints;    ///< as the columns call them, else j0, j1, ...; empty: no skeleton
  std::vector<Eigen::Index> columns;  ///< of the table, joint by joint
  int dimensions = 3;
  bool confidence = false;             ///< whether the third column of each joint is its confidence
  bool by_name = false;                ///< whether the columns' names said so; else their number and values did
  const Topology* topology = nullptr;  ///< the known skeleton of these joints, which are then in its order
  bool topology_is_certain = false;    ///< by the names of the joints; else there is just one of so many joints

  std::size_t stride() const { return columns.size() / joints.size(); }  ///< columns of a joint, where there are joints
};

/// Five joints at least. Joints by names such as WRIST_RIGHT_x, "wrist.x (m)", noseX and x12; a confidence is also
/// called score, visibility or likelihood, and left out of a 3-D skeleton. Sensors, turns and speeds are no joints.
JointColumns find_joints(const TableLook& look);

}  // namespace pskd::data::readers
