#include "report/page/page.hpp"

#include <algorithm>
#include <utility>

#include "base/run_layout.hpp"
#include "pskd/config/load.hpp"
#include "report/page/embedded_files.hpp"
#include "report/page/embedding_map.hpp"
#include "report/page/example_clips.hpp"
#include "report/page/html.hpp"
#include "report/page/learning_curves.hpp"
#include "report/page/run_facts.hpp"
#include "report/page/sections.hpp"
#include "report/page/stage_scores.hpp"
#include "report/records.hpp"

namespace pskd::report {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> class_names(const eval::StageResult& stage) {
  std::vector<std::string> names;
  for (const eval::ClassScore& one : shown_scores(stage).per_class) names.push_back(one.name);
  return names;
}

/// The student's, each once. Of those of other runs there is nothing to show here.
std::vector<std::string> teachers_of(const config::Experiment& experiment, const std::string& student) {
  std::vector<std::string> names;
  for (const config::TeacherRef& teacher : config::find_stage(experiment, student).teachers) {
    const bool of_this_run = teacher.run.empty();
    if (of_this_run && std::find(names.begin(), names.end(), teacher.stage) == names.end()) {
      names.push_back(teacher.stage);
    }
  }
  return names;
}

void read_teachers(RunFacts& facts) {
  try {
    const config::Experiment experiment = config::load_experiment(RunLayout{facts.folder()}.config());
    facts.teachers = teachers_of(experiment, facts.record().stages[facts.student].name);
  } catch (const Error& error) {
    facts.missing.push_back(std::string("the teachers of the student: ") + error.what());
  }
}

void read_all_predictions(RunFacts& facts) {
  for (std::size_t seed = 0; seed < facts.run->folders.size(); ++seed) {
    auto& of_stages = facts.predictions.emplace_back();
    for (const eval::StageResult& stage : facts.run->records[seed].stages) {
      const StageLayout layout = RunLayout{facts.run->folders[seed]}.stage(stage.name);
      const fs::path file = stage.test ? layout.test_predictions() : layout.val_predictions();
      of_stages.emplace_back();
      try {
        of_stages.back() = eval::read_predictions(file, class_names(stage));
      } catch (const Error& error) {
        facts.missing.push_back("accuracy by subject, answers to single clips, stage " + stage.name + ": " +
                                error.what());
      }
    }
  }
}

RunFacts facts_of(const FinishedRun& run, const MaterialSource& material) {
  RunFacts facts;
  facts.run = &run;
  check_same_experiment(run.records);
  facts.student = student_stage(run.records.front().stages);
  read_teachers(facts);
  read_all_predictions(facts);
  facts.material = material(facts.folder());
  facts.missing.insert(facts.missing.end(), facts.material.missing.begin(), facts.material.missing.end());
  return facts;
}

Json stages_of(RunFacts& facts, const std::vector<Name>& subjects) {
  Json stages = Json::array();
  const std::vector<eval::StageResult>& records = facts.record().stages;
  for (std::size_t index = 0; index < records.size(); ++index) {
    Json stage = stage_scores(facts, index, subjects);
    stage["name"] = records[index].name;
    stage["curves"] = part_or_note(facts.missing, "learning curves of " + records[index].name, [&] {
      return learning_curves(RunLayout{facts.folder()}.stage(records[index].name).metrics());
    });
    stages.push_back(std::move(stage));
  }
  return stages;
}

/// What the page's script draws a run from.
Json pictures_of(RunFacts& facts) {
  const eval::RunRecord& record = facts.record();
  const std::vector<Name> subjects = subjects_of(facts);
  Json seeds = Json::array();
  for (const std::uint64_t seed : seeds_of(*facts.run)) seeds.push_back(seed);
  Json supports = Json::array();
  const std::vector<eval::Scores> pooled = pooled_scores(facts.run->records, 0);
  for (const eval::ClassScore& one : pooled.front().per_class) supports.push_back(one.support);
  return {{"name", facts.run->name},
          {"seeds", seeds},
          {"classes", class_names(record.stages.front())},
          {"supports", supports},
          {"student", facts.student},
          {"teachers", facts.teachers},
          {"stages", stages_of(facts, subjects)},
          {"coverages", kCoverages},
          {"subjects", subjects},
          {"map", embedding_map(facts)},
          {"examples", example_clips(facts)}};
}

/// JSON inside a script element: no text in it can end the element or begin a comment.
std::string to_script_text(const Json& json) {
  std::string text;
  for (const char letter : json.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (letter == '<') {
      text += "\\u003c";
    } else {
      text += letter;
    }
  }
  return text;
}

/// The template with every {{name}} replaced; what is put in is not looked at again.
std::string fill(std::string_view page, const std::map<std::string, std::string_view>& values) {
  std::string html;
  for (std::size_t open = page.find("{{"); open != std::string_view::npos; open = page.find("{{")) {
    const std::size_t close = page.find("}}", open);
    html.append(page.substr(0, open)).append(values.at(std::string(page.substr(open + 2, close - open - 2))));
    page.remove_prefix(close + 2);
  }
  return html.append(page);
}

/// The folder that holds all runs has the sweep's name; one experiment is called by its own.
std::string title_of(const std::vector<FinishedRun>& runs) {
  const eval::RunRecord& first = runs.front().records.front();
  if (runs.size() == 1) return first.experiment;
  const std::string sweep = ExperimentLayout{RunLayout{runs.front().folders.front()}.experiment()}.sweep();
  return sweep.empty() ? std::to_string(runs.size()) + " runs" : sweep;
}

/// Runs that cannot be compared are shown without, and `missing` says why.
std::string comparison_or_note(const RunSet& runs, const std::vector<FinishedRun>& sections,
                               const std::string& reference, std::vector<std::string>& missing) {
  const eval::RunRecord& first = runs.records.front();
  try {
    return comparison_section(runs, sections, reference, first.stages.at(student_stage(first.stages)).name);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::data) throw;
    missing.push_back(std::string("the comparison of the runs: ") + error.what());
    return "<section class=\"missing\">\n<h2>Comparison</h2>\n" + html_list(missing, "notes") + "</section>\n";
  }
}

}  // namespace

ReportPage report_page(const RunSet& runs, const std::string& reference, const MaterialSource& material) {
  const std::vector<FinishedRun> found = by_experiment(runs);
  ReportPage page{.html = "", .missing = unfinished_notes(runs)};
  Json data = {{"runs", Json::array()}};
  const bool alone = found.size() == 1;
  std::string body = alone ? "" : comparison_or_note(runs, found, reference, page.missing);
  for (std::size_t index = 0; index < found.size(); ++index) {
    RunFacts facts = facts_of(found[index], material);
    data["runs"].push_back(pictures_of(facts));
    if (alone) facts.missing.insert(facts.missing.begin(), page.missing.begin(), page.missing.end());
    body += run_section(facts, index, alone);
    if (alone) page.missing.clear();
    for (const std::string& line : facts.missing) page.missing.push_back(alone ? line : facts.run->name + ": " + line);
  }
  const std::string title = escape_html(title_of(found)), json = to_script_text(data);
  page.html = fill(page_template(), {{"title", title},
                                     {"style", page_style()},
                                     {"body", body},
                                     {"data", json},
                                     {"charts", chart_library()},
                                     {"script", page_script()}});
  return page;
}

}  // namespace pskd::report
