// What Unicode says of a text: forms in which equal names are equal bytes, and characters that nobody sees. All texts
// are UTF-8 (see base/text.hpp).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pskd {

/// The form in which a name is kept: canonical composition (NFC), without blanks and hidden characters at its ends.
std::string stored_form(std::string_view name);

/// A form that is equal for names that a reader takes for one: compatibility composition without case, width and hidden
/// characters (NFKC_Casefold, Unicode Standard Annex 31), each run of blanks one blank, none at the ends.
std::string compared_form(std::string_view name);

/// ".csv" of "Watch.CSV": how the name of a file ends, in compared form; empty where it has no extension.
std::string extension_of(const std::filesystem::path& file);

/// Those of `names` that are probably meant to be one, in groups of two or more: of the same compared_form, where
/// underscores and hyphens are blanks, and numbers have no zeros before them and no ".0" behind.
std::vector<std::vector<std::string>> alike_names(const std::vector<std::string>& names);

/// A character that looks like a blank or like nothing: a no-break space, a zero width space, a byte order mark, a soft
/// hyphen and the like.
struct HiddenCharacter {
  std::size_t offset = 0;  ///< bytes from 0
  std::string name;        ///< "a no-break space (U+00A0)"
};
/// The first one of a text, if there is any. Joiners and variation selectors, which words and signs are spelled with,
/// are none.
std::optional<HiddenCharacter> find_hidden_character(std::string_view text);

/// The text with each hidden character written as <U+00A0>, for messages.
std::string with_hidden_shown(std::string_view text);

/// The beginning of the text, at most `bytes` long, that ends with a whole character.
std::string_view cut_to(std::string_view text, std::size_t bytes);

/// Where a byte of a text stands.
struct TextPosition {
  std::size_t line = 1, column = 1;  ///< from 1; the column in characters
};
TextPosition position_of(std::string_view text, std::size_t offset);

/// "expected text in UTF-8, found the byte 0xe9; save it as UTF-8"
std::string utf8_complaint(std::string_view text, std::size_t offset);

}  // namespace pskd
