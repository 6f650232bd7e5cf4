#include "report/table.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>

#include "report/records.hpp"

namespace pskd {

namespace {

/// Of the stage at `index`, one value per record.
std::vector<double> over_records(const std::vector<RunRecord>& records, std::size_t index,
                                 const std::function<double(const StageResult&)>& value) {
  std::vector<double> values;
  for (const RunRecord& record : records) values.push_back(value(record.stages[index]));
  return values;
}

std::vector<std::string> row_of(const std::vector<RunRecord>& records, std::size_t index) {
  const StageResult& stage = records.front().stages[index];
  const auto accuracy = over_records(records, index, [](const StageResult& one) { return shown_scores(one).accuracy; });
  const auto macro_f1 = over_records(records, index, [](const StageResult& one) { return shown_scores(one).macro_f1; });
  const auto seconds = over_records(records, index, [](const StageResult& one) { return one.seconds; });
  return {stage.name,
          mean_and_deviation(accuracy),
          mean_and_deviation(macro_f1),
          std::to_string(records.size()),
          std::to_string(stage.parameters),
          std::to_string(stage.epochs),
          fixed(summarize(seconds).mean, 1)};
}

std::vector<std::string> notes_of(const std::vector<RunRecord>& records) {
  const RunRecord& first = records.front();
  std::string seeds;
  for (const RunRecord& record : records) seeds.append(" ").append(std::to_string(record.seed));
  const Scores& scores = shown_scores(first.stages.front());
  std::vector<std::string> notes = {
      "protocol: " + first.protocol,
      "selection rule: " + selection_rule(first.selection),
      "scores: on the " + std::string(first.stages.front().test ? "test" : "val") + " part, " +
          std::to_string(scores.clips) + " clips",
      "mean \u00b1 standard deviation (n - 1) over seeds; n = " + std::to_string(records.size()) + ", seeds" + seeds,
      kReconstruction,
  };
  if (first.shared_subjects) {
    notes.emplace_back(kSharedSubjects);
  }
  return notes;
}

/// Printed width of UTF-8 text: every byte that does not continue a character.
std::size_t width_of(const std::string& text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
}

/// One line: the first cell to the left, figures to the right.
std::string aligned(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    const std::string padding(widths[column] - width_of(cells[column]), ' ');
    line += column == 0 ? cells[column] + padding : "  " + padding + cells[column];
  }
  return line + "\n";
}

std::string escape_markdown(const std::string& text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '|' || letter == '\\' || letter == '*' || letter == '_' || letter == '`' || letter == '<') {
      escaped += '\\';
    }
    escaped += letter;
  }
  return escaped;
}

}  // namespace

Table results_table(const std::vector<RunRecord>& records) {
  check_same_experiment(records);
  Table table;
  table.notes = notes_of(records);
  table.header = {"stage", "accuracy %", "macro F1 %", "n", "parameters", "epochs", "training s"};
  for (std::size_t index = 0; index < records.front().stages.size(); ++index) {
    table.rows.push_back(row_of(records, index));
  }
  return table;
}

std::string to_text(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < table.header.size(); ++column) {
    widths.push_back(width_of(table.header[column]));
    for (const auto& row : table.rows) widths[column] = std::max(widths[column], width_of(row[column]));
  }
  std::string text;
  for (const std::string& note : table.notes) text += note + "\n";
  if (!table.notes.empty()) text += "\n";
  text += aligned(table.header, widths);
  std::vector<std::string> rules;
  for (const std::size_t width : widths) rules.emplace_back(width, '-');
  text += aligned(rules, widths);
  for (const auto& row : table.rows) text += aligned(row, widths);
  return text;
}

std::string to_markdown(const Table& table) {
  std::string text;
  for (const std::string& note : table.notes) text.append("- ").append(escape_markdown(note)).append("\n");
  if (!table.notes.empty()) text += "\n";
  const auto add_line = [&text](const std::vector<std::string>& cells) {
    text += "|";
    for (const std::string& cell : cells) text.append(" ").append(escape_markdown(cell)).append(" |");
    text += "\n";
  };
  add_line(table.header);
  text += "|---|";
  for (std::size_t column = 1; column < table.header.size(); ++column) text += "---:|";
  text += "\n";
  for (const auto& row : table.rows) add_line(row);
  return text;
}

}  // namespace pskd
