// Clips that the student gets wrong and a teacher right.
#pragma once

#include "report/page/run_facts.hpp"

namespace pskd::report {

/// {"clips": [{"clip", "subject", "truth", "answers": [{"stage", "predicted", "probability"}], "frames": [F][V][2] in
/// mm, y up, the body at x = 0, "trace": [channels][samples]}], "skeleton": {"bones", "wrist", "head"}, "channels"}:
/// clips that the student gets wrong and one of its teachers right, those first of which the student was surest, at
/// most one a class while there are others. Null without teachers, predictions or recordings.
Json example_clips(const RunFacts& facts);

}  // namespace pskd::report
