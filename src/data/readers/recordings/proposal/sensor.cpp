#include "data/readers/recordings/proposal/sensor.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "data/readers/recordings/channel_names.hpp"
#include "data/readers/recordings/proposal/labels.hpp"
#include "data/readers/recordings/units.hpp"
#include "data/units.hpp"

namespace pskd::data::readers {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

// Columns x, y and z of one quantity.
struct Triple {
  std::string stem;
  Quantity quantity;
  std::array<Eigen::Index, 3> columns{-1, -1, -1};
};

// What a unit is of.
char kind_of_unit(const std::string& text) {
  const std::string word = unit_word(text).value_or("");
  if (word == "g" || word == "mg" || word == "m/s2") return 'a';
  if (word == "deg/s" || word == "rad/s") return 'g';
  return word == "uT" ? 'm' : '\0';
}

// What a column holds whose name does not say it: by its unit, else by the name of its files. Columns that are called
// x, y and z alone are the acceleration.
Quantity unnamed_quantity(const FoundStream& stream, const std::string& stem, std::size_t column) {
  if (const char kind = kind_of_unit(stream.look.units[column]); kind != '\0') return {kind, Worth::unnamed, true};
  if (stream.quantity.kind != 0) return stream.quantity;
  return {'a', Worth::unnamed, stem.empty() || stem == "axis"};
}

std::vector<Triple> triples_of(const FoundStream& stream) {
  std::vector<Triple> triples;
  const Names& columns = stream.look.columns;
  for (std::size_t i = 0; i < columns.size() && stream.look.table.header; ++i) {
    const auto name = channel_name(columns[i]);
    if (!name) continue;
    auto triple =
        std::find_if(triples.begin(), triples.end(), [&](const Triple& one) { return one.stem == name->stem; });
    if (triple == triples.end()) {
      const Quantity said = name->quantity.kind != 0 ? name->quantity : unnamed_quantity(stream, name->stem, i);
      triple = triples.insert(triples.end(), {name->stem, said});
    }
    Eigen::Index& column = triple->columns[static_cast<std::size_t>(name->axis - 'x')];
    if (column < 0) column = static_cast<Eigen::Index>(i);
  }
  std::erase_if(triples,
                [](const Triple& one) { return *std::min_element(one.columns.begin(), one.columns.end()) < 0; });
  return triples;
}

std::string column_names(const TableLook& look, const Triple& triple) { return shown(names_of(look, triple.columns)); }

// The triple of a kind that serves best, and what is unsure about it; nullptr: there is none.
const Triple* best_triple(const TableLook& look, const std::vector<Triple>& triples, char kind, Names& doubts) {
  const Triple* best = nullptr;
  for (const Triple& one : triples) {
    if (one.quantity.kind == kind && (best == nullptr || one.quantity.worth < best->quantity.worth)) best = &one;
  }
  if (best == nullptr) return nullptr;
  const std::string what = kind == 'a' ? "acceleration" : kind == 'g' ? "angular rate" : "magnetic field";
  const std::string names = column_names(look, *best);
  if (!best->quantity.sure) doubts.push_back("channels: are " + names + " the " + what + "?");
  if (kind == 'a' && best->quantity.worth == Worth::partial)
    doubts.push_back("channels: " + names + " are an acceleration without gravity, by their names");
  if (kind == 'a' && best->quantity.worth == Worth::gravity)
    doubts.push_back("channels: " + names + " are gravity alone, by their names");
  for (const Triple& one : triples) {
    if (&one == best || one.quantity.kind != kind || one.quantity.worth == Worth::unnamed) continue;
    doubts.push_back("channels: " + column_names(look, one) + " are left out, beside " + names);
  }
  return best;
}

// The channels of a sensor, by their columns.
struct Channels {
  Names names;
  std::vector<Eigen::Index> columns;
};

Channels channels_of(const FoundStream& stream, Names& doubts) {
  Channels channels;
  const TableLook& look = stream.look;
  const std::vector<Triple> triples = triples_of(stream);
  for (const char kind : {'a', 'g', 'm'}) {
    const Triple* const best = best_triple(look, triples, kind, doubts);
    for (std::size_t i = 0; best != nullptr && i < best->columns.size(); ++i) {
      channels.names.push_back({kind, static_cast<char>('x' + i)});
      channels.columns.push_back(best->columns[i]);
    }
  }
  if (!channels.names.empty()) return channels;
  const char kind = stream.quantity.kind != 0 ? stream.quantity.kind : 'a';
  const std::size_t count = look.columns.size() >= 6 && kind == 'a' ? 6 : std::min<std::size_t>(look.columns.size(), 3);
  if (look.table.header || look.columns.size() != 3) doubts.push_back("channels: which columns are the acceleration?");
  for (std::size_t i = 0; i < count; ++i) {
    channels.names.push_back({i < 3 ? kind : 'g', static_cast<char>('x' + i % 3)});
    channels.columns.push_back(static_cast<Eigen::Index>(i));
  }
  return channels;
}

// The median length of three channels, from `first` on.
double median_length(const TableLook& look, const Channels& channels, std::size_t first) {
  std::vector<float> lengths;
  for (Eigen::Index row = 0; row < look.values.rows(); ++row) {
    float square = 0;
    for (std::size_t i = first; i < std::min(first + 3, channels.columns.size()); ++i) {
      square += std::pow(look.values(row, channels.columns[i]), 2.0F);
    }
    lengths.push_back(std::sqrt(square));
  }
  return median(std::move(lengths));
}

// Of three channels of one kind, from `first` on: their unit, and what the values are multiplied by to be in it.
std::string unit_of(const TableLook& look, const Channels& channels, std::size_t first, double& scale, Names& doubts) {
  const std::string said = look.units[static_cast<std::size_t>(channels.columns[first])];
  const Names& words = channel_unit_words();
  const auto known = unit_word(said);
  if (known && std::find(words.begin(), words.end(), *known) != words.end()) return *known;
  const char kind = channels.names[first][0];
  const double length = median_length(look, channels, first);
  if (kind == 'm') {
    constexpr double kWeakest = 20;  // uT, of the field of the Earth
    constexpr double kStrongest = 70;
    if (length < kWeakest || length > kStrongest)
      doubts.push_back("unit: uT? The median of |m| is " + number_text(length) + ", that of the Earth is 20 to 70 uT");
    return "uT";
  }
  if (kind == 'g') {
    doubts.push_back("unit: deg/s or rad/s? The median of |g| is " + number_text(length));
    return length > 10 ? "deg/s" : "rad/s";
  }
  const auto near = [&](double expected) { return length > expected / 1.4 && length < expected * 1.4; };
  if (near(1)) return "g";
  if (near(kGravity)) return "m/s2";
  if (near(1000)) return "mg";
  doubts.push_back("unit: the median of |a| is " + number_text(length) + ", which is 1 g in no usual unit");
  if (length < 8) return "m/s2";
  scale = 1 / length;
  return "g";
}

}  // namespace

