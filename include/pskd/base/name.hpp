// What people, trials, scenes and cameras are called: numbers or names.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace pskd {

/// A whole number or a text. One number has one name: "01" is 1. A text is kept in its stored_form (base/unicode.hpp).
class Name {
 public:
  Name() : Name(0) {}
  Name(int number) : text_(std::to_string(number)) {}
  explicit Name(std::string_view text);

  const std::string& text() const { return text_; }
  /// Nothing when it is a text, or a number that does not fit.
  std::optional<int> number() const;

  friend bool operator==(const Name&, const Name&) = default;
  /// Numbers by value, then texts by their bytes.
  friend std::strong_ordering operator<=>(const Name& a, const Name& b);

 private:
  std::string text_;
};

/// Whether a text from outside may be a Name: it must fit into a field of a table and into the name of a folder.
bool is_name(std::string_view text);
/// What is_name expects.
inline constexpr const char* kNameRule =
    "a number, or a name of at most 100 bytes without commas, quotes, slashes and control characters";

/// For nlohmann::json, which finds it by its arguments: a number is written as a number.
template <class Json>
void to_json(Json& json, const Name& name) {
  if (const std::optional<int> number = name.number()) {
    json = *number;
  } else {
    json = name.text();
  }
}

}  // namespace pskd
