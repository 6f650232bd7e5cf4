// Reads a Node into a struct, key by key, and adds every problem to a list; a field with a problem keeps its default. A
// struct of its own kind has a function describe(fields, struct) beside it that names its keys, fields and rules.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "config/node.hpp"
#include "pskd/config/experiment.hpp"
#include "pskd/config/rules.hpp"

namespace pskd::config {

/// A value, the path of keys to it, and where its problems go.
struct Place {
  const Node& node;
  std::string path;
  Problems& problems;

  Place at(const std::string& key, const Node& value) const {
    return {value, path.empty() ? shown(key) : path + "." + shown(key), problems};
  }
  /// The value of a key that is there.
  Place child(const std::string& key) const { return at(key, *node.find(key)); }
  Place item(std::size_t index) const {
    return {node.items[index], path + "[" + std::to_string(index) + "]", problems};
  }
  void complain(const std::string& text) const {
    if (!node.copied) problems.add(node.where, path, text);
  }
  void expected(const std::string& what) const { complain("expected " + what + ", found " + shown(node)); }
};

class Reader {
 public:
  explicit Reader(const Place& map) : map_(map) {}

  /// Reads the value of `key` if the map has one. Null means the default.
  template <class T, class... Rules>
  void operator()(const Key& key, T& value, const Rules&... rules) {
    known_.emplace_back(key.name);
    const Node* node = map_.node.find(key.name);
    if (node != nullptr && node->kind != Node::Kind::null) read(map_.at(known_.back(), *node), value, rules...);
  }

  /// A key that is read elsewhere.
  void also_known(const Key& key, const char* = "", const char* = "") { known_.emplace_back(key.name); }

  void refuse_unknown_keys() const;

 private:
  const Place& map_;
  std::vector<std::string> known_;
};

void read(const Place& place, bool& value);
void read(const Place& place, bool& value, const SwitchRule&);
void read(const Place& place, int& value, const Rule& rule);
void read(const Place& place, std::uint64_t& value, const Rule& rule);
void read(const Place& place, double& value, const Rule& rule);
/// The choice that `word` is another word for; else `word` itself.
std::string choice_of(const TextRule& rule, const std::string& word);
void read(const Place& place, std::string& value, const TextRule& rule);
void read(const Place& place, Name& value, const TextRule& rule);
void read(const Place& place, SnapshotName& value);
void read(const Place& place, std::pair<int, int>& value);
void read(const Place& place, std::optional<double>& value, const OrWord& rule);

template <class Enum>
void read(const Place& place, Enum& value, const EnumRule<Enum>& rule) {
  std::string found;
  read(place, found, rule.words);
  const std::vector<std::string>& words = rule.words.choices;
  const auto at = std::find(words.begin(), words.end(), found);
  if (at != words.end()) value = static_cast<Enum>(at - words.begin());
}

template <class T>
void read_map(const Place& place, T& value) {
  if (place.node.kind != Node::Kind::map) return place.expected("a map");
  Reader reader(place);
  describe(reader, value);
  reader.refuse_unknown_keys();
}

template <class T>
void read(const Place& place, T& value) {
  read_map(place, value);
}

template <class T, class... Rules>
void read(const Place& place, std::optional<T>& value, const Rules&... rules) {
  read(place, value.emplace(), rules...);
}

template <class T>
void read(const Place& place, std::optional<T>& value, LeftOutWhenAbsent) {
  read(place, value.emplace());
}

template <class T, class Rule>
void read(const Place& place, T& value, const Rule& rule, const LeftOutAs&) {
  read(place, value, rule);
}
// Without it clang holds both templates above for a match of a value that may be absent.
template <class T, class Rule>
void read(const Place& place, std::optional<T>& value, const Rule& rule, const LeftOutAs&) {
  read(place, value, rule);
}

/// The one spelling of a value that has several.
template <class T>
std::string spelled(const std::string& text) {
  if constexpr (std::is_same_v<T, Name>) return is_name(text) ? Name(text).text() : text;
  return text;
}

template <class T, class Each>
void read(const Place& place, std::vector<T>& value, const ListRule<Each>& rule) {
  if (place.node.kind != Node::Kind::list) return place.expected("a list, in brackets");
  if (place.node.items.empty() && !rule.may_be_empty) {
    return place.complain("expected at least one value, found an empty list");
  }
  value.clear();
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < place.node.items.size(); ++i) {
    T one{};
    read(place.item(i), one, rule.each);
    const Node& item = place.node.items[i];
    if (item.kind == Node::Kind::scalar && !seen.insert(spelled<T>(item.text)).second) {
      return place.item(i).expected("each value once");
    }
    value.push_back(std::move(one));
  }
  if (rule.is_set) std::sort(value.begin(), value.end());
}

}  // namespace pskd::config
