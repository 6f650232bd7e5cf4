#include "pskd/config/rules.hpp"

#include <algorithm>
#include <cmath>

#include "base/run_layout.hpp"
#include "base/text.hpp"
#include "config/numbers.hpp"
#include "pskd/base/name.hpp"

namespace pskd::config {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Both name files and folders, whose names have at most 255 bytes; what pskd adds to them fits into the rest.
constexpr std::size_t kMaxLength = 200;

// Whole numbers without an exponent.
std::string bound_text(double bound) {
  constexpr double kExact = 1e15;
  const bool whole = std::floor(bound) == bound && std::abs(bound) < kExact;
  return whole ? number_text(static_cast<long long>(bound)) : number_text(bound);
}

bool is_stage_name(const std::string& text) {
  const auto legal = [](char c) { return is_lower(c) || is_digit(c) || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= kMaxLength && std::all_of(text.begin(), text.end(), legal);
}

bool is_folder_name(const std::string& text) {
  const auto letter = [](char c) { return is_lower(c) || is_upper(c) || is_digit(c); };
  const auto legal = [&](char c) { return letter(c) || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= kMaxLength && letter(text[0]) && std::all_of(text.begin(), text.end(), legal);
}

}  // namespace

Rule any_number() { return {}; }

Rule at_least(double bound) {
  return {" >= " + bound_text(bound), [bound](double x) { return x >= bound; }};
}

Rule above(double bound) {
  return {" > " + bound_text(bound), [bound](double x) { return x > bound; }};
}

Rule between(double low, double high) {
  return {" between " + bound_text(low) + " and " + bound_text(high), [=](double x) { return x >= low && x <= high; }};
}

Rule share_below_one() {
  return {" >= 0 and < 1", [](double x) { return x >= 0 && x < 1; }};
}

Rule odd_up_to(double bound) {
  return {" that is odd, between 1 and " + bound_text(bound),
          [bound](double x) { return x >= 1 && x <= bound && std::fmod(x, 2) == 1; }};
}

TextRule any_text() { return {}; }

TextRule not_empty() {
  return {"a text that is not empty", [](const std::string& value) { return !value.empty(); }};
}

TextRule path_text() {
  return {"a path without control characters that is not empty",
          [](const std::string& value) { return !value.empty() && !has_control_characters(value); }};
}

TextRule path_or_empty() {
  return {"a path without control characters, or an empty text",
          [](const std::string& value) { return !has_control_characters(value); }};
}

TextRule folder_name() {
  return {
      "a plain folder name (letters a to z and A to Z, digits, '.', '_', '-', beginning with a letter or digit; at "
      "most 200; not stages, the folder of what runs share)",
      [](const std::string& text) { return is_folder_name(text) && text != kStagesFolder; }};
}

TextRule number_or_name() { return {kNameRule, is_name}; }

TextRule stage_name() { return {"a stage name of at most 200 letters a to z, digits, '_' and '-'", is_stage_name}; }

TextRule device_name() {
  const std::vector<std::string> words{"auto", "cpu", "cuda"};
  const auto holds = [words](const std::string& value) {
    int card = 0;
    if (value.starts_with("cuda:")) return parse_number(value.substr(5), card) && card >= 0;
    return std::find(words.begin(), words.end(), value) != words.end();
  };
  return {"auto, cpu, cuda or cuda:<n>", holds, words};
}

TextRule one_of(const std::vector<std::string>& choices) {
  const std::string text = (choices.size() > 1 ? "one of " : "") + joined(choices);
  return {
      text,
      [choices](const std::string& value) { return std::find(choices.begin(), choices.end(), value) != choices.end(); },
      choices};
}

}  // namespace pskd::config
