// A first description and manifest for a folder of recordings, for people to correct.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pskd::data::readers {

/// What `pskd data init` writes and says.
struct Proposal {
  std::string description;    ///< dataset.yaml; what is unsure is marked in it with CHECK
  std::string manifest;       ///< clips.csv
  std::string pattern;        ///< of the names, see NamePattern
  bool has_skeleton = false;  ///< whether some of the tables hold joints
  std::size_t recordings = 0;
  std::size_t doubts = 0;             ///< lines marked with CHECK
  std::vector<std::string> left_out;  ///< files and columns that are in neither, and why
};

/// Looks at the tables below `root`: what streams there are, how their files are written, which columns hold what, at
/// which rate and in which unit, and what the names say. `pattern`: of the names; empty: it is found. Throws
/// Error(data) where there is no table of numbers or no pattern fits.
Proposal propose(const std::filesystem::path& root, const std::string& pattern);

/// Writes both files into `root`. Throws Error(usage) where one of them is there already.
void write_proposal(const std::filesystem::path& root, const Proposal& proposal);

}  // namespace pskd::data::readers
