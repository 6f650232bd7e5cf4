// YAML text -> Node.
#pragma once

#include <string>
#include <string_view>

#include "config/node.hpp"

namespace pskd::config {

/// Parses one document. `source` names the text in messages; with `lines` each place is "source:line". Duplicate keys,
/// unknown tags, values that were left out, hidden characters outside of quotes and the like are added to `problems`;
/// text that is not UTF-8 or not YAML throws Error(config), with the problems found so far.
Node parse_yaml(std::string_view text, const std::string& source, bool lines, Problems& problems);

/// Parses the value of a command line's KEY=VALUE. Lists, maps, quotes and tags are YAML; anything else is the text as
/// it stands, and nowhere does a # begin a comment. Problems and errors as those of parse_yaml.
Node parse_setting(std::string_view text, const std::string& source, Problems& problems);

}  // namespace pskd::config
