// What the program says of its keys, from the table of keys.
#pragma once

#include <string>

namespace pskd::config {

/// docs/config-reference.md: every key of every map, in Markdown.
std::string reference_page();

/// Meaning, legal values and default of the key at `path` ("stages.student.epochs"), and the keys of a map; for an
/// empty path, those of a file. Throws Error(usage) naming the known keys for an unknown one.
std::string explain(const std::string& path);

}  // namespace pskd::config
