// `pskd commands`: docs/command-line.md from the options that the verbs declare.
#include <map>
#include <sstream>

#include "base/markdown.hpp"
#include "verbs.hpp"

namespace {

std::string names_of(const CLI::Option& option) {
  if (option.get_positional()) return pskd::markdown_code(option.get_name(true));
  const std::string names = option.get_name(false, true);  // "-c,--config"
  const std::size_t comma = names.find(',');
  if (comma == std::string::npos) return pskd::markdown_code(names);
  return pskd::markdown_code(names.substr(0, comma)) + ", " + pskd::markdown_code(names.substr(comma + 1));
}

/// What the option takes: its choices or range where it has some. A flag takes nothing.
std::string value_of(const CLI::Option& option) {
  static const std::map<std::string, std::string> kRanges = {{"POSITIVE", "> 0"}, {"NONNEGATIVE", ">= 0"}};
  const std::string type = option.get_type_name();  // "TEXT:{a,b}"
  if (type.empty()) return "";
  const std::string range = type.substr(type.find(':') + 1);
  const auto known = kRanges.find(range);
  return pskd::markdown_code(known != kRanges.end() ? known->second : range);
}

std::string meaning_of(const CLI::Option& option) {
  std::string text = pskd::markdown_text(option.get_description());
  if (option.get_required()) text += " (required)";
  if (!option.get_default_str().empty()) text += " (default: " + pskd::markdown_code(option.get_default_str()) + ")";
  return text;
}

std::string options_of(const CLI::App& verb) {
  std::string rows;
  for (const CLI::Option* option : verb.get_options()) {
    if (option == verb.get_help_ptr()) continue;
    rows += "| " + names_of(*option) + " | " + value_of(*option) + " | " + meaning_of(*option) + " |\n";
  }
  return rows.empty() ? "" : "\n| option | value | meaning |\n|---|---|---|\n" + rows;
}

/// The text after the options. Its indented lines are commands and lists, which stay as they are.
std::string footer_of(const CLI::App& verb) {
  std::istringstream lines(verb.get_footer());
  std::string text;
  bool in_block = false;
  for (std::string line; std::getline(lines, line);) {
    const bool indented = line.starts_with("  ");
    const bool new_paragraph = indented != in_block || line.starts_with("Example");
    if (in_block && !indented) text += "```\n";
    if (new_paragraph && !text.empty()) text += "\n";
    if (indented && !in_block) text += "```\n";
    in_block = indented;
    text += (indented ? line.substr(2) : pskd::markdown_text(line)) + "\n";
  }
  if (in_block) text += "```\n";
  return text.empty() ? "" : "\n" + text;
}

std::string row_of(const CLI::App& verb) {
  return "| [" + verb.get_name() + "](#pskd-" + verb.get_name() + ") | " + pskd::markdown_text(verb.get_description()) +
         " |\n";
}

/// The section of a verb and of the verbs in it. `prefix` is what comes before its name, `heading` a run of '#'.
std::string verb_section(const CLI::App& verb, const std::string& prefix, const std::string& heading) {
  const std::string name = prefix + " " + verb.get_name();
  std::string text =
      "\n" + heading + " " + name + "\n\n" + pskd::markdown_text(verb.get_description()) + ".\n" + options_of(verb);
  const std::vector<const CLI::App*> inner_verbs = verbs_of(verb);
  if (inner_verbs.empty()) text += footer_of(verb);  // a verb of verbs has that of the program
  for (const CLI::App* inner : inner_verbs) text += verb_section(*inner, name, heading + "#");
  return text;
}

}  // namespace

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string command_line_head(const CLI::App& app) {
  std::string text =
      "# Command line\n\n<!-- Written by `pskd commands > docs/command-line.md`; a test compares the two. -->\n\n" +
      pskd::markdown_text(app.get_description()) +
      "\n`pskd VERB --help` shows the options of a verb, with examples. `pskd --version` prints the version.\n\n"
      "| verb | what it does |\n|---|---|\n";
  for (const CLI::App* verb : verbs_of(app)) text += row_of(*verb);
  text += "\n## Exit codes\n\n| code | meaning |\n|---|---|\n";
  for (const auto& [number, meaning] : kExitCodes) text += "| " + std::string(number) + " | " + meaning + " |\n";
  return text;
}

std::string verb_sections(const CLI::App& app, bool torch) {
  std::string text;
  for (const CLI::App* verb : verbs_of(app)) {
    if (is_torch_verb(verb->get_name()) == torch) text += verb_section(*verb, "pskd", "##");
  }
  return text;
}

void add_commands(CLI::App& app, const std::function<void()>& print) {
  CLI::App* verb = app.add_subcommand("commands", "Print docs/command-line.md: every verb and option, in Markdown");
  verb->footer("Example:\n  pskd commands > docs/command-line.md");
  verb->callback(print);
}
