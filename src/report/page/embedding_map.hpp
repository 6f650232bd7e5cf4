// The embeddings of the clips in a plane.
#pragma once

#include "report/page/run_facts.hpp"

namespace pskd::report {

/// {"clips", "labels", "subjects", "stages": [{"stage", "x", "y", "explained": [2], "predicted" or null}]}, or null
/// without embeddings.
Json embedding_map(const RunFacts& facts);

}  // namespace pskd::report
