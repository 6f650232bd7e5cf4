// The streams of a folder: which files are written alike, and what they are called.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "data/readers/recordings/channel_names.hpp"
#include "data/readers/recordings/proposal/joint_columns.hpp"
#include "data/readers/recordings/table_look.hpp"

namespace pskd::data::readers {

inline constexpr const char* kSkeleton = "skeleton";

/// One stream: the files that are written alike.
struct FoundStream {
  std::string name;
  TableLook look;                                      ///< at its first file
  JointColumns joints;                                 ///< of a skeleton
  std::map<std::string, std::filesystem::path> files;  ///< by what the name says besides the stream
  std::set<std::string> labels;                        ///< that its column of labels says, where it has one
  Quantity quantity;                                   ///< that the names of its files say
  bool named_by_file = false;                          ///< whether these tell the sensors of a recording apart
};

/// Of `files`, relative to `root`, those that are tables. What is left out, and why, goes to `left_out`.
std::vector<FoundStream> find_streams(const std::filesystem::path& root,
                                      const std::vector<std::filesystem::path>& files,
                                      std::vector<std::string>& left_out);

/// What a recording is called in all streams together.
std::set<std::string> keys_of(const std::vector<FoundStream>& streams);

/// Whether the ending of a file is that of a table.
bool is_table(const std::filesystem::path& file);

}  // namespace pskd::data::readers
