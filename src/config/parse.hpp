// YAML text -> Node.
#pragma once

#include <string>
#include <string_view>

#include "config/node.hpp"

namespace pskd::config {

/// Parses one document. `source` names the text in messages; with `lines` each place is "source:line". Duplicate keys,
/// unknown tags and the like are added to `problems`; text that is not YAML throws Error(config), with the problems
/// found so far.
Node parse_yaml(std::string_view text, const std::string& source, bool lines, Problems& problems);

}  // namespace pskd::config
