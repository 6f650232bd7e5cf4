// The table of keys as data: every key of every map of a config file, with its legal values, default and meaning.
#pragma once

#include <string>
#include <vector>

namespace pskd::config {

struct KeyRow {
  std::string name;
  std::string legal;    ///< what a message says is expected: "a whole number >= 1"
  std::string usual;    ///< the default, as a file writes it; "required" where there is none
  std::string meaning;  ///< sentences
};

/// A kind of map: the places where it may stand, and its keys in the order in which they are written.
struct KeyMap {
  struct Place {
    std::string path;   ///< "stages.<name>.model"; empty: the whole file
    std::string model;  ///< the name of the model that has it; empty: any
  };

  std::vector<Place> places;
  std::vector<KeyRow> rows;
};

/// Every kind of map once, outer ones before inner ones.
std::vector<KeyMap> key_table();

}  // namespace pskd::config
