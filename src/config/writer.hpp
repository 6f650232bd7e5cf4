// Writes described structs as YAML, every key with its value but those that rules leave out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/describe.hpp"
#include "config/value_text.hpp"

namespace pskd::config {

class Writer {
 public:
  Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

  template <class T, class... Rules>
  void operator()(const Key& key, T& value, const Rules&... rules) {
    out_ += std::string(indent_, ' ').append(key.name) + ":";
    if constexpr (requires { value_text(value, rules...); }) {
      out_ += " " + value_text(value, rules...) + "\n";
    } else {
      write(value);
    }
  }

  template <class T>
  void operator()(const Key& key, std::optional<T>& value, LeftOutWhenAbsent) {
    if (value) (*this)(key, *value);
  }

  template <class T, class Rule>
  void operator()(const Key& key, T& value, const Rule& rule, const LeftOutAs& usual) {
    if (value_text(value, rule) != usual.value) (*this)(key, value, rule);
  }

  /// A key that is not written: what it says is in the others.
  void also_known(const Key&, const char*, const char*) {}

  /// A line of text at this depth.
  void line(const std::string& text) { out_ += std::string(indent_, ' ') + text + "\n"; }

 private:
  void write(ModelConfig& value);
  void write(std::vector<TeacherRef>& values);
  void write(std::vector<StageConfig>& values);

  template <class T>
  void write(std::optional<T>& value) {
    if (value) {
      write(*value);
    } else {
      out_ += " null\n";
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
