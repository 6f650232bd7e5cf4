#include "report/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/quantile.hpp"
#include "pskd/base/error.hpp"
#include "report/records.hpp"
#include "report/wording.hpp"

namespace pskd::report {

namespace {

/// A stage of a record, and the row and column it belongs to.
struct Entry {
  std::string row, column;
  const eval::RunRecord* record;
  const eval::StageResult* stage;
};

const std::map<Axis, std::string> kAxisTitles = {
    {Axis::method, "method"}, {Axis::run, "run"}, {Axis::dataset, "data set"}, {Axis::stage, "stage"}};

std::string value_of(Axis axis, const eval::RunRecord& record, const eval::StageResult& stage) {
  if (axis == Axis::method) return record.experiment;
  if (axis == Axis::run) return record.sweep + "/" + record.experiment;
  if (axis == Axis::stage) return stage.name;
  return record.dataset.empty() ? "data set not recorded" : record.dataset;
}

std::vector<Entry> entries_of(const std::vector<eval::RunRecord>& records, const ComparisonOptions& options) {
  const bool all_stages = options.rows == Axis::stage || options.columns == Axis::stage;
  std::vector<Entry> entries;
  std::set<std::string> known;
  for (const eval::RunRecord& record : records) {
    for (const eval::StageResult& stage : record.stages) {
      known.insert(stage.name);
      if (!all_stages && stage.name != options.stage) continue;
      entries.push_back(
          {value_of(options.rows, record, stage), value_of(options.columns, record, stage), &record, &stage});
    }
  }
  if (!entries.empty()) return entries;
  std::string names;
  for (const std::string& name : known) names += " " + name;
  if (names.empty()) throw Error(ErrorKind::data, "cannot make a table: there is no finished run");
  throw Error(ErrorKind::usage, "--stage: expected one of" + names + ", found '" + options.stage + "'");
}

/// Distinct values of a field, in the order in which they come.
std::vector<std::string> distinct(const std::vector<Entry>& entries, std::string Entry::*field) {
  std::vector<std::string> values;
  for (const Entry& entry : entries) {
    if (std::find(values.begin(), values.end(), entry.*field) == values.end()) values.push_back(entry.*field);
  }
  return values;
}

/// One value per seed.
using Cell = std::map<std::uint64_t, const Entry*>;
using Cells = std::map<std::pair<std::string, std::string>, Cell>;

Cells cells_of(const std::vector<Entry>& entries) {
  Cells cells;
  for (const Entry& entry : entries) {
    Cell& cell = cells[{entry.row, entry.column}];
    const std::string place = "cannot make a table: row '" + entry.row + "', column '" + entry.column + "' ";
    if (!cell.empty() && cell.begin()->second->record->config_hash != entry.record->config_hash) {
      throw Error(ErrorKind::data, place + "would mix runs of different configs, " +
                                       cell.begin()->second->record->config_hash + " and " + entry.record->config_hash +
                                       "; name the run folders, runs/<experiment>/<config hash>, that you mean");
    }
    for (const auto& [seed, other] : cell) {
      const std::optional<std::string> key = differing_input(*other->record, *entry.record);
      if (!key) continue;
      throw Error(ErrorKind::data, place + "would mix runs whose file for " + *key +
                                       " had another content; name the run folders that you mean");
    }
    if (!cell.emplace(entry.record->seed, &entry).second) {
      throw Error(ErrorKind::data, place + "has seed " + std::to_string(entry.record->seed) + " twice");
    }
  }
  return cells;
}

struct Fact {
  const char* what;
  std::string value;
};

/// What the numbers of one column must have in common, in the words of the table.
std::vector<Fact> conditions(const Entry& entry) {
  const eval::RunRecord& record = *entry.record;
  const eval::StageResult& stage = *entry.stage;
  if (!stage.test && !stage.val) {
    throw Error(ErrorKind::data, "cannot make a table: stage '" + stage.name + "' of '" + record.experiment +
                                     "' has neither test nor val scores; give the protocol a test or val part");
  }
  std::string classes;
  for (const eval::ClassScore& one : shown_scores(stage).per_class) {
    classes += (classes.empty() ? "" : ", ") + one.name + " " + std::to_string(one.support);
  }
  return {{"data set", record.dataset},
          {"protocol", record.protocol},
          {"selection rule", selection_rule(record.selection)},
          {"sharing of subjects", record.shared_subjects ? kSharedSubjects : "none"},
          {"scores", std::string("on the ") + (stage.test ? "test" : "val") + " part, " +
                         std::to_string(shown_scores(stage).clips) + " clips"},
          {"clips of each class", classes}};
}

/// Throws where entries of the column saw different recordings. A record of before may not say which.
void check_recordings(const std::vector<Entry>& entries, const std::string& column) {
  const Entry* known = nullptr;
  for (const Entry& entry : entries) {
    if (entry.column != column || entry.record->data_hash.empty()) continue;
    if (known == nullptr) known = &entry;
    if (entry.record->data_hash == known->record->data_hash) continue;
    const auto run = [](const Entry& one) { return "'" + one.row + "', seed " + std::to_string(one.record->seed); };
    throw Error(ErrorKind::data,
                "cannot make a table: column '" + column + "' would mix runs of different recordings: " + run(*known) +
                    " saw those with the hash " + known->record->data_hash + ", " + run(entry) + " those with " +
                    entry.record->data_hash + "; make one table for each, or train on the same recordings");
  }
}

/// Throws where the files that say what the recordings are, or those that one config names, had another content.
void check_inputs(const std::vector<Entry>& entries, const std::string& column) {
  std::map<std::string, const Entry*> known;  // by config hash; "": the first of all
  for (const Entry& entry : entries) {
    if (entry.column != column || entry.record->version.empty()) continue;
    for (const std::string& name : {std::string(), entry.record->config_hash}) {
      const Entry& other = *known.try_emplace(name, &entry).first->second;
      const std::optional<std::string> key = differing_input(*other.record, *entry.record);
      if (!key) continue;
      throw Error(ErrorKind::data, "cannot make a table: column '" + column + "' would mix runs whose file for " +
                                       *key + " had another content: '" + other.row + "' and '" + entry.row +
                                       "'; make one table for each");
    }
  }
}

/// Throws unless all entries of the column have their conditions in common.
const Entry& check_column(const std::vector<Entry>& entries, const std::string& column) {
  const Entry* first = nullptr;
  for (const Entry& entry : entries) {
    if (entry.column != column) continue;
    if (first == nullptr) first = &entry;
    const std::vector<Fact> expected = conditions(*first), found = conditions(entry);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (expected[i].value == found[i].value) continue;
      throw Error(ErrorKind::data, "cannot make a table: column '" + column + "' would mix runs of different " +
                                       expected[i].what + ": '" + first->row + "' has '" + expected[i].value + "', '" +
                                       entry.row + "' has '" + found[i].value + "'; make one table for each");
    }
  }
  return *first;
}

double score_of(const Entry& entry, Metric metric) {
  const eval::Scores& scores = shown_scores(*entry.stage);
  return metric == Metric::accuracy ? scores.accuracy : scores.macro_f1;
}

/// Differences in points over the seeds that both cells have.
std::vector<double> paired_values(const Cell& cell, const Cell& reference, Metric metric) {
  std::vector<double> differences;
  for (const auto& [seed, entry] : cell) {
    const auto other = reference.find(seed);
    if (other == reference.end()) continue;
    differences.push_back(100 * (score_of(*entry, metric) - score_of(*other->second, metric)));
  }
  return differences;
}

std::string with_sign(double value) {
  const std::string text = fixed(value, 1);
  return (text == "-0.0" ? "0.0" : text.starts_with('-') || text == "0.0" ? text : "+" + text);
}

std::string interval_text(const std::optional<eval::Interval>& interval) {
  if (!interval) return kEnDash;
  return "[" + with_sign(interval->low) + ", " + with_sign(interval->high) + "]";
}

std::vector<std::string> difference_cells(const eval::PairedDifference& difference, double adjusted) {
  if (difference.n == 0) return {kEnDash, kEnDash, kEnDash, kEnDash, "0"};
  const std::string mean = with_sign(difference.mean);
  const std::string pairs = std::to_string(difference.n);
  if (difference.n == 1) return {mean, kEnDash, kEnDash, kEnDash, pairs};
  return {mean, interval_text(difference.interval), fixed(difference.permutation_p, 3), fixed(adjusted, 3), pairs};
}

constexpr std::size_t kDifferenceColumns = 5;

/// By row: the cells of the difference to the reference, in one column of the table.
std::map<std::string, std::vector<std::string>> differences_in(const std::string& column,
                                                               const std::vector<std::string>& rows, const Cells& cells,
                                                               const ComparisonOptions& options) {
  std::map<std::string, eval::PairedDifference> found;
  std::vector<double> p_values;
  const auto reference = cells.find({options.reference, column});
  for (const std::string& row : rows) {
    const auto cell = cells.find({row, column});
    if (row == options.reference || cell == cells.end() || reference == cells.end()) continue;
    found[row] = eval::paired_difference(paired_values(cell->second, reference->second, options.metric));
    p_values.push_back(found[row].permutation_p);
  }
  const std::vector<double> adjusted = eval::holm(p_values);
  std::map<std::string, std::vector<std::string>> texts;
  std::size_t index = 0;
  for (const std::string& row : rows) {
    if (found.contains(row)) texts[row] = difference_cells(found[row], adjusted[index++]);
  }
  return texts;
}

void append(std::vector<std::string>& row, const std::vector<std::string>& cells) {
  row.insert(row.end(), cells.begin(), cells.end());
}

void add_scores(Table& table, const std::string& column, const std::vector<std::string>& rows, const Cells& cells,
                const ComparisonOptions& options) {
  const char* metric = options.metric == Metric::accuracy ? " accuracy %" : " macro F1 %";
  append(table.header, {column + metric, "n"});
  const auto differences = differences_in(column, rows, cells, options);
  if (!options.reference.empty()) append(table.header, {"difference", "95 % interval", "p", "p (Holm)", "pairs"});
  for (std::size_t index = 0; index < rows.size(); ++index) {
    std::vector<double> values;
    if (const auto cell = cells.find({rows[index], column}); cell != cells.end()) {
      for (const auto& [seed, entry] : cell->second) values.push_back(score_of(*entry, options.metric));
    }
    append(table.rows[index], {values.empty() ? kEnDash : mean_and_deviation(values), std::to_string(values.size())});
    if (options.reference.empty()) continue;
    const auto found = differences.find(rows[index]);
    append(table.rows[index],
           found != differences.end() ? found->second : std::vector<std::string>(kDifferenceColumns, kEnDash));
  }
}

/// Parameters, those trained beside them, MACs, size and latency. All but the last are the network's, whatever the
/// seed.
std::vector<std::string> cost_cells(const Cell& cell) {
  const eval::StageResult& first = *cell.begin()->second->stage;
  std::vector<std::string> cells = {std::to_string(first.parameters), kEnDash, kEnDash, kEnDash, kEnDash};
  if (first.cost) {
    cells[1] = std::to_string(first.cost->adapters);
    cells[2] = std::to_string(first.cost->macs);
    cells[3] = fixed(static_cast<double>(first.cost->bytes) / 1e3, 1);
  }
  std::vector<double> latencies;
  for (const auto& [seed, entry] : cell) {
    if (entry->stage->cost) latencies.push_back(entry->stage->cost->latency);
  }
  if (!latencies.empty()) cells[4] = fixed(1e3 * quantile(latencies, 0.5), 2);
  return cells;
}

void add_cost(Table& table, const std::string& column, const std::vector<std::string>& rows, const Cells& cells) {
  const std::vector<std::string> what = {" parameters", " trained beside", " MACs", " size kB", " latency ms"};
  for (const std::string& one : what) table.header.push_back(column + one);
  for (std::size_t index = 0; index < rows.size(); ++index) {
    const auto cell = cells.find({rows[index], column});
    append(table.rows[index],
           cell == cells.end() ? std::vector<std::string>(what.size(), kEnDash) : cost_cells(cell->second));
  }
}

std::string seeds_of(const std::vector<Entry>& entries, const std::string& column) {
  std::set<std::uint64_t> seeds;
  for (const Entry& entry : entries) {
    if (entry.column == column) seeds.insert(entry.record->seed);
  }
  std::string text;
  for (const std::uint64_t seed : seeds) text += " " + std::to_string(seed);
  return text;
}

void add_column_notes(Table& table, const std::vector<Entry>& entries, const std::string& column) {
  const Entry& first = check_column(entries, column);
  check_recordings(entries, column);
  check_inputs(entries, column);
  const std::vector<Fact> facts = conditions(first);
  table.notes.push_back(column + ": protocol: " + facts[1].value + "; selection rule: " + facts[2].value + "; scores " +
                        facts[4].value + "; seeds" + seeds_of(entries, column));
  if (first.record->shared_subjects) table.notes.push_back(column + ": " + kSharedSubjects);
  const auto says_no_recordings = [&](const Entry& entry) {
    return entry.column == column && entry.record->data_hash.empty();
  };
  if (std::any_of(entries.begin(), entries.end(), says_no_recordings)) {
    table.notes.push_back(column + ": " + kUnknownRecordings);
  }
}

void add_version_note(Table& table, const std::vector<Entry>& entries) {
  std::vector<const eval::RunRecord*> records;
  for (const Entry& entry : entries) records.push_back(entry.record);
  if (const std::string versions = note_on_versions(records); !versions.empty()) table.notes.push_back(versions);
}

void add_reading_notes(Table& table, const std::vector<Entry>& entries, const ComparisonOptions& options) {
  if (options.rows != Axis::stage && options.columns != Axis::stage) table.notes.push_back("stage: " + options.stage);
  if (options.metric == Metric::cost) {
    table.notes.emplace_back(
        "MACs: multiply-adds for one clip; size: parameters and buffers as 32-bit floats; latency: one clip on one "
        "thread, median of runs and seeds, on the machine that trained");
  } else {
    table.notes.emplace_back("mean \u00b1 standard deviation (n - 1) over n seeds");
  }
  if (!options.reference.empty() && options.metric != Metric::cost) {
    std::set<std::uint64_t> seeds;
    for (const Entry& entry : entries) seeds.insert(entry.record->seed);
    const auto n = static_cast<double>(seeds.size());
    table.notes.push_back("difference to '" + options.reference +
                          "' in points, paired by seed; 95 % interval of its mean by Student's t (a dash where all "
                          "differences are equal); p of the two-sided sign-flip "
                          "test, then by Holm's procedure over the rows; the smallest p that " +
                          std::to_string(seeds.size()) + " seeds can give is " +
                          fixed(std::min(1.0, std::pow(2, 1 - n)), 3));
  }
  add_version_note(table, entries);
  table.notes.emplace_back(kReconstruction);
}

}  // namespace

