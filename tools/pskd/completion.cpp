// `pskd completion`: a script by which bash completes verbs, options and their values, from the options that the verbs
// declare.
#include <algorithm>

#include "verbs.hpp"

namespace {

/// The names that an option's value is one of, of "TEXT:{a,b}"; none where it is free.
std::string choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{'), close = type.find('}');
  if (open == std::string::npos || close == std::string::npos) return "";
  std::string names = type.substr(open + 1, close - open - 1);
  std::replace(names.begin(), names.end(), ',', ' ');
  return names;
}

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  return names;
}

std::string line(const std::string& typed, const std::string& words) {
  return "    '" + typed + "') echo '" + words + "' ;;\n";
}

/// What can follow `typed`, the words of `verb`: its own verbs and options, and after an option its values.
std::string lines_of(const CLI::App& verb, const std::string& typed) {
  std::string words, lines;
  for (const CLI::App* inner : verbs_of(verb)) {
    words += inner->get_name() + " ";
    lines += lines_of(*inner, typed + " " + inner->get_name());
  }
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : names_of(*option)) {
      words += name + " ";
      if (option->get_items_expected_max() > 0) lines += line(typed + " " + name, choices_of(*option));
    }
  }
  if (!words.empty()) words.pop_back();
  return line(typed, words) + lines;
}

constexpr const char* kHead = R"(# How bash completes pskd; written by `pskd completion`.

# The words that can follow those in $1. Fails where it does not know them; says nothing where any word can follow.
_pskd_words() {
  case $1 in
)";

constexpr const char* kTail = R"(    *) return 1 ;;
  esac
}

_pskd() {
  local typed=pskd words i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${COMP_WORDS[i]} != -* ]] && _pskd_words "$typed ${COMP_WORDS[i]}" >/dev/null; then typed+=" ${COMP_WORDS[i]}"; fi
  done
  words=$(_pskd_words "$typed ${COMP_WORDS[COMP_CWORD - 1]}") || words=$(_pskd_words "$typed")
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _pskd pskd  # files where no word fits
)";

}  // namespace

std::string completion_head(const CLI::App& app) {
  std::string verbs;
  for (const CLI::App* verb : verbs_of(app)) verbs += verb->get_name() + " ";
  return kHead + line("pskd", verbs + "--help --version");
}

std::string completion_lines(const CLI::App& app, bool torch) {
  std::string lines;
  for (const CLI::App* verb : verbs_of(app)) {
    if (is_torch_verb(verb->get_name()) == torch) lines += lines_of(*verb, "pskd " + verb->get_name());
  }
  return lines;
}

std::string completion_tail() { return kTail; }

void add_completion(CLI::App& app, const std::function<void()>& print) {
  CLI::App* verb = app.add_subcommand("completion", "Print a script by which bash completes verbs, options and values");
  verb->footer("Example:\n  source <(pskd completion)      # for this shell; an installation brings it along");
  verb->callback(print);
}
