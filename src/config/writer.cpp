#include "config/writer.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace pskd::config {
namespace {

// Whether YAML reads the text as this very text without quotes.
bool is_plain(const std::string& text) {
  static const std::set<std::string> kWords{"null", "Null", "NULL", "true", "false"};
  const auto letter = [](unsigned char c) { return std::isalpha(c) && c < 0x80; };
  const auto inner = [&](unsigned char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
  };
  return !text.empty() && letter(static_cast<unsigned char>(text[0])) && std::all_of(text.begin(), text.end(), inner) &&
         !kWords.contains(text);
}

}  // namespace

std::string Writer::text_of(const std::string& value) {
  if (is_plain(value)) return value;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char letter : value) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7f) {
      quoted += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      if (letter == '"' || letter == '\\') quoted += '\\';
      quoted += letter;
    }
  }
  return quoted + '"';
}

void Writer::write(ModelConfig& value) {
  out_ += "\n";
  Writer inner(out_, indent_ + 2);
  inner.line("name: " + model_name(value));
  std::visit([&](auto& model) { describe(inner, model); }, value);
}

void Writer::write(std::vector<TeacherRef>& values) {
  if (values.empty()) return inline_value("[]");
  out_ += "\n";
  for (TeacherRef& teacher : values) {
    const std::size_t start = out_.size();
    Writer inner(out_, indent_ + 4);
    describe(inner, teacher);
    out_[start + indent_ + 2] = '-';
  }
}

void Writer::write(std::vector<StageConfig>& values) {
  if (values.empty()) return inline_value("{}");
  out_ += "\n";
  Writer inner(out_, indent_ + 2);
  for (StageConfig& stage : values) inner(text_of(stage.name), stage);
}

}  // namespace pskd::config
