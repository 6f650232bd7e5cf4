// Files and overrides -> one Node, in which includes are merged, stage defaults applied and inherited values filled in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/node.hpp"

namespace pskd::config {

/// The map that `text` is, as YAML. Throws Error(config) where it is none; places are "source:line".
Node parse_root(const std::string& text, const std::string& source, Problems& problems);

/// The file with its includes under it. An included file lies beside the one that names it, else in the folder
/// `shipped`. Throws Error(config) when a file cannot be read or parsed, or includes itself.
Node read_with_includes(const std::filesystem::path& file, const std::filesystem::path& shipped, Problems& problems);

/// The names between the dots of a key path, one for a text without dots.
std::vector<std::string> split_at_dots(const std::string& path);

/// Whether `text` is names between dots.
bool is_key_path(const std::string& text);

/// Merges `value` over what is at the key path.
void merge_at(Node& root, const std::string& key_path, Node value);

/// Merges "key.path=value" over the tree.
void apply_override(Node& root, const std::string& setting, Problems& problems);

/// Puts `training` under every stage.
void apply_stage_defaults(Node& root);

/// Gives a fused stage that starts from a skeleton-gcn stage, and does not describe its skeleton branch, that stage's
/// model.
void inherit_skeleton_branches(Node& root);

}  // namespace pskd::config
