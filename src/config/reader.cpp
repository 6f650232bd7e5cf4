#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"
#include "config/experiment_reader.hpp"
#include "config/legal_values.hpp"
#include "config/numbers.hpp"

namespace pskd::config {
namespace {

using Kind = Node::Kind;

// Whether there is a legal one; else `value` stays.
template <class Number>
bool read_number(const Place& place, Number& value, const Rule& rule, const std::string& legal) {
  Number number{};
  const bool parsed = place.node.kind == Kind::scalar && !place.node.quoted && parse_number(place.node.text, number);
  if (!parsed || !std::isfinite(static_cast<double>(number)) || !rule.holds(static_cast<double>(number))) {
    place.expected(legal);
    return false;
  }
  value = number == 0 ? Number{} : number;  // -0 is 0
  return true;
}

template <class Model>
void read_model(const Place& place, ModelConfig& value) {
  Model model;
  Reader reader(place);
  reader.also_known("name");
  describe(reader, model);
  reader.refuse_unknown_keys();
  value = model;
}

template <class... Models>
void read_model_named(const std::string& name, const Place& place, std::variant<Models...>& value) {
  const auto read_if = [&]<class Model>(const Model*) {
    if (name == Model::kName) read_model<Model>(place, value);
  };
  (read_if(static_cast<const Models*>(nullptr)), ...);
}

// A stage by its name, or a map that says more of it.
template <class Reference>
void read_reference(const Place& place, Reference& value, const std::string& expected) {
  if (place.node.kind == Kind::scalar) {
    value.stage = place.node.text;
  } else if (place.node.kind == Kind::map) {
    if (place.node.find("stage") == nullptr) {
      place.at("stage", place.node).complain("expected the name of an earlier stage, found nothing");
    }
    read_map(place, value);
  } else {
    place.expected(expected);
  }
}

// {sensor: [gx, gy, gz]} or {sensor: watch}
void read_sensor(const Place& place, Sees& value) {
  const std::string expected = "a map {sensor: ...} of a list of channels or the name of a sensor";
  const Node* sensor = place.node.find(word(Modality::sensor));
  if (place.node.kind != Kind::map || sensor == nullptr || place.node.entries.size() != 1) {
    return place.expected(expected);
  }
  value.modalities.push_back(Modality::sensor);
  const Place inner = place.at(word(Modality::sensor), *sensor);
  if (sensor->kind == Kind::scalar) return read(inner, value.sensor, not_empty());
  read(inner, value.channels, some_of(not_empty()));
}

}  // namespace

void Reader::refuse_unknown_keys() const {
  constexpr std::size_t kMaxTold = 20;
  std::size_t count = 0;
  for (const auto& [key, value] : map_.node.entries) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const Place place = map_.at(key, value);
    if (++count > kMaxTold) return place.complain("unknown key; further unknown keys are not listed");
    place.complain("unknown key, expected one of " + joined(known_) + did_you_mean(key, known_));
  }
}

// The words of YAML 1.2's core schema.
void read(const Place& place, bool& value) {
  const auto is_one_of = [&](std::initializer_list<const char*> words) {
    return place.node.kind == Kind::scalar && std::find(words.begin(), words.end(), place.node.text) != words.end();
  };
  const bool holds = is_one_of({"true", "True", "TRUE"});
  if (!holds && !is_one_of({"false", "False", "FALSE"})) return place.expected(legal_values(value));
  value = holds;
}

void read(const Place& place, bool& value, const SwitchRule&) { read(place, value); }

void read(const Place& place, int& value, const Rule& rule) {
  read_number(place, value, rule, legal_values(value, rule));
}

void read(const Place& place, std::uint64_t& value, const Rule& rule) {
  read_number(place, value, rule, legal_values(value, rule));
}

void read(const Place& place, double& value, const Rule& rule) {
  read_number(place, value, rule, legal_values(value, rule));
}

std::string choice_of(const TextRule& rule, const std::string& word) {
  for (const auto& [alias, choice] : rule.aliases) {
    if (alias == word) return choice;
  }
  return word;
}

void read(const Place& place, std::string& value, const TextRule& rule) {
  if (place.node.kind != Kind::scalar) return place.expected(rule.text);
  const std::string choice = choice_of(rule, place.node.text);
  if (!rule.holds(choice)) {
    return place.complain("expected " + rule.text + ", found " + shown(place.node) +
                          did_you_mean(place.node.text, rule.choices));
  }
  value = choice;
}

void read(const Place& place, Name& value, const TextRule& rule) {
  std::string text;
  read(place, text, rule);
  if (!text.empty()) value = Name(text);
}