Table comparison_table(const std::vector<eval::RunRecord>& records, const ComparisonOptions& options) {
  if (options.rows == options.columns) throw Error(ErrorKind::usage, "--rows and --columns must differ");
  const std::vector<Entry> entries = entries_of(records, options);
  const std::vector<std::string> rows = distinct(entries, &Entry::row), columns = distinct(entries, &Entry::column);
  if (!options.reference.empty() && std::find(rows.begin(), rows.end(), options.reference) == rows.end()) {
    std::string names;
    for (const std::string& row : rows) names += " " + row;
    throw Error(ErrorKind::usage, "--reference: expected one of" + names + ", found '" + options.reference + "'");
  }
  const Cells cells = cells_of(entries);
  Table table;
  table.header = {kAxisTitles.at(options.rows)};
  for (const std::string& row : rows) table.rows.push_back({row});
  for (const std::string& column : columns) {
    add_column_notes(table, entries, column);
    if (options.metric == Metric::cost) {
      add_cost(table, column, rows, cells);
    } else {
      add_scores(table, column, rows, cells, options);
    }
  }
  add_reading_notes(table, entries, options);
  return table;
}

Table mcnemar_table(const std::string& first, const std::string& second, const eval::McNemar& result) {
  Table table;
  table.notes = {
      "McNemar's test over clips, of two single models; it says nothing about other seeds", "first: " + first,
      "second: " + second,
      "p: exact, two-sided binomial test; chi-square with continuity correction, where 25 or more clips differ",
      kReconstruction};
  table.header = {"clips",      "both right", "only first", "only second",
                  "both wrong", "p",          "chi-square", "p (chi-square)"};
  const int clips = result.both_right + result.only_first + result.only_second + result.both_wrong;
  table.rows = {{std::to_string(clips), std::to_string(result.both_right), std::to_string(result.only_first),
                 std::to_string(result.only_second), std::to_string(result.both_wrong), fixed(result.exact_p, 4),
                 result.chi_square ? fixed(*result.chi_square, 3) : kEnDash,
                 result.chi_square_p ? fixed(*result.chi_square_p, 4) : kEnDash}};
  return table;
}

}  // namespace pskd::report
