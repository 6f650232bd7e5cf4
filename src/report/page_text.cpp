#include <algorithm>
#include <set>

#include "base/file.hpp"
#include "base/run_layout.hpp"
#include "report/comparison.hpp"
#include "report/page_parts.hpp"
#include "report/records.hpp"

namespace pskd {

namespace {

std::string element(const std::string& tag, const std::string& text) {
  return "<" + tag + ">" + escape_html(text) + "</" + tag + ">";
}

std::string term(const std::string& name, const std::string& value) {
  return "<div>" + element("dt", name) + element("dd", value) + "</div>\n";
}

std::string seeds_text(const std::vector<RunRecord>& records) {
  std::string seeds;
  for (const RunRecord& record : records) seeds.append(seeds.empty() ? "" : ", ").append(std::to_string(record.seed));
  return seeds;
}

std::string terms_of(const RunFacts& facts) {
  const RunRecord& record = facts.record();
  const auto n = facts.run->records.size();
  std::string html = "<dl class=\"facts\">\n" + term("Protocol", record.protocol) +
                     term("Selection rule", selection_rule(record.selection)) +
                     term("Seeds", seeds_text(facts.run->records) + " (n = " + std::to_string(n) + ")") +
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
  return "<details>" + element("summary", summary) + html + "</details>\n";
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

}  // namespace

std::string escape_html(const std::string& text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string html_list(const std::vector<std::string>& lines, const std::string& css_class) {
  if (lines.empty()) return "";
  std::string html = R"(<ul class=")" + css_class + "\">\n";
  for (const std::string& line : lines) html += element("li", line) + "\n";
  return html + "</ul>\n";
}

std::string html_table(const Table& table, const std::string& caption,
                       const std::map<std::string, std::string>& links) {
  std::string html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escape_html(caption) +
                     "\">\n<table>\n" + element("caption", caption) + "\n<thead><tr>";
  for (const std::string& cell : table.header) html += "<th scope=\"col\">" + escape_html(cell) + "</th>";
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    const auto link = links.find(row.front());
    const std::string name = escape_html(row.front());
    html += "<tr><th scope=\"row\">" +
            (link == links.end() ? name : "<a href=\"" + escape_html(link->second) + "\">" + name + "</a>") + "</th>";
    for (std::size_t column = 1; column < row.size(); ++column) html += element("td", row[column]);
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n</div>\n" + html_list(table.notes, "notes");
}

std::string comparison_section(const std::vector<FinishedRun>& runs, const std::string& reference,
                               const std::string& stage) {
  std::vector<RunRecord> records;
  std::map<std::string, std::string> links;
  for (std::size_t index = 0; index < runs.size(); ++index) {
    records.insert(records.end(), runs[index].records.begin(), runs[index].records.end());
    links.emplace(runs[index].records.front().experiment, "#run-" + std::to_string(index));
  }
  ComparisonOptions options;
  options.stage = stage;
  options.reference = reference.empty() ? records.front().experiment : reference;
  Table accuracy = comparison_table(records, options);
  options.metric = Metric::macro_f1;
  const Table macro_f1 = comparison_table(records, options);
  const std::vector<std::string> notes = std::move(accuracy.notes);
  accuracy.notes.clear();
  return "<section id=\"comparison\">\n<h2>Comparison of the runs</h2>\n"
         "<p class=\"about\">Choose a run to see it below.</p>\n" +
         html_table(accuracy, "Accuracy of " + stage + ", %", links) +
         html_table({notes, macro_f1.header, macro_f1.rows}, "Macro F1 of " + stage + ", %", links) + "</section>\n";
}

std::string run_section(RunFacts& facts, std::size_t index, bool alone) {
  const std::string id = "run-" + std::to_string(index);
  std::string html = "<article id=\"" + id + "\" class=\"run\">\n";
  if (!alone) html += element("h2", facts.record().experiment) + "\n";
  html += terms_of(facts);
  Table results = results_table(facts.run->records);
  results.notes.erase(results.notes.begin(), results.notes.begin() + 2);  // protocol and selection rule stand above
  html +=
      "<section class=\"results\">\n<h3>Results</h3>\n" + html_table(results, "Results of each stage") + "</section>\n";
  const std::string ending =
      folded("F1 of each class as a table", html_table(per_class_table(facts.run->records), "F1 of each class, %")) +
      config_part(facts) + manifest_part(facts);
  if (!facts.missing.empty()) {
    html +=
        "<section class=\"missing\">\n<h3>Not on this page</h3>\n" + html_list(facts.missing, "notes") + "</section>\n";
  }
  return html + "<div class=\"pictures\"></div>\n<section class=\"settings\">\n<h3>Numbers and settings</h3>\n" +
         ending + "</section>\n</article>\n";
}

}  // namespace pskd
