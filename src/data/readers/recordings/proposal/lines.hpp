// The lines of a proposed description.
#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "data/readers/recordings/description.hpp"
#include "data/readers/recordings/proposal/found_stream.hpp"
#include "data/readers/recordings/table_look.hpp"

namespace pskd::data::readers {

/// Lines of YAML, with a mark for what is unsure.
class Lines {
 public:
  explicit Lines(std::string indent) : indent_(std::move(indent)) {}

  void add(const std::string& key, const std::string& value) { text_ << indent_ << key << ": " << value << "\n"; }
  void doubt(const std::string& text) {
    text_ << indent_ << kUnsure << " " << text << "\n";
    ++doubts_;
  }
  std::string text() const { return text_.str(); }
  std::size_t doubts() const { return doubts_; }

 private:
  std::string indent_;
  std::ostringstream text_;
  std::size_t doubts_ = 0;
};

std::string yaml_text(const std::string& text);
/// "[a, b]"; `quotes`: of texts that may hold any character.
std::string yaml_list(const std::vector<std::string>& names, bool quotes);
std::string number_text(double value);

/// "'a', 'b'", as a terminal and a comment can show it.
std::string shown(const std::vector<std::string>& names);

template <class Columns>
std::vector<std::string> names_of(const TableLook& look, const Columns& columns) {
  std::vector<std::string> names;
  for (const Eigen::Index column : columns) names.push_back(look.columns[static_cast<std::size_t>(column)]);
  return names;
}

/// The median of the finite values; 0 where there are none.
float median(std::vector<float> values);

/// How the table is written, and its time stamps or its rate in Hz, `usual_rate` where nothing tells it.
void add_table(const TableLook& look, double usual_rate, Lines& lines);

/// Names the columns of a stream that its description does not have.
void tell_others(const FoundStream& stream, const std::vector<std::string>& used, std::vector<std::string>& left_out);

}  // namespace pskd::data::readers
