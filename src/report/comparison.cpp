#include "report/comparison.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>

#include "base/quantile.hpp"
#include "pskd/base/error.hpp"
#include "pskd/config/models.hpp"
#include "report/best_row.hpp"
#include "report/cells.hpp"
#include "report/comparison_notes.hpp"
#include "report/conditions.hpp"
#include "report/row_names.hpp"
#include "report/wording.hpp"

namespace pskd::report {

namespace {

const std::map<Axis, std::string> kAxisTitles = {
    {Axis::method, "method"}, {Axis::run, "run"}, {Axis::dataset, "data set"}, {Axis::stage, "stage"}};

std::vector<std::string> difference_cells(const eval::PairedDifference& difference, double adjusted) {
  if (difference.n == 0) return {kEnDash, kEnDash, kEnDash, kEnDash, "0"};
  const std::string mean = with_sign(difference.mean);
  const std::string pairs = std::to_string(difference.n);
  if (difference.n == 1) return {mean, kEnDash, kEnDash, kEnDash, pairs};
  return {mean, interval_text(difference.interval), fixed(difference.permutation_p, 3), fixed(adjusted, 3), pairs};
}

constexpr std::size_t kDifferenceColumns = 4;  // and the pairs

/// By row: the cells of the difference to the reference, in one column of the table.
std::map<std::string, std::vector<std::string>> differences_in(const Comparison& table, const std::string& column,
                                                               Metric metric) {
  std::map<std::string, eval::PairedDifference> found;
  std::vector<double> p_values;
  const Cell* reference = table.cell(table.options.reference, column);
  for (const std::string& row : table.rows) {
    const Cell* cell = table.cell(row, column);
    if (row == table.options.reference || cell == nullptr || reference == nullptr) continue;
    found[row] = difference_in_points(scores_of(*cell, metric), scores_of(*reference, metric));
    p_values.push_back(found[row].permutation_p);
  }
  const std::vector<double> adjusted = eval::holm(p_values);
  std::map<std::string, std::vector<std::string>> texts;
  std::size_t index = 0;
  for (const std::string& row : table.rows) {
    if (found.contains(row)) texts[row] = difference_cells(found[row], adjusted[index++]);
  }
  return texts;
}

void append(std::vector<std::string>& row, const std::vector<std::string>& cells) {
  row.insert(row.end(), cells.begin(), cells.end());
}

void note_best(Table& table, const Comparison& of, const std::string& column, Metric metric, const BestRow& best) {
  const std::string score = column + " " + title_of(metric) + ": ";
  const std::string name = "'" + of.rows[best.row] + "'";
  if (best.not_told_from.empty()) {
    table.best.insert({best.row, table.header.size() - 1});
    table.notes.push_back(score + name + " is the best, and marked: it can be told from every other row");
    return;
  }
  std::vector<std::string> others;
  for (const std::size_t row : best.not_told_from) others.push_back(of.rows[row]);
  const bool all = others.size() + 1 == of.rows.size() && others.size() > 1;
  table.notes.push_back(score + "no row is marked as the best: the highest, " + name + ", cannot be told from " +
                        (all ? "any other" : quoted_list(others)));
}

void add_means(Table& table, const std::vector<eval::ScoreByRun>& scores, const std::string& column, Metric metric) {
  table.header.push_back(column + " " + title_of(metric) + " %");
  for (std::size_t index = 0; index < scores.size(); ++index) {
    const std::vector<double> values = eval::unit_values(scores[index]);
    table.rows[index].push_back(values.empty() ? kEnDash : mean_and_deviation(values));
  }
}

void add_score(Table& table, const Comparison& of, const std::string& column, Metric metric) {
  const std::vector<eval::ScoreByRun> scores = of.scores(column, metric);
  add_means(table, scores, column, metric);
  if (const std::optional<BestRow> best = best_row(scores)) note_best(table, of, column, metric, *best);
}

/// The interval and p of each score, and in the end the number of pairs, which is the same for all.
void add_differences(Table& table, const Comparison& of, const std::string& column, const std::vector<Metric>& scores) {
  std::vector<std::string> pairs(of.rows.size(), kEnDash);
  for (const Metric metric : scores) {
    const std::string of_which = scores.size() == 1 ? "" : std::string(title_of(metric)) + " ";
    append(table.header, {of_which + "difference", "95 % interval", "p", "p (Holm)"});
    const auto differences = differences_in(of, column, metric);
    for (std::size_t index = 0; index < of.rows.size(); ++index) {
      const auto found = differences.find(of.rows[index]);
      if (found == differences.end()) {
        append(table.rows[index], std::vector<std::string>(kDifferenceColumns, kEnDash));
        continue;
      }
      append(table.rows[index], {found->second.begin(), found->second.end() - 1});
      pairs[index] = found->second.back();
    }
  }
  table.header.emplace_back("pairs");
  for (std::size_t index = 0; index < of.rows.size(); ++index) table.rows[index].push_back(pairs[index]);
}

void add_scores(Table& table, const Comparison& of, const std::string& column) {
  std::vector<Metric> scores = of.options.metrics;
  std::erase(scores, Metric::cost);
  if (scores.empty()) return;
  for (const Metric metric : scores) add_score(table, of, column, metric);
  for (const Metric metric : of.options.beside) add_means(table, of.scores(column, metric), column, metric);
  table.header.emplace_back("n");
  const std::vector<eval::ScoreByRun> first = of.scores(column, scores.front());
  for (std::size_t index = 0; index < of.rows.size(); ++index) {
    table.rows[index].push_back(std::to_string(eval::unit_values(first[index]).size()));
  }
  if (!of.options.reference.empty()) add_differences(table, of, column, scores);
}

/// Bytes of the weights that `pskd export --quantize int8` writes; nothing for a network that it does not write, and
/// where the record does not say enough.
std::optional<std::int64_t> int8_bytes(const Entry& entry, const RunSet& runs) {
  const eval::StageResult& stage = *entry.stage;
  const auto& scores = stage.test ? stage.test : stage.val;
  const auto settings = runs.settings.find(entry.record->config_hash);
  if (!stage.cost || !scores || settings == runs.settings.end()) return std::nullopt;
  const auto model = settings->second.find("stages." + stage.name + ".model.name");
  if (model == settings->second.end() || model->second != config::SensorCnnConfig::kName) return std::nullopt;
  // Beside the weights: of each output of a norm two parameters and two buffers, of each class a bias. Folded, each
  // output and class has a bias and a multiplier of four bytes.
  const auto classes = std::ssize(scores->confusion);
  const auto numbers = stage.cost->bytes / static_cast<std::int64_t>(sizeof(float));
  const auto outputs = (numbers - stage.parameters) / 2;
  return stage.parameters - 2 * outputs - classes + 8 * (outputs + classes);
}

std::string in_kilobytes(std::int64_t bytes) { return fixed(static_cast<double>(bytes) / 1e3, 1); }

/// Parameters, those trained beside them, MACs, size, size in 8-bit integers and latency. All but the last are the
/// network's, whatever the seed.
std::vector<std::string> cost_cells(const Cell& cell, const RunSet& runs) {
  const eval::StageResult& first = *cell.begin()->second->stage;
  std::vector<std::string> cells(6, kEnDash);
  cells[0] = std::to_string(first.parameters);
  if (first.cost) {
    cells[1] = std::to_string(first.cost->adapters);
    cells[2] = std::to_string(first.cost->macs);
    cells[3] = in_kilobytes(first.cost->bytes);
  }
  if (const auto bytes = int8_bytes(*cell.begin()->second, runs)) cells[4] = in_kilobytes(*bytes);
  std::vector<double> latencies;
  for (const auto& [seed, entry] : cell) {
    if (entry->stage->cost) latencies.push_back(entry->stage->cost->latency);
  }
  if (!latencies.empty()) cells[5] = fixed(1e3 * quantile(latencies, 0.5), 2);
  return cells;
}

void add_cost(Table& table, const Comparison& of, const std::string& column) {
  if (!of.has(Metric::cost)) return;
  const std::vector<std::string> what = {" parameters", " trained beside", " MACs",
                                         " size kB",    " int8 kB",        " latency ms"};
  for (const std::string& one : what) table.header.push_back(column + one);
  for (std::size_t index = 0; index < of.rows.size(); ++index) {
    const Cell* cell = of.cell(of.rows[index], column);
    append(table.rows[index],
           cell == nullptr ? std::vector<std::string>(what.size(), kEnDash) : cost_cells(*cell, of.runs));
  }
}

/// Throws where it is no row. Rows that are called so with something around it are named.
void check_reference(const Comparison& of) {
  const std::string& reference = of.options.reference;
  if (reference.empty() || std::find(of.rows.begin(), of.rows.end(), reference) != of.rows.end()) return;
  std::vector<std::string> meant;
  for (const std::string& row : of.rows) {
    const std::string name = row.substr(0, row.find(" ("));
    if (name == reference || name.ends_with("/" + reference) || row.ends_with("/" + reference)) meant.push_back(row);
  }
  if (meant.size() > 1) {
    throw Error(ErrorKind::usage,
                "--reference: '" + reference + "' is several rows, give one of " + quoted_list(meant));
  }
  throw Error(ErrorKind::usage, "--reference: expected one of " + quoted_list(of.rows) + ", found '" + reference + "'");
}

/// The columns at the left, and what they say of each row.
struct RowLabels {
  std::vector<std::string> titles;
  std::map<std::string, std::vector<std::string>> of_row;
};

RowLabels labels_of_rows(const Comparison& of) {
  const std::string& title = kAxisTitles.at(of.options.rows);
  RowLabels labels{{title}, {}};
  for (const std::string& row : of.rows) labels.of_row[row] = {row};
  if (of.options.rows != Axis::method && of.options.rows != Axis::run) return labels;
  const Labels found = labels_of(of.runs, run_names(of.runs, of.options.rows == Axis::run), title);
  labels.titles = found.titles;
  for (const Entry& entry : of.entries) {
    labels.of_row[entry.row] = found.cells[static_cast<std::size_t>(entry.record - of.runs.records.data())];
  }
  return labels;
}

/// Numbers by value, before words; then by letters.
bool is_label_before(const std::string& first, const std::string& second) {
  const auto number = [](const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return !text.empty() && *end == '\0' ? std::optional(value) : std::nullopt;
  };
  const std::optional<double> a = number(first), b = number(second);
  if (a && b && *a != *b) return *a < *b;
  return a.has_value() != b.has_value() ? a.has_value() : first < second;
}

void sort_rows(Comparison& of, const RowLabels& labels) {
  if (of.options.sort == Order::given) return;
  if (of.options.sort == Order::name) {
    std::stable_sort(of.rows.begin(), of.rows.end(), [&](const std::string& a, const std::string& b) {
      const std::vector<std::string>&first = labels.of_row.at(a), &second = labels.of_row.at(b);
      return std::lexicographical_compare(first.begin(), first.end(), second.begin(), second.end(), is_label_before);
    });
    return;
  }
  const Metric metric = of.options.metrics.front();
  if (metric == Metric::cost)
    throw Error(ErrorKind::usage, "--sort score: expected a score first in --metric, found cost");
  std::map<std::string, double> means;
  const std::vector<eval::ScoreByRun> scores = of.scores(of.columns.front(), metric);
  for (std::size_t row = 0; row < of.rows.size(); ++row) {
    means[of.rows[row]] = scores[row].empty() ? -1 : eval::summarize(eval::unit_values(scores[row])).mean;
  }
  std::stable_sort(of.rows.begin(), of.rows.end(),
                   [&](const std::string& a, const std::string& b) { return means[a] > means[b]; });
}

}  // namespace

Table comparison_table(const RunSet& runs, const ComparisonOptions& options) {
  if (options.rows == options.columns) throw Error(ErrorKind::usage, "--rows and --columns must differ");
  Comparison of{.runs = runs, .options = options, .entries = entries_of(runs, options)};
  of.rows = distinct(of.entries, &Entry::row);
  of.columns = distinct(of.entries, &Entry::column);
  check_reference(of);
  of.cells = cells_of(of.entries);
  for (const std::string& column : of.columns) check_column(column_of(of.entries, column), column);
  const RowLabels labels = labels_of_rows(of);
  sort_rows(of, labels);
  Table table{.notes = {}, .header = labels.titles, .rows = {}, .labels = labels.titles.size()};
  for (const std::string& row : of.rows) table.rows.push_back(labels.of_row.at(row));
  for (const std::string& column : of.columns) {
    append(table.notes, column_notes(of, column));
    add_scores(table, of, column);
    add_cost(table, of, column);
  }
  append(table.notes, reading_notes(of));
  return table;
}

Table mcnemar_table(const std::string& first, const std::string& second, const std::string& stage,
                    const eval::McNemar& result) {
  Table table;
  table.notes = {
      "McNemar's test over clips, of two single models; it says nothing about other seeds",
      "stage: " + stage,
      "first: " + first,
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
