#include "report/page/sections.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "report/comparison.hpp"
#include "report/coverage_table.hpp"
#include "report/page/html.hpp"
#include "report/records.hpp"
#include "report/results_table.hpp"
#include "report/wording.hpp"

namespace pskd::report {

namespace {

std::string term(const std::string& name, const std::string& value) {
  return "<div>" + html_element("dt", name) + html_element("dd", value) + "</div>\n";
}

/// "1, 2 (n = 2)"
std::string seeds_text(const FinishedRun& run) {
  const std::set<std::uint64_t> seeds = seeds_of(run);
  std::string text;
  for (const std::uint64_t seed : seeds) text.append(text.empty() ? "" : ", ").append(std::to_string(seed));
  return text + " (n = " + std::to_string(seeds.size()) + ")";
}

std::string terms_of(const RunFacts& facts) {
  const eval::RunRecord& record = facts.record();
  std::string html = "<dl class=\"facts\">\n" + term("Protocol", protocol_of(pointers_to(facts.run->records))) +
                     term("Selection rule", selection_rule(record.selection)) + term("Seeds", seeds_text(*facts.run)) +
                     term("Method", kReconstruction);
  if (!record.dataset.empty()) html += term("Data set", record.dataset);
  html += term("Config hash", record.config_hash) + "</dl>\n";
  if (record.shared_subjects) html += "<p class=\"warning\">" + escape_html(kSharedSubjects) + "</p>\n";
  return html;
}

std::string plain_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string text;
  for (const Json& one : value) text += (text.empty() ? "" : ", ") + plain_text(one);
  return text;
}

/// One term for each value; those of a map inside are called after both keys.
std::string terms_of(const Json& object, const std::string& prefix = "") {
  std::string html;
  for (const auto& [key, value] : object.items()) {
    html += value.is_object() ? terms_of(value, prefix + key + " ") : term(prefix + key, plain_text(value));
  }
  return html;
}

std::string folded(const std::string& summary, const std::string& html) {
  return "<details>" + html_element("summary", summary) + html + "</details>\n";
}

std::string config_part(RunFacts& facts) {
  const Json text = part_or_note(facts.missing, "resolved config",
                                 [&]() -> Json { return read_file(RunLayout{facts.folder()}.config()); });
  if (text.is_null()) return "";
  return folded("Resolved config", "<pre tabindex=\"0\">" + escape_html(text.get<std::string>()) + "</pre>");
}

std::string manifest_part(RunFacts& facts) {
  const std::filesystem::path file = RunLayout{facts.folder()}.manifest();
  const Json manifest = part_or_note(facts.missing, "manifest", [&]() -> Json {
    Json json = Json::parse(read_file(file), nullptr, false);
    if (!json.is_object()) throw Error(ErrorKind::data, file.string() + ": expected a JSON object");
    return json;
  });
  if (manifest.is_null()) return "";
  return folded("Manifest: versions, data and machine", "<dl class=\"facts\">\n" + terms_of(manifest) + "</dl>");
}

std::string coverage_part(RunFacts& facts) {
  const Json html = part_or_note(facts.missing, "accuracy against coverage", [&]() -> Json {
    const Table table = coverage_table(facts.run->records);
    if (table.rows.empty()) return nullptr;
    return folded("Accuracy against coverage as a table", html_table(table, "Accuracy of the surest clips, %"));
  });
  return html.is_null() ? "" : html.get<std::string>();
}

std::string pseudo_label_part(const std::vector<PseudoLabels>& pseudo_labels) {
  if (pseudo_labels.empty()) return "";
  Table table;
  table.header = {"stage", "taught by", "right %", "recordings"};
  table.labels = 2;
  for (const PseudoLabels& one : pseudo_labels) {
    table.rows.push_back({one.stage, one.teacher, fixed(100 * one.accuracy, 1), std::to_string(one.clips)});
  }
  return "<section class=\"results\">\n<h3>Unlabeled recordings</h3>\n" +
         html_table(table, "How often teachers are right about them. Training never saw their labels.") +
         "</section>\n";
}

}  // namespace

std::string comparison_section(const RunSet& runs, const std::vector<FinishedRun>& sections,
                               const std::string& reference, const std::string& stage) {
  ComparisonOptions options;
  options.stage = stage;
  options.reference = reference.empty() ? sections.front().name : reference;
  options.beside = {Metric::balanced_accuracy};
  Table accuracy = comparison_table(runs, options);
  options.beside.clear();
  options.metrics = {Metric::macro_f1};
  Table macro_f1 = comparison_table(runs, options);
  for (const std::string& note : macro_f1.notes) {
    if (std::find(accuracy.notes.begin(), accuracy.notes.end(), note) == accuracy.notes.end()) {
      accuracy.notes.push_back(note);
    }
  }
  macro_f1.notes = std::move(accuracy.notes);
  accuracy.notes.clear();
  std::vector<std::string> links;  // of each row: its first run
  std::set<std::string> known;
  for (std::size_t index = 0; index < sections.size(); ++index) {
    if (known.insert(sections[index].name).second) links.push_back("#run-" + std::to_string(index));
  }
  return "<section id=\"comparison\">\n<h2>Comparison of the runs</h2>\n"
         "<p class=\"about\">Choose a run to see it below.</p>\n" +
         html_table(accuracy, "Accuracy of " + stage + ", %", links) +
         html_table(macro_f1, "Macro F1 of " + stage + ", %", links) + "</section>\n";
}

std::string run_section(RunFacts& facts, std::size_t index, bool alone) {
  const std::string id = "run-" + std::to_string(index);
  std::string html = "<article id=\"" + id + "\" class=\"run\">\n";
  if (!alone) html += html_element("h2", facts.run->name) + "\n";
  html += terms_of(facts);
  Table results = results_table(facts.run->records);
  std::erase_if(results.notes, [](const std::string& note) {  // they stand above
    return note.starts_with("protocol: ") || note.starts_with("selection rule: ");
  });
  html +=
      "<section class=\"results\">\n<h3>Results</h3>\n" + html_table(results, "Results of each stage") + "</section>\n";
  if (const Table folds = folds_table(facts.run->records); !folds.rows.empty()) {
    html += "<section class=\"results\">\n<h3>Folds</h3>\n" +
            html_table(folds, "Accuracy of each stage in each fold, %") + "</section>\n";
  }
  html += pseudo_label_part(facts.material.pseudo_labels);
  const std::string ending =
      folded("F1 of each class as a table", html_table(per_class_table(facts.run->records), "F1 of each class, %")) +
      coverage_part(facts) + config_part(facts) + manifest_part(facts);
  if (!facts.missing.empty()) {
    html +=
        "<section class=\"missing\">\n<h3>Not on this page</h3>\n" + html_list(facts.missing, "notes") + "</section>\n";
  }
  return html + "<div class=\"pictures\"></div>\n<section class=\"settings\">\n<h3>Numbers and settings</h3>\n" +
         ending + "</section>\n</article>\n";
}

}  // namespace pskd::report
