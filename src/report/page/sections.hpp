// The sections of the page that are text.
#pragma once

#include <string>
#include <vector>

#include "report/page/run_facts.hpp"
#include "report/run_search.hpp"

namespace pskd::report {

/// Tables of all runs side by side, each run's name a link to its section.
std::string comparison_section(const RunSet& runs, const std::vector<FinishedRun>& sections,
                               const std::string& reference, const std::string& stage);

/// The text of one run: protocol, results, what is missing, config, manifest. The script adds its pictures.
std::string run_section(RunFacts& facts, std::size_t index, bool alone);

}  // namespace pskd::report
