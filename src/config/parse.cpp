#include "config/parse.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstddef>
#include <sstream>

namespace pskd::config {
namespace {

// Bytes of the UTF-8 character at the start of `text`, 0 when there is none (RFC 3629: no surrogates, no overlong
// forms).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool legal = !(first == 0xe0 && second < 0xa0) && !(first == 0xed && second >= 0xa0);
    return legal && follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool legal = !(first == 0xf0 && second < 0x90) && !(first == 0xf4 && second >= 0x90);
    return legal && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
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

class Converter {
 public:
  Converter(std::string source, bool lines, Problems& problems)
      : source_(std::move(source)), lines_(lines), problems_(problems) {}

  std::string where(int line_from_0) const {
    return lines_ ? source_ + ":" + std::to_string(std::max(line_from_0, 0) + 1) : source_;
  }

  void check_utf8(std::string_view text) {
    int line = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = utf8_length(text.substr(at));
      if (length == 0) refuse(where(line), "expected text in UTF-8, found a byte that is not; save the file as UTF-8");
      line += text[at] == '\n';
      at += length;
    }
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

  static void convert_scalar(const YAML::Node& yaml, Node& node) {
    node.kind = Node::Kind::scalar;
    node.text = yaml.Scalar();
    node.quoted = yaml.Tag() == "!";
  }

  void convert_list(const YAML::Node& yaml, Node& node, int depth) {
    node.kind = Node::Kind::list;
    for (const YAML::Node& item : yaml) node.items.push_back(convert(item, where(item.Mark().line), depth + 1));
  }

  void convert_map(const YAML::Node& yaml, Node& node, int depth) {
    node.kind = Node::Kind::map;
    for (const auto& entry : yaml) {
      const std::string place = where(entry.first.Mark().line);
      if (!entry.first.IsScalar()) {
        problems_.add(place, "", "expected a name as key, found a list, a map or nothing");
        continue;
      }
      const std::string& key = entry.first.Scalar();
      if (const Node* first = node.find(key)) {
        problems_.add(place, shown(key), "expected each key once, found it again (first at " + first->where + ")");
        continue;
      }
      node.entries.emplace_back(key, convert(entry.second, place, depth + 1));
    }
  }

  std::string source_;
  bool lines_;
  Problems& problems_;
  int count_ = 0;
};

}  // namespace

Node parse_yaml(std::string_view text, const std::string& source, bool lines, Problems& problems) {
  Converter converter(source, lines, problems);
  converter.check_utf8(text);
  try {
    // Not LoadAll: yaml-cpp finds endless documents in a text such as ",".
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    DocumentStart start;
    if (!parser.HandleNextDocument(start)) return Node{.where = converter.where(0)};
    if (parser.HandleNextDocument(start)) {
      converter.refuse(converter.where(start.line), "expected one YAML document, found a second one");
    }
    const YAML::Node document = YAML::Load(std::string(text));
    return converter.convert(document, converter.where(document.Mark().line));
  } catch (const YAML::Exception& exception) {
    converter.refuse(converter.where(exception.mark.line), "expected YAML, found an error: " + exception.msg);
  }
}

}  // namespace pskd::config
