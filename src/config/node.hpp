// A YAML document in which every value remembers where it was written, and the list of what is wrong with it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pskd::config {

struct Node {
  enum class Kind { null, scalar, list, map };

  Kind kind = Kind::null;
  std::string where = {};        ///< "file:line" or "--set key.path"; of a value in a map, where its key is
  std::string text = {};         ///< of a scalar
  bool quoted = false;           ///< a scalar in quotes is text, never a number
  bool replaces = false;         ///< tagged !replace
  bool switched_off = false;     ///< a null that removed an inherited value
  bool copied = false;           ///< stands for another value, where its problems are told
  std::vector<Node> items = {};  ///< of a list
  std::vector<std::pair<std::string, Node>> entries = {};  ///< of a map, in the order of the file

  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
};

/// What a message calls the value: its text, shortened and on one line, or its kind.
std::string shown(const Node& node);
std::string shown(std::string_view text);
/// The same in single quotes.
std::string quoted(std::string_view text);

/// "; did you mean x?" for the nearest of `choices`, or nothing when none is near.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& choices);

/// Collects problems, one line each; the same problem at the same place is listed once.
class Problems {
 public:
  void add(const std::string& where, const std::string& key_path, const std::string& text);
  /// Throws Error(config) with all lines, if there are any.
  void throw_if_any() const;

 private:
  std::set<std::string> seen_;
  std::string lines_;
};

}  // namespace pskd::config
