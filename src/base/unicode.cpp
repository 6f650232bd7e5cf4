#include "base/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>

#include "base/utf8.hpp"

namespace pskd {
namespace {

using Code = utf8proc_int32_t;

constexpr std::string_view kBlanks = " \t\r\n";

bool is_hidden(Code code) {
  constexpr Code kBrailleBlank = 0x2800;
  if (code < 0x80) return false;
  const utf8proc_property_t& property = *utf8proc_get_property(code);
  return property.category == UTF8PROC_CATEGORY_ZS || property.category == UTF8PROC_CATEGORY_ZL ||
         property.category == UTF8PROC_CATEGORY_ZP || property.ignorable || code == kBrailleBlank;
}

// Words of some languages are spelled with joiners, some signs with variation selectors.
bool belongs_to_words(Code code) { return code == 0x200c || code == 0x200d || (code >= 0xfe00 && code <= 0xfe0f); }

std::string code_text(Code code) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(code));
  return text.data();
}

std::string name_of(Code code) {
  struct Known {
    Code code;
    const char* name;
  };
  constexpr std::array kKnown = {Known{0x00a0, "a no-break space"},   Known{0x00ad, "a soft hyphen"},
                                 Known{0x200b, "a zero width space"}, Known{0x202f, "a narrow no-break space"},
                                 Known{0x2060, "a word joiner"},      Known{0x3000, "an ideographic space"},
                                 Known{0xfeff, "a byte order mark"}};
  const auto* const known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& k) { return k.code == code; });
  std::string name = known != kKnown.end() ? known->name : "a character that is not seen";
  return name.append(" (").append(code_text(code)).append(")");
}

using Mapped = std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)>;

std::string mapped(std::string_view text, int options) {
  utf8proc_uint8_t* output = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &output, static_cast<utf8proc_option_t>(options));
  const Mapped owned(output, &std::free);
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (size < 0) return std::string(text);  // no UTF-8: its reader says so
  return {reinterpret_cast<const char*>(output), static_cast<std::size_t>(size)};
}

bool is_blank_or_hidden(const Character& character) {
  return is_hidden(character.code) || (character.code >= 0 && character.code < 0x80 &&
                                       kBlanks.find(static_cast<char>(character.code)) != std::string_view::npos);
}

std::string_view without_blank_ends(std::string_view text) {
  while (!text.empty() && is_blank_or_hidden(first_character(text))) text.remove_prefix(first_character(text).bytes);
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = first_character(text.substr(at));
    at += character.bytes;
    if (!is_blank_or_hidden(character)) end = at;
  }
  return text.substr(0, end);
}

// A name without what people and programs write in several ways: "sit_down" and "sit down", "p01" and "P1", "1.0" and
// "1".
std::string loose_form(std::string_view name) {
  std::string form = compared_form(name);
  for (char& c : form) {
    if (c == '_' || c == '-') c = ' ';
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (form.size() > 2 && form.ends_with(".0") && std::all_of(form.begin(), form.end() - 2, is_digit)) {
    form.resize(form.size() - 2);
  }
  std::string loose;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool begins_a_number = loose.empty() || (!is_digit(loose.back()) && loose.back() != '.');
    if (form[i] == '0' && begins_a_number && i + 1 < form.size() && is_digit(form[i + 1])) continue;
    loose += form[i];
  }
  return loose;
}

}  // namespace

std::string stored_form(std::string_view name) {
  return std::string(without_blank_ends(mapped(name, UTF8PROC_STABLE | UTF8PROC_COMPOSE)));
}

std::string compared_form(std::string_view name) {
  const std::string folded =
      mapped(name, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  std::string form;
  bool blank = false;
  std::string_view rest = without_blank_ends(folded);
  for (; !rest.empty(); rest.remove_prefix(first_character(rest).bytes)) {
    if (is_blank_or_hidden(first_character(rest))) {
      blank = true;
      continue;
    }
    if (blank) form += ' ';
    blank = false;
    form += rest.substr(0, first_character(rest).bytes);
  }
  return form;
}

std::string extension_of(const std::filesystem::path& file) { return compared_form(file.extension().string()); }

std::vector<std::vector<std::string>> alike_names(const std::vector<std::string>& names) {
  std::map<std::string, std::vector<std::string>> groups;
  for (const std::string& name : names) groups[loose_form(name)].push_back(name);
  std::vector<std::vector<std::string>> alike;
  for (auto& [form, group] : groups) {
    if (group.size() > 1) alike.push_back(std::move(group));
  }
  return alike;
}

std::optional<HiddenCharacter> find_hidden_character(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character character = first_character(text.substr(at));
    if (is_hidden(character.code) && !belongs_to_words(character.code)) {
      return HiddenCharacter{at, name_of(character.code)};
    }
    at += character.bytes;
  }
  return std::nullopt;
}

std::string with_hidden_shown(std::string_view text) {
  std::string shown;
  for (; !text.empty(); text.remove_prefix(first_character(text).bytes)) {
    const Character character = first_character(text);
    if (is_hidden(character.code) && !belongs_to_words(character.code)) {
      shown.append("<").append(code_text(character.code)).append(">");
    } else {
      shown += text.substr(0, character.bytes);
    }
  }
  return shown;
}

std::string_view cut_to(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

TextPosition position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  const std::string_view line = newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; };
  return {static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<std::size_t>(std::count_if(line.begin(), line.end(), starts_character)) + 1};
}

std::string utf8_complaint(std::string_view text, std::size_t offset) {
  std::array<char, 8> byte{};
  std::snprintf(byte.data(), byte.size(), "0x%02x", static_cast<unsigned>(static_cast<unsigned char>(text[offset])));
  return std::string("expected text in UTF-8, found the byte ").append(byte.data()).append("; save it as UTF-8");
}

}  // namespace pskd
