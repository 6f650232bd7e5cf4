// The curves of one stage, and the shares of its teachers.
#pragma once

#include <filesystem>

#include "report/page/run_facts.hpp"

namespace pskd::report {

/// {"epochs", "loss", "train", "val" (null where not measured), "teachers": {"names", "shares": [names][epochs]} or
/// null} of a metrics.jsonl. Throws Error(data) naming file and line, Error(io).
Json learning_curves(const std::filesystem::path& metrics);

}  // namespace pskd::report
