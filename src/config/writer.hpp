// Writes described structs as YAML, every key with its value but those that rules leave out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/describe.hpp"
#include "config/numbers.hpp"

namespace pskd::config {

class Writer {
 public:
  Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

  template <class T, class... Rules>
  void operator()(const std::string& key, T& value, const Rules&... rules) {
    out_ += std::string(indent_, ' ') + key + ":";
    write(value, rules...);
  }

  template <class T>
  void operator()(const std::string& key, std::optional<T>& value, LeftOutWhenAbsent) {
    if (value) (*this)(key, *value);
  }

  void operator()(const std::string& key, std::string& value, const TextRule& rule, const LeftOutAs& usual) {
    if (value != usual.value) (*this)(key, value, rule);
  }

  template <class Enum>
  void operator()(const std::string& key, Enum& value, const EnumRule<Enum>& rule, const LeftOutAs& usual) {
    if (word(value) != usual.value) (*this)(key, value, rule);
  }

  /// A line of text at this depth.
  void line(const std::string& text) { out_ += std::string(indent_, ' ') + text + "\n"; }

 private:
  void inline_value(const std::string& text) { out_ += " " + text + "\n"; }

  static std::string text_of(const std::string& value);
  template <class Value>
  static std::string text_of(Value value) {
    if constexpr (std::is_enum_v<Value>) {
      return text_of(word(value));
    } else {
      return number_text(value);
    }
  }
  template <class T>
  static std::string text_of(const std::vector<T>& values) {
    std::string text;
    for (const T& value : values) text += (text.empty() ? "" : ", ") + text_of(value);
    return "[" + text + "]";
  }

  void write(bool value) { inline_value(value ? "true" : "false"); }
  void write(int value, const Rule&) { inline_value(text_of(value)); }
  void write(double value, const Rule&) { inline_value(text_of(value)); }
  void write(const std::string& value, const TextRule&) { inline_value(text_of(value)); }
  template <class Enum>
  void write(Enum value, const EnumRule<Enum>&) {
    inline_value(text_of(value));
  }
  void write(std::pair<int, int>& value) { inline_value(text_of(std::vector<int>{value.first, value.second})); }
  void write(std::optional<double>& value, const OrWord& rule) { inline_value(value ? text_of(*value) : rule.word); }
  void write(ModelConfig& value);
  void write(std::vector<TeacherRef>& values);
  void write(std::vector<StageConfig>& values);

  template <class T, class Each>
  void write(const std::vector<T>& values, const ListRule<Each>&) {
    inline_value(text_of(values));
  }
  template <class T, class... Rules>
  void write(std::optional<T>& value, const Rules&... rules) {
    if (value) {
      write(*value, rules...);
    } else {
      inline_value("null");
    }
  }
  template <class T>
  void write(T& value) {
    out_ += "\n";
    Writer inner(out_, indent_ + 2);
    describe(inner, value);
  }

  std::string& out_;
  int indent_;
};

}  // namespace pskd::config
