#include "config/parse.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace pskd::config {
namespace {

constexpr const char* kLeftOut = "expected a value, found nothing; null is the word for the default";

constexpr std::array<std::string_view, 4> kNull = {"null", "Null", "NULL", "~"};

// Whether a value of YAML that begins here is the word null. yaml-cpp takes a value that was left out for null, too.
bool says_null(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  while (text.starts_with('&') || text.starts_with('!')) {  // an anchor, a tag
    text.remove_prefix(std::min(text.find_first_of(" \t\r\n"), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  }
  for (const std::string_view word : kNull) {
    if (!text.starts_with(word)) continue;
    const std::string_view rest = text.substr(word.size());
    const std::size_t next = rest.find_first_not_of(kBlanks);
    return next == std::string_view::npos || std::string_view("\r\n,]}#").find(rest[next]) != std::string_view::npos;
  }
  return false;
}

// Keeps where the last document began.
class DocumentStart : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { line = mark.line; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  int line = 0;
};

// Whether nothing is written where a value is expected.
bool is_left_out(std::string_view text, const YAML::Node& yaml) {
  if (yaml.IsScalar()) return yaml.Scalar().empty() && yaml.Tag() != "!";  // a tag and nothing else
  if (!yaml.IsNull() || yaml.Mark().is_null()) return false;
  return !says_null(text.substr(std::min(static_cast<std::size_t>(yaml.Mark().pos), text.size())));
}

// What nobody sees in a text that is no YAML, nearest before the error: a tab where YAML takes blanks for the depth, or
// a hidden character outside of comments.
std::string hidden_cause(std::string_view text, int error_line) {
  std::string cause;
  for (int line = 1; !text.empty() && line <= error_line + 1; ++line) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    const std::size_t depth = whole.find_first_not_of(" \t\r");
    if (depth == std::string_view::npos || whole[depth] == '#') continue;
    const auto name = [&](std::size_t offset, const std::string& what) {
      cause = "; column " + std::to_string(position_of(whole, offset).column) + " of line " + std::to_string(line) +
              " has " + what;
    };
    if (const std::size_t tab = whole.find('\t'); tab < depth) name(tab, "a tab; YAML takes blanks only for the depth");
    if (const auto hidden = find_hidden_character(whole)) {
      name(hidden->offset, hidden->name + ", which YAML takes for a letter; write a plain blank or nothing");
    }
  }
  return cause;
}

constexpr char kNumberSign = '#';

class Converter {
 public:
  /// Each `sign` in the text stands for a number sign; none does where it is empty.
  Converter(std::string_view text, std::string source, bool lines, std::string sign, Problems& problems)
      : text_(text), source_(std::move(source)), lines_(lines), sign_(std::move(sign)), problems_(problems) {}

  std::string where(int line_from_0) const {
    return lines_ ? source_ + ":" + std::to_string(std::max(line_from_0, 0) + 1) : source_;
  }

  /// What stands in the text, with its number signs.
  std::string restored(std::string text) const {
    if (sign_.empty()) return text;
    for (std::size_t at = 0; (at = text.find(sign_, at)) != std::string::npos; ++at) {
      text.replace(at, sign_.size(), 1, kNumberSign);
    }
    return text;
  }

  void check_utf8() {
    const std::optional<Utf8Fault> fault = find_invalid_utf8(text_);
    if (!fault) return;
    const TextPosition at = position_of(text_, fault->offset);
    const std::string column = lines_ ? "column " + std::to_string(at.column) + ": " : "";
    refuse(where(static_cast<int>(at.line) - 1), column + utf8_complaint(text_, fault->offset));
  }

  [[noreturn]] void refuse(const std::string& place, const std::string& text) {
    problems_.add(place, "", text);
    problems_.throw_if_any();
    std::abort();  // not reached: there is a problem
  }

  Node convert(const YAML::Node& yaml, const std::string& place, int depth = 0) {
    // An alias can repeat or contain itself, so that a short text stands for an endless tree.
    constexpr int kMaxDepth = 50;
    constexpr int kMaxValues = 100'000;
    if (depth > kMaxDepth) refuse(place, "expected at most " + std::to_string(kMaxDepth) + " levels, found more");
    if (++count_ > kMaxValues) refuse(place, "expected at most " + std::to_string(kMaxValues) + " values, found more");
    Node node;
    node.where = place;
    check_tag(yaml, node);
    if (yaml.IsScalar()) convert_scalar(yaml, node);
    if (yaml.IsSequence()) convert_list(yaml, node, depth);
    if (yaml.IsMap()) convert_map(yaml, node, depth);
    return node;
  }

 private:
  void check_tag(const YAML::Node& yaml, Node& node) {
    const std::string& tag = yaml.Tag();  // "?": plain, "!": quoted
    node.replaces = tag == "!replace";
    if (!node.replaces && !tag.empty() && tag != "?" && tag != "!") {
      problems_.add(node.where, "", "expected no tag but !replace, found " + shown(tag));
    }
  }

  void convert_scalar(const YAML::Node& yaml, Node& node) {
    node.kind = Node::Kind::scalar;
    node.text = restored(yaml.Scalar());
    node.quoted = yaml.Tag() == "!";
    refuse_hidden(yaml);
  }

  // In quotes they are meant.
  void refuse_hidden(const YAML::Node& scalar) {
    if (scalar.Tag() == "!" || scalar.Mark().is_null()) return;
    const std::string& text = scalar.Scalar();
    const std::optional<HiddenCharacter> hidden = find_hidden_character(text);
    if (!hidden) return;
    const std::string_view bytes = std::string_view(text).substr(hidden->offset, 2);  // enough to find it
    const std::size_t at = text_.find(bytes, static_cast<std::size_t>(scalar.Mark().pos));
    const TextPosition position = position_of(text_, std::min(at, text_.size()));
    const std::string column = lines_ ? "column " + std::to_string(position.column) + ": " : "";
    problems_.add(where(static_cast<int>(position.line) - 1), "",
                  column + "found " + hidden->name + " in " + config::quoted(restored(text)) +
                      "; write a plain blank or nothing, or put the text in quotes if it belongs there");
  }

  void refuse_left_out(const YAML::Node& yaml, const std::string& place, const std::string& key) {
    if (is_left_out(text_, yaml)) problems_.add(place, key, kLeftOut);
  }

  void convert_list(const YAML::Node& yaml, Node& node, int depth) {
    node.kind = Node::Kind::list;
    for (const YAML::Node& item : yaml) {
      refuse_left_out(item, where(item.Mark().line), "");
      node.items.push_back(convert(item, where(item.Mark().line), depth + 1));
    }
  }

  void convert_map(const YAML::Node& yaml, Node& node, int depth) {
    node.kind = Node::Kind::map;
    std::unordered_map<std::string, std::string> first;  // place by key
    for (const auto& entry : yaml) {
      const std::string place = where(entry.first.Mark().line);
      if (!entry.first.IsScalar()) {
        problems_.add(place, "", "expected a name as key, found a list, a map or nothing");
        continue;
      }
      refuse_hidden(entry.first);
      const std::string key = restored(entry.first.Scalar());
      if (const auto [seen, inserted] = first.emplace(key, place); !inserted) {
        problems_.add(place, shown(key), "expected each key once, found it again (first at " + seen->second + ")");
        continue;
      }
      refuse_left_out(entry.second, place, shown(key));
      node.entries.emplace_back(key, convert(entry.second, place, depth + 1));
    }
  }

  std::string_view text_;
  std::string source_;
  bool lines_;
  std::string sign_;
  Problems& problems_;
  int count_ = 0;
};

Node parse(std::string_view text, const std::string& source, bool lines, const std::string& sign, Problems& problems) {
  text = without_byte_order_mark(text);
  Converter converter(text, source, lines, sign, problems);
  converter.check_utf8();
  try {
    // Not LoadAll: yaml-cpp finds endless documents in a text such as ",".
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    DocumentStart start;
    if (!parser.HandleNextDocument(start)) return Node{.where = converter.where(0)};
    if (parser.HandleNextDocument(start)) {
      converter.refuse(converter.where(start.line), lines ? "expected one YAML document, found a second one"
                                                          : "expected one value, found more behind it");
    }
    const YAML::Node document = YAML::Load(std::string(text));
    return converter.convert(document, converter.where(document.Mark().line));
  } catch (const YAML::Exception& exception) {
    const std::string cause = hidden_cause(text, exception.mark.line);
    converter.refuse(converter.where(exception.mark.line),
                     "expected YAML, found an error: " + converter.restored(exception.msg) + cause);
  }
}

// ---- values of a command line --------------------------------------------------------------------------

// A character that the text does not have, of those that Unicode leaves to private use.
std::string unused_character(std::string_view text) {
  std::string character = "\xee\x80\x80";  // U+E000
  while (text.find(character) != std::string_view::npos && character[2] != '\xbf') ++character[2];
  return character;
}

// The value with `sign` for each number sign, so that none begins a comment. One behind a backslash begins none, and
// yaml-cpp shows only the first byte of what is there.
std::string without_comments(std::string_view value, std::string_view sign) {
  std::string text;
  for (const char letter : value) {
    if (letter == kNumberSign && !text.ends_with('\\')) {
      text += sign;
    } else {
      text += letter;
    }
  }
  return text;
}

// Whether the text is a map or a list without brackets.
bool is_block(const std::string& text) {
  if (text.starts_with('?')) return false;  // YAML's mark of a key that is no name
  try {
    const YAML::Node yaml = YAML::Load(text);
    return yaml.IsMap() || yaml.IsSequence();
  } catch (const YAML::Exception&) {
    return false;
  }
}

}  // namespace

Node parse_yaml(std::string_view text, const std::string& source, bool lines, Problems& problems) {
  return parse(text, source, lines, "", problems);
}

Node parse_setting(std::string_view text, const std::string& source, Problems& problems) {
  const std::size_t first = std::min(text.find_first_not_of(" \t"), text.size());
  const std::string_view value = text.substr(first, text.find_last_not_of(" \t") + 1 - first);
  Node node{.where = source};
  if (find_invalid_utf8(value)) return parse_yaml(value, source, false, problems);  // which refuses it
  if (stored_form(value).empty()) {
    problems.add(source, "", kLeftOut);
    return node;
  }
  if (std::find(kNull.begin(), kNull.end(), value) != kNull.end()) return node;
  const std::string sign = unused_character(value);
  const std::string yaml = without_comments(value, sign);
  if (std::string_view("[{\"'!").find(value.front()) != std::string_view::npos || is_block(yaml)) {
    node = parse(yaml, source, false, sign, problems);
    const bool only_a_tag = node.kind == Node::Kind::scalar && node.text.empty() && !node.quoted;
    if (node.kind == Node::Kind::null || only_a_tag) problems.add(source, "", kLeftOut);
    return node;
  }
  node.kind = Node::Kind::scalar;
  node.text = value;
  return node;
}

}  // namespace pskd::config
