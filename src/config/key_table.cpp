#include "config/key_table.hpp"

#include <map>
#include <optional>
#include <typeindex>
#include <utility>
#include <variant>

#include "config/describe.hpp"
#include "config/legal_values.hpp"
#include "config/sweep.hpp"
#include "config/value_text.hpp"

namespace pskd::config {
namespace {

// A field whose initial value is not legal has no default: it must be given.
template <class... Any>
bool is_default(const Any&...) {
  return true;
}
bool is_default(const std::string& value, const TextRule& rule) { return rule.holds(value); }
template <class T, class Each>
bool is_default(const std::vector<T>& values, const ListRule<Each>& rule) {
  return rule.may_be_empty || !values.empty();
}

bool is_default(const Sees& value) { return !value.modalities.empty(); }

/// The maps found so far. Each type of struct is a kind of map.
struct Found {
  std::vector<KeyMap> maps;
  std::map<std::type_index, std::size_t> index;
};

/// Walks the description of a map, as a Reader does, and notes its rows and the maps in it.
class Lister {
 public:
  /// Adds a map that is described as `value` is.
  template <class T>
  static void add(Found& found, const KeyMap::Place& place, T value) {
    const auto [entry, is_new] = found.index.emplace(typeid(T), found.maps.size());
    if (is_new) found.maps.emplace_back();
    found.maps[entry->second].places.push_back(place);
    Lister inner(found, entry->second, place, is_new);
    describe(inner, value);
  }

  template <class T, class... Rules>
  void operator()(const Key& key, T& value, const Rules&... rules) {
    if constexpr (requires { legal_values(value, rules...); }) {
      row(key, legal_values(value, rules...), is_default(value, rules...) ? value_text(value, rules...) : "required");
    } else {
      list(key, value);
    }
  }

  void also_known(const Key& key, const char* legal, const char* usual) { row(key, legal, usual); }

 private:
  Lister(Found& found, std::size_t index, const KeyMap::Place& place, bool is_new)
      : found_(found), index_(index), place_(place), is_new_(is_new) {}

  void row(const Key& key, const std::string& legal, const std::string& usual) {
    if (!is_new_) return;
    found_.maps[index_].rows.push_back({std::string(key.name), legal, usual, std::string(key.meaning)});
  }

  KeyMap::Place place_of(const Key& key) const {
    return {(place_.path.empty() ? "" : place_.path + ".").append(key.name), place_.model};
  }

  template <class T>
  void list(const Key& key, const T& value) {
    row(key, "a map", "{}");
    add(found_, place_of(key), value);
  }
  template <class T>
  void list(const Key& key, const std::optional<T>&) {
    row(key, "a map", "null");
    add(found_, place_of(key), T{});
  }
  void list(const Key& key, const StageRef& value) {
    row(key, "the name of an earlier stage or a map", value_text(value));
    add(found_, place_of(key), StageRef{});
  }
  void list(const Key& key, const std::vector<TeacherRef>&) {
    row(key, "a list, each the name of an earlier stage or a map", "[]");
    add(found_, place_of(key), TeacherRef{});
  }
  void list(const Key& key, const std::vector<StageConfig>&) {
    row(key, "a map of stages", "required");
    add(found_, {std::string(key.name) + ".<name>", ""}, StageConfig{});
    add(found_, {"training", ""}, StageDefaults{});
  }
  void list(const Key& key, const ModelConfig&) {
    const TextRule names = one_of(model_names());
    row(key, "a map, its name " + names.text, "required");
    KeyMap& common = found_.maps.emplace_back();
    common.places = {place_of(key)};
    common.rows = {{"name", names.text, "required", "Kind of network. It decides which other keys there are."}};
    add_models(place_of(key).path, ModelConfig{});
  }

  template <class... Models>
  void add_models(const std::string& path, const std::variant<Models...>&) {
    (add(found_, {path, Models::kName}, Models{}), ...);
  }

  Found& found_;
  std::size_t index_;  // of the map that is walked
  KeyMap::Place place_;
  bool is_new_;  // whether its rows are still to be noted
};

}  // namespace

std::vector<KeyMap> key_table() {
  Found found;
  Lister::add(found, {}, Experiment{});
  KeyMap& sweep = found.maps.emplace_back();
  sweep.places = {{"sweep", ""}};
  for (const Key& key : sweep_keys()) {
    sweep.rows.push_back({std::string(key.name), "a map", "null", std::string(key.meaning)});
  }
  return std::move(found.maps);
}

}  // namespace pskd::config
