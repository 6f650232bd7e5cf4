#include "config/reference.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "base/markdown.hpp"
#include "base/text.hpp"
#include "config/assemble.hpp"
#include "config/key_table.hpp"
#include "config/node.hpp"
#include "pskd/base/error.hpp"

namespace pskd::config {
namespace {

constexpr const char* kIntroduction = R"(# Config reference

<!-- Written by `pskd config reference > docs/config-reference.md`; a test compares the two. -->

Every key of an experiment file. `pskd config reference` prints this page, `pskd config explain stages.student.epochs` one key of
it, and `pskd config show --config FILE` every key of a file with its value. `pskd config check --config FILE` reports all
problems of a file at once, each with its line.

## Files, includes and overrides

An experiment file is one YAML map. Every key has a default unless the tables say `required`, and `null` means the default; a
value that is left out is an error. A key that is not in the tables is an error. Values of a list must differ from each other. Files
are UTF-8. Lists of subjects, trials, scenes, cameras and snapshots are sets: their order has no meaning.

| in a file | meaning |
|---|---|
| `include: [base/training.yaml]` | Fragments, relative to the file that includes them, else shipped ones. Later ones win over earlier ones, the file itself over all. |
| `key: {...}` | A map is merged into the included one, key by key. Anything else replaces it. |
| `key: !replace {...}` | The map replaces the included one. |
| `key: null` | Takes the included value away. `stages.<name>: null` switches an included stage off. |

`--set key.path=value` on the command line does the same as a last file: `--set stages.student.epochs=10`, `--set 'seeds=[1]'`,
`--set 'stages.student.loss=!replace {ce: 1, kd: {}}'`, `--set stages.baseline=null`.

In the tables, `<name>` stands for the name of a stage: letters a to z, digits, `_` and `-`.
)";

constexpr const char* kSweepNote = R"(
A file with this section stands for many experiments; `pskd sweep` trains them. A setting is merged over the file as `--set` does. A
run has the name of its setting, or key and value (`batch-16`), joined with `_`.

```yaml
sweep:
  paired:
    hard: {stages.student.loss.acs.selection: hard}
    soft: {stages.student.loss.acs.selection: soft}
  grid:
    stages.student.batch: [16, 32]
```
)";

std::string title(const KeyMap& map) {
  std::string names;
  for (const KeyMap::Place& place : map.places) {
    names += (names.empty() ? "" : ", ") + (place.path.empty() ? "a file" : markdown_code(place.path));
    if (!place.model.empty()) names += " of " + markdown_code(place.model);
  }
  return names;
}

std::string join_path(const KeyMap::Place& place, const std::string& key) {
  return place.path.empty() ? key : place.path + "." + key;
}

/// Calls f(place, row) for every row of the key at `path`.
void for_each_row(const std::vector<KeyMap>& table, const std::string& path,
                  const std::function<void(const KeyMap::Place&, const KeyRow&)>& f) {
  for (const KeyMap& map : table) {
    for (const KeyMap::Place& place : map.places) {
      for (const KeyRow& row : map.rows) {
        if (join_path(place, row.name) == path) f(place, row);
      }
    }
  }
}

/// The maps that may stand at `path`.
std::vector<const KeyMap*> maps_at(const std::vector<KeyMap>& table, const std::string& path) {
  std::vector<const KeyMap*> found;
  for (const KeyMap& map : table) {
    const auto is_here = [&](const KeyMap::Place& place) { return place.path == path; };
    if (std::any_of(map.places.begin(), map.places.end(), is_here)) found.push_back(&map);
  }
  return found;
}

/// What the key that leads to the map means, if that is the same at all its places.
std::string purpose(const std::vector<KeyMap>& table, const KeyMap& map) {
  std::set<std::string> meanings;
  for (const KeyMap::Place& place : map.places) {
    for_each_row(table, place.path, [&](const KeyMap::Place&, const KeyRow& row) { meanings.insert(row.meaning); });
  }
  return meanings.size() == 1 ? markdown_text(*meanings.begin()) + "\n\n" : "";
}

std::string rows_in_markdown(const KeyMap& map) {
  std::string text = "| key | legal values | default | meaning |\n|---|---|---|---|\n";
  for (const KeyRow& row : map.rows) {
    const std::string usual = row.usual == "required" ? row.usual : markdown_code(row.usual);
    text += "| " + markdown_code(row.name) + " | " + markdown_text(row.legal) + " | " + usual + " | " +
            markdown_text(row.meaning) + " |\n";
  }
  return text;
}

/// The path as the table has it: stage names become <name>, and indices are dropped.
std::string table_path(const std::string& path) {
  std::vector<std::string> names = split_at_dots(path);
  if (names.size() > 1 && names[0] == "stages") names[1] = "<name>";
  std::string result;
  for (const std::string& name : names) result += (result.empty() ? "" : ".") + name.substr(0, name.find('['));
  return result;
}

[[noreturn]] void refuse(const std::vector<KeyMap>& table, const std::string& path) {
  std::string known = path, key;
  std::vector<std::string> choices;
  while (choices.empty()) {  // of the innermost map that is there
    const std::size_t dot = known.rfind('.');
    key = dot == std::string::npos ? known : known.substr(dot + 1);
    known = dot == std::string::npos ? "" : known.substr(0, dot);
    for (const KeyMap* map : maps_at(table, known)) {
      for (const KeyRow& row : map->rows) {
        if (std::find(choices.begin(), choices.end(), row.name) == choices.end()) choices.push_back(row.name);
      }
    }
  }
  throw Error(ErrorKind::usage, shown((known.empty() ? "" : known + ".") + key) + ": unknown key, expected one of " +
                                    joined(choices) + did_you_mean(key, choices));
}

}  // namespace

std::string reference_page() {
  const std::vector<KeyMap> table = key_table();
  std::string page = kIntroduction;
  for (const KeyMap& map : table) {
    const std::string& path = map.places.front().path;
    const bool is_inner = path.find('.') != std::string::npos && path != "stages.<name>";
    page += path.empty() ? "\n## The keys of a file\n\n" : (is_inner ? "\n### " : "\n## ") + title(map) + "\n\n";
    page += purpose(table, map) + rows_in_markdown(map);
    if (path == "sweep") page += kSweepNote;
  }
  return page;
}

std::string explain(const std::string& path) {
  const std::vector<KeyMap> table = key_table();
  const std::string known = table_path(path);
  std::string text;
  for_each_row(table, known, [&](const KeyMap::Place& place, const KeyRow& row) {
    text += known + (place.model.empty() ? "" : " of " + place.model) + "\n  " + row.meaning +
            "\n  legal values: " + row.legal + "\n  default: " + row.usual + "\n";
  });
  for (const KeyMap* map : maps_at(table, known)) {
    text += "keys of " + title(*map) + ":\n";
    for (const KeyRow& row : map->rows) text += "  " + row.name + ": " + row.meaning + "\n";
  }
  if (text.empty()) refuse(table, known);
  return text;
}

}  // namespace pskd::config