void read(const Place& place, SnapshotName& value) {
  const bool is_text = place.node.kind == Kind::scalar;
  const std::optional<SnapshotName> snapshot = is_text ? snapshot_of(place.node.text) : std::nullopt;
  if (!snapshot) return place.expected(legal_values(value));
  value = *snapshot;
}

void read(const Place& place, std::pair<int, int>& value) {
  const std::string what = legal_values(value);
  std::array<int, 2> ends{};
  if (place.node.kind != Kind::list || place.node.items.size() != 2) return place.expected(what);
  for (std::size_t i = 0; i < 2; ++i) {
    const Node& end = place.node.items[i];
    if (end.kind != Kind::scalar || !parse_number(end.text, ends[i]) || ends[i] < 0)
      return place.item(i).expected(what);
  }
  if (ends != std::array{0, 0} && ends[0] >= ends[1]) return place.item(1).expected(what);
  value = {ends[0], ends[1]};
}

void read(const Place& place, std::optional<double>& value, const OrWord& rule) {
  if (place.node.kind == Kind::scalar && place.node.text == rule.word) {
    value.reset();
    return;
  }
  double number = 0;
  if (read_number(place, number, rule.rule, legal_values(value, rule))) value = number;
}

template <class Part>
void read_part(const Place& place, Part& value) {
  if (place.node.kind == Kind::map && place.node.entries.empty()) {
    return place.complain("expected subjects, trials, scenes or cameras, found an empty map");
  }
  read_map(place, value);
}

void read(const Place& place, SplitPart& value) { read_part(place, value); }
void read(const Place& place, UnlabeledPart& value) { read_part(place, value); }

void read(const Place& place, StageRef& value) {
  read_reference(place, value, "the name of an earlier stage or a map {stage, run}");
}

void read(const Place& place, TeacherRef& value) {
  read_reference(place, value, "the name of an earlier stage or a map {stage, run, snapshot, epochs, weight}");
}

void read(const Place& place, ModelConfig& value) {
  const TextRule names = one_of(model_names());
  if (place.node.kind != Kind::map) return place.expected("a map, its name " + names.text);
  const Node* name = place.node.find("name");
  std::string chosen;
  if (name == nullptr) {
    place.at("name", place.node).complain("expected " + names.text + ", found nothing");
  } else {
    read(place.at("name", *name), chosen, names);
  }
  read_model_named(chosen, place, value);
}

void read(const Place& place, Sees& value) {
  value = {};
  if (place.node.kind == Kind::map) return read_sensor(place, value);
  if (place.node.kind != Kind::list) return place.expected("a list, in brackets, or a map {sensor: ...}");
  if (place.node.items.empty()) return place.complain("expected at least one value, found an empty list");
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < place.node.items.size(); ++i) {
    const Node& item = place.node.items[i];
    if (item.kind == Kind::map) {
      read_sensor(place.item(i), value);
    } else {
      read(place.item(i), value.modalities.emplace_back(), one_of_enum<Modality>());
    }
    seen.push_back(item.kind == Kind::map ? word(Modality::sensor) : item.text);
    if (std::count(seen.begin(), seen.end(), seen.back()) > 1) place.item(i).expected("each value once");
  }
}

void read(const Place& place, std::vector<TeacherRef>& value) {
  if (place.node.kind != Kind::list) return place.expected("a list of teachers, in brackets");
  for (std::size_t i = 0; i < place.node.items.size(); ++i) read(place.item(i), value.emplace_back());
}

void read(const Place& place, std::vector<StageConfig>& value) {
  if (place.node.kind != Kind::map) return place.expected("a map of stages");
  constexpr std::size_t kMaxStages = 1000;
  if (place.node.entries.size() > kMaxStages) {
    return place.complain("expected at most " + std::to_string(kMaxStages) + " stages, found " +
                          std::to_string(place.node.entries.size()));
  }
  std::vector<std::string> names;
  for (const auto& entry : place.node.entries) names.push_back(entry.first);
  for (const auto& [name, node] : place.node.entries) {
    if (node.switched_off) continue;
    const Place stage = place.at(name, node);
    if (const TextRule rule = stage_name(); !rule.holds(name)) {
      stage.complain("expected " + rule.text + ", found " + quoted(name));
    }
    if (node.kind == Kind::null) {
      std::erase(names, name);
      stage.complain("null switches an inherited stage off, but there is none of this name" +
                     did_you_mean(name, names));
      continue;
    }
    value.emplace_back().name = name;
    read_map(stage, value.back());
  }
}

}  // namespace pskd::config
