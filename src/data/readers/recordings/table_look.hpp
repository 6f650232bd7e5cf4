// What a CSV file of a logger seems to hold.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/formats/text_table.hpp"
#include "pskd/data/clip.hpp"

namespace pskd::data::readers {

/// A file's table: how it is written, and the values of its first lines.
struct TableLook {
  formats::TableDescription table;   ///< all but `columns`; a rate is 0 where nothing in the file tells it
  std::vector<std::string> columns;  ///< names of all columns but time and label, or their numbers from 0
  std::vector<std::string> units;    ///< what the file says of them, empty where it says nothing
  std::vector<std::string> others;   ///< names of the columns that are neither these nor time nor label
  std::vector<std::string> perhaps;  ///< where there are no time stamps: names of the columns that might be the time
  Frames values;                     ///< of these columns
  double rate = 0;                   ///< Hz, by the time stamps; 0: there are none
  bool is_even = false;              ///< whether stamps are that far apart, in the median
  double begin = 0;                  ///< the first time stamp, seconds
  std::vector<std::string> doubts;   ///< what could not be told for sure
};

/// Looks at the first lines of a file. Throws Error(data) where it is no table of numbers.
TableLook look_at_table(const std::filesystem::path& file);

}  // namespace pskd::data::readers
