// Which program this is.
#pragma once

namespace pskd::train {

/// "0.5.0"
const char* program_version();

/// Of the source when the program was built: "0123abc", with "-dirty" when files differed from it; "unknown" where the
/// source was no git repository.
const char* git_revision();

}  // namespace pskd::train