void choose_sensors(std::vector<FoundStream>& streams, Names& left_out, Names& doubts) {
  std::map<char, Worth> best;
  for (const FoundStream& stream : streams) {
    const auto [at, first] = best.emplace(stream.quantity.kind, stream.quantity.worth);
    if (!first) at->second = std::min(at->second, stream.quantity.worth);
  }
  std::erase_if(streams, [&](const FoundStream& stream) {
    if (!stream.named_by_file || stream.name == kSkeleton) return false;
    const std::vector<Triple> triples = triples_of(stream);
    const bool says_itself = std::any_of(triples.begin(), triples.end(), [](const Triple& one) {
      return one.quantity.sure && one.quantity.worth != Worth::unnamed;
    });
    const char kind = stream.quantity.kind;
    if (kind == 0 ? says_itself : stream.quantity.worth == best[kind]) return false;
    const std::string what = shown({stream.files.begin()->second.filename().string()}) + " of " +
                             std::to_string(stream.files.size()) + " recordings: " +
                             (kind == 0 ? "the name says neither acceleration nor angular rate nor magnetic field"
                                        : "another sensor of the kind serves better");
    left_out.push_back(what);
    doubts.push_back("sensors: left out is " + what);
    return true;
  });
}

void add_sensor(const FoundStream& stream, Lines& lines, Names& left_out) {
  constexpr double kUsualRate = 50;  // Hz
  Names doubts;
  const Channels channels = channels_of(stream, doubts);
  const Names columns = names_of(stream.look, channels.columns);
  tell_others(stream, columns, left_out);
  Names units;
  Names scales;
  double scale = 1;
  for (std::size_t i = 0; i < channels.names.size(); ++i) {
    if (i % 3 == 0) {
      scale = 1;
      units.push_back(unit_of(stream.look, channels, i, scale, doubts));
    } else {
      units.push_back(units.back());
    }
    scales.push_back(number_text(scale));
  }
  add_table(stream.look, kUsualRate, lines);
  for (const std::string& doubt : doubts) lines.doubt(doubt);
  lines.add("columns", yaml_list(columns, true));
  add_labels(stream, lines);
  lines.add("channels", yaml_list(channels.names, false));
  const bool one_unit = std::set<std::string>(units.begin(), units.end()).size() == 1;
  lines.add("unit", one_unit ? units[0] : yaml_list(units, false));
  if (std::set<std::string>(scales.begin(), scales.end()) != std::set<std::string>{"1"})
    lines.add("scale", yaml_list(scales, false));
}

}  // namespace pskd::data::readers
