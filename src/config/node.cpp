#include "config/node.hpp"

#include <algorithm>
#include <numeric>

#include "base/unicode.hpp"
#include "pskd/base/error.hpp"

namespace pskd::config {
namespace {

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbors.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  std::iota(d[0].begin(), d[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  const auto entry = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.first == key; });
  return entry == entries.end() ? nullptr : &entry->second;
}

Node* Node::find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

std::string shown(std::string_view text) {
  constexpr std::size_t kMaxLength = 60;
  std::string line = with_hidden_shown(cut_to(text, kMaxLength));
  std::replace_if(
      line.begin(), line.end(), [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; }, '?');
  return text.size() > kMaxLength ? line + "..." : line;
}

std::string quoted(std::string_view text) { return std::string("'").append(shown(text)).append("'"); }

std::string shown(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return config::quoted(node.text);
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return "";
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& choices) {
  constexpr std::size_t kMaxLength = 60;
  if (name.size() > kMaxLength) return "";
  std::string nearest;
  std::size_t least = 2 + name.size() / 4;  // one typo in a short name, a few in a long one
  for (const std::string& choice : choices) {
    const std::size_t distance = edit_distance(name, choice);
    if (distance < least) {
      least = distance;
      nearest = choice;
    }
  }
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

void Problems::add(const std::string& where, const std::string& key_path, const std::string& text) {
  if (!seen_.insert(where + "\n" + text).second) return;
  if (!lines_.empty()) lines_ += "\n";
  lines_ += where + ": " + (key_path.empty() ? "" : key_path + ": ") + text;
}

void Problems::throw_if_any() const {
  if (!lines_.empty()) throw Error(ErrorKind::config, lines_);
}

}  // namespace pskd::config
