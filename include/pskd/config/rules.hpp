// What descriptions say of a key: its name, what it means, and which values are legal. The texts of the rules are what
// messages say is expected, and what the reference page says. And the words of enums.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pskd::config {

/// What `value` is called in a config file. Its enum has a function words_of(Enum) beside it, which returns the words
/// of all enumerators in their order.
template <class Enum>
std::string word(Enum value) {
  return words_of(value)[static_cast<std::size_t>(value)];
}

/// The name of a key, and in sentences what it means. It lives as long as the texts it was made of.
struct Key {
  std::string_view name, meaning;

  Key(const char* key, const char* what = "") : name(key), meaning(what) {}
  Key(const std::string& key) : name(key) {}
};

/// Of a number. `text` continues "a number".
struct Rule {
  std::string text;
  std::function<bool(double)> holds = [](double) { return true; };
};

/// Of a text. With `choices` it must be one of them.
struct TextRule {
  std::string text = "a text";
  std::function<bool(const std::string&)> holds = [](const std::string&) { return true; };
  std::vector<std::string> choices = {};
  std::vector<std::pair<std::string, std::string>> aliases = {};  ///< other words, each read as the choice beside it
};

/// Of a switch.
struct SwitchRule {};

/// Of an enum: the text must be one of its words.
template <class Enum>
struct EnumRule {
  TextRule words;
};

/// Of a list, whose values are always distinct.
template <class Each>
struct ListRule {
  Each each;
  bool may_be_empty;
  bool is_set = false;  ///< its order has no meaning: values are sorted, so that one set has one hash
};
template <class Each>
ListRule<Each> list_of(Each each) {
  return {std::move(each), true};
}
template <class Each>
ListRule<Each> some_of(Each each) {
  return {std::move(each), false};
}
template <class Each>
ListRule<Each> set_of(Each each) {
  return {std::move(each), true, true};
}

/// Of an optional number: absent is written as this word.
struct OrWord {
  std::string word;
  Rule rule;
};

/// Of an optional map: absent, it is not written at all, so that a key that a new version knows leaves what is written
/// of an experiment without it, and so its hash, as they were.
struct LeftOutWhenAbsent {};
inline constexpr LeftOutWhenAbsent kLeftOutWhenAbsent;
/// The same for a text or number that is written like this, or an enum or a switch whose word it is.
struct LeftOutAs {
  std::string value;
};

/// What does not fit together among the options of a loss, each legal by itself. A loss that can be wrong in this way
/// has a function inconsistency(config) beside its describe.
struct Inconsistency {
  std::string key;  ///< under that of the loss
  std::string text;
};

Rule any_number();
Rule at_least(double bound);
Rule above(double bound);
Rule between(double low, double high);  ///< both included
Rule share_below_one();                 ///< 0 <= x < 1
Rule odd_up_to(double bound);           ///< 1, 3, 5, ...

TextRule any_text();
TextRule not_empty();
TextRule path_text();  ///< not empty, and no control characters: paths go into scripts and onto terminals
TextRule path_or_empty();
TextRule folder_name();
TextRule number_or_name();  ///< of subjects, trials, scenes and cameras
TextRule stage_name();
TextRule device_name();
TextRule one_of(const std::vector<std::string>& choices);

/// The words that words_of(Enum) returns.
template <class Enum>
EnumRule<Enum> one_of_enum() {
  const auto words = words_of(Enum{});
  return {one_of({words.begin(), words.end()})};
}

}  // namespace pskd::config
