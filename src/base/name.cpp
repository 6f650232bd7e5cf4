#include "pskd/base/name.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace pskd {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

Name::Name(std::string_view text) : text_(stored_form(text)) {
  if (is_number(text_)) text_.erase(0, std::min(text_.find_first_not_of('0'), text_.size() - 1));
}

std::optional<int> Name::number() const {
  int number = 0;
  const auto [end, problem] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
  const bool fits = is_number(text_) && problem == std::errc() && end == text_.data() + text_.size();
  return fits ? std::optional(number) : std::nullopt;
}

std::strong_ordering operator<=>(const Name& a, const Name& b) {
  const bool number = is_number(a.text_);
  if (number != is_number(b.text_)) return number ? std::strong_ordering::less : std::strong_ordering::greater;
  if (number && a.text_.size() != b.text_.size()) return a.text_.size() <=> b.text_.size();
  return a.text_ <=> b.text_;
}

bool is_name(std::string_view text) {
  constexpr std::size_t kMaxBytes = 100;
  if (has_control_characters(text)) return false;  // nor other bytes than UTF-8
  const std::string stored = stored_form(text);
  return !stored.empty() && stored.size() <= kMaxBytes && stored.find_first_of(",\"/\\") == std::string::npos;
}

}  // namespace pskd
